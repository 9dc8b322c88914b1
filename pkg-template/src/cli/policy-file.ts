/** A policy from a file: YAML or JSON, with the files of terms that it names. Errors say where they are. */
import { dirname, resolve } from 'node:path';
import { LineCounter, parse, parseDocument, YAMLParseError, type Document } from 'yaml';
import { GuardError } from '../error.js';
import { compilePolicy } from '../node.js';
import type { Policy } from '../types.js';
import { read, readText } from './files.js';
import { PolicySource, type Place } from './policy-place.js';

/** What a pack begins with. */
const PACK_MAGIC = 'TGPK';

const sources = new WeakMap<object, PolicySource>();

/** The policy, with the files that `terms-from` names read into `terms`. */
export async function readPolicy(file: string): Promise<Policy> {
  const lines = new LineCounter();
  const document = parseDocument(await readText(file), { lineCounter: lines });
  const source = new PolicySource(file, document, lines);
  const policy = plain(document, file);
  const { rules } = Object(policy) as { rules?: unknown };
  for (const [at, rule] of (Array.isArray(rules) ? rules : []).entries()) await readTerms(rule, at, source);
  if (typeof policy === 'object' && policy !== null) sources.set(policy, source);
  return policy as Policy;
}

/** Compiles a policy; an error in one that was read from a file says where. */
export function compileRead(policy: Policy): Uint8Array {
  try {
    return compilePolicy(policy);
  } catch (thrown) {
    const { code, what } = parted(thrown);
    const source = sources.get(policy);
    throw new GuardError(code, source ? `${named(source.find(code, what) ?? source.file)}: ${what}` : what);
  }
}

/** A pack as it is, or the policy of a file, compiled. */
export async function readPack(file: string): Promise<Uint8Array> {
  const bytes = await read(file);
  const isPack = Buffer.from(bytes.subarray(0, PACK_MAGIC.length)).toString('latin1') === PACK_MAGIC;
  return isPack ? bytes : compileRead(await readPolicy(file));
}

/** YAML, of which JSON is a part. */
export function readYaml(text: string, file: string): unknown {
  return yaml(file, () => parse(text));
}

function plain(document: Document.Parsed, file: string): unknown {
  return yaml(file, () => {
    const [error] = document.errors;
    if (error) throw error;
    return document.toJS();
  });
}

function yaml(file: string, run: () => unknown): unknown {
  try {
    return run();
  } catch (thrown) {
    if (!(thrown instanceof YAMLParseError)) throw thrown;
    const [at] = thrown.linePos ?? [];
    throw new GuardError('policy/yaml', `${named(at ? { file, line: at.line, column: at.col } : file)}: ${thrown.message}`);
  }
}

function named(place: Place | string): string {
  return typeof place === 'string' ? place : `${place.file}:${place.line}:${place.column}`;
}

async function readTerms(rule: unknown, at: number, source: PolicySource): Promise<void> {
  if (typeof rule !== 'object' || rule === null || !('terms-from' in rule)) return;
  const { 'terms-from': from, terms } = rule as { 'terms-from': unknown; terms?: unknown };
  const where = named(source.at(['rules', at, 'terms-from']) ?? source.file);
  const found: unknown[] = Array.isArray(terms) ? [...terms] : [];
  for (const name of termFiles(from, where)) {
    const file = resolve(dirname(source.file), name);
    for (const { term, line, column } of termLines(await readListed(file, where))) {
      found.push(term);
      source.addTerm(term, { file, line, column });
    }
  }
  delete (rule as { 'terms-from'?: unknown })['terms-from'];
  (rule as { terms?: unknown[] }).terms = found;
}

/** An error's code, and what follows it in the message. */
function parted(thrown: unknown): { code: string; what: string } {
  const { code, message } = GuardError.from(thrown);
  return { code, what: message.slice(`${code}: `.length) };
}

async function readListed(file: string, where: string): Promise<string> {
  try {
    return await readText(file);
  } catch (thrown) {
    const { code, what } = parted(thrown);
    throw new GuardError(code, `${where}: ${what}`);
  }
}

/** What stands in `terms-from`, as a list. */
export function termFiles(from: unknown, where?: string): string[] {
  const names = Array.isArray(from) ? from : [from];
  if (!names.every((name) => typeof name === 'string')) {
    throw new GuardError('policy/terms-from', `${where === undefined ? '' : `${where}: `}terms-from is a file or a list of files`);
  }
  return names;
}

/** One term a line; empty lines and lines that begin with `#` do not count. */
function termLines(text: string): { term: string; line: number; column: number }[] {
  const lines = text.split(/\r?\n/).map((whole, at) => ({ term: whole.trim(), line: at + 1, column: whole.search(/\S/) + 1 }));
  return lines.filter(({ term }) => term !== '' && !term.startsWith('#'));
}
