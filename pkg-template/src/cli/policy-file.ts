/** A policy from a file: YAML or JSON, with the files of terms that it names. */
import { dirname, resolve } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { GuardError } from '../error.js';
import { compilePolicy } from '../node.js';
import type { Policy } from '../types.js';
import { read, readText } from './files.js';

/** What a pack begins with. */
const PACK_MAGIC = 'TGPK';

/** The policy, with the files that `terms-from` names read into `terms`. */
export async function readPolicy(file: string): Promise<Policy> {
  const policy = readYaml(await readText(file), file);
  const { rules } = Object(policy) as { rules?: unknown };
  for (const rule of Array.isArray(rules) ? rules : []) await readTerms(rule, dirname(file));
  return policy as Policy;
}

/** A pack as it is, or the policy of a file, compiled. */
export async function readPack(file: string): Promise<Uint8Array> {
  const bytes = await read(file);
  const isPack = Buffer.from(bytes.subarray(0, PACK_MAGIC.length)).toString('latin1') === PACK_MAGIC;
  return isPack ? bytes : compilePolicy(await readPolicy(file));
}

/** YAML, of which JSON is a part. */
export function readYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (thrown) {
    if (thrown instanceof YAMLParseError) throw new GuardError('policy/yaml', `${file}: ${thrown.message}`);
    throw thrown;
  }
}

async function readTerms(rule: unknown, directory: string): Promise<void> {
  if (typeof rule !== 'object' || rule === null || !('terms-from' in rule)) return;
  const { 'terms-from': from, terms } = rule as { 'terms-from': unknown; terms?: unknown };
  const found: unknown[] = Array.isArray(terms) ? [...terms] : [];
  for (const name of termFiles(from)) {
    for (const term of termLines(await readText(resolve(directory, name)))) found.push(term);
  }
  delete (rule as { 'terms-from'?: unknown })['terms-from'];
  (rule as { terms?: unknown[] }).terms = found;
}

/** What stands in `terms-from`, as a list. */
export function termFiles(from: unknown): string[] {
  const names = Array.isArray(from) ? from : [from];
  if (!names.every((name) => typeof name === 'string')) {
    throw new GuardError('policy/terms-from', 'terms-from is a file or a list of files');
  }
  return names;
}

/** One term a line; empty lines and lines that begin with `#` do not count. */
function termLines(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}
