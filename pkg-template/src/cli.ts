#!/usr/bin/env node
/** The command `tidegate`: builds, signs, verifies and inspects policies. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse, YAMLParseError } from 'yaml';
import { call } from './core.js';
import { GuardError } from './error.js';
import { compilePolicy, init, inspectPack, publicKey, signPack } from './node.js';
import type { Policy } from './types.js';

const USAGE = `usage:
  tidegate build POLICY.yaml -o OUT.pack [--key KEY-FILE]  compile, and sign with a key
  tidegate keygen -o KEY-FILE                              new key; the public half goes to KEY-FILE.pub
  tidegate sign PACK --key KEY-FILE [-o OUT.pack]          in place without -o
  tidegate verify PACK --key PUBLIC-KEY                    base64url, or a file of it
  tidegate inspect PACK                                    what a pack says of itself, as JSON`;

/** A key file holds the seed in base64url. */
const SEED_BYTES = 32;

interface Arguments {
  positionals: string[];
  out: string | undefined;
  key: string | undefined;
}

const COMMANDS: Record<string, (args: Arguments) => Promise<void>> = {
  async build({ positionals: [source], out, key }) {
    const file = need(source, 'POLICY.yaml');
    const target = need(out, '-o OUT.pack');
    const pack = compilePolicy(await readPolicy(file));
    await writeFile(target, key === undefined ? pack : signPack(pack, await readSeed(key)));
    print(inspectPack(await read(target)));
  },

  async keygen({ out }) {
    const target = need(out, '-o KEY-FILE');
    const seed = new Uint8Array(randomBytes(SEED_BYTES));
    const shared = toBase64url(publicKey(seed));
    try {
      await writeFile(target, `${toBase64url(seed)}\n`, { mode: 0o600, flag: 'wx' });
    } catch (thrown) {
      if (codeOf(thrown) === 'EEXIST') throw new GuardError('cli/exists', `${target} exists; a key is not overwritten`);
      throw thrown;
    }
    await writeFile(`${target}.pub`, `${shared}\n`);
    console.log(shared);
  },

  async sign({ positionals: [file], out, key }) {
    const source = need(file, 'PACK');
    const signed = signPack(await read(source), await readSeed(need(key, '--key KEY-FILE')));
    await writeFile(out ?? source, signed);
    print(inspectPack(signed));
  },

  async verify({ positionals: [file], key }) {
    const pack = await read(need(file, 'PACK'));
    const given = need(key, '--key PUBLIC-KEY');
    const text = existsSync(given) ? Buffer.from(await read(given)).toString('utf8').trim() : given;
    // Only a filter verifies; it is what loads packs in earnest.
    call((glue) => new glue.Filter([pack], [fromBase64url(text)]).free());
    print(inspectPack(pack));
  },

  async inspect({ positionals: [pack] }) {
    print(inspectPack(await read(need(pack, 'PACK'))));
  },
};

/** The policy, with the files that `terms-from` names read into `terms`. */
async function readPolicy(file: string): Promise<Policy> {
  const text = Buffer.from(await read(file)).toString('utf8');
  let policy: unknown;
  try {
    policy = parse(text);
  } catch (thrown) {
    if (thrown instanceof YAMLParseError) throw new GuardError('policy/yaml', `${file}: ${thrown.message}`);
    throw thrown;
  }
  const { rules } = Object(policy) as { rules?: unknown };
  for (const rule of Array.isArray(rules) ? rules : []) await readTerms(rule, dirname(file));
  return policy as Policy;
}

/** One term a line; empty lines and lines that begin with `#` do not count. */
async function readTerms(rule: unknown, directory: string): Promise<void> {
  if (typeof rule !== 'object' || rule === null || !('terms-from' in rule)) return;
  const { 'terms-from': from, terms } = rule as { 'terms-from': unknown; terms?: unknown };
  const names = Array.isArray(from) ? from : [from];
  const found: unknown[] = Array.isArray(terms) ? [...terms] : [];
  for (const name of names) {
    if (typeof name !== 'string') throw new GuardError('policy/terms-from', 'terms-from is a file or a list of files');
    const text = Buffer.from(await read(resolve(directory, name))).toString('utf8');
    const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/).map((line) => line.trim());
    found.push(...lines.filter((line) => line !== '' && !line.startsWith('#')));
  }
  delete (rule as { 'terms-from'?: unknown })['terms-from'];
  (rule as { terms?: unknown[] }).terms = found;
}

async function readSeed(file: string): Promise<Uint8Array> {
  const seed = fromBase64url(Buffer.from(await read(file)).toString('utf8').trim());
  if (seed.length !== SEED_BYTES) throw new GuardError('key/invalid', `${file} does not hold a key of ${SEED_BYTES} bytes`);
  return seed;
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (thrown) {
    throw new GuardError('cli/read', `${file}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

function fromBase64url(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function need(value: string | undefined, what: string): string {
  if (value === undefined) throw new GuardError('cli/usage', `${what} is missing\n${USAGE}`);
  return value;
}

function print(value: object): void {
  console.log(JSON.stringify(value, undefined, 2));
}

function codeOf(thrown: unknown): unknown {
  return (Object(thrown) as { code?: unknown }).code;
}

/** `--key -x` as `--key=-x`: a key in base64url may begin with a dash. */
function joined(args: string[]): string[] {
  const at = args.findIndex((arg) => arg === '--key' || arg === '-k');
  return at < 0 || at + 1 >= args.length ? args : args.toSpliced(at, 2, `--key=${args[at + 1]}`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: joined(process.argv.slice(2)),
    allowPositionals: true,
    options: { out: { type: 'string', short: 'o' }, key: { type: 'string', short: 'k' }, help: { type: 'boolean', short: 'h' } },
  });
  const [name = 'help', ...rest] = positionals;
  if (values.help || name === 'help') {
    console.log(USAGE);
    return;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new GuardError('cli/usage', `there is no command ${name}\n${USAGE}`);
  await init();
  await command({ positionals: rest, out: values.out, key: values.key });
}

main().catch((thrown: unknown) => {
  // A GuardError's message begins with its code.
  const code = String(codeOf(thrown)).startsWith('ERR_PARSE_ARGS') ? 'cli/usage' : 'cli/failed';
  console.error(thrown instanceof GuardError ? thrown.message : `${code}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  process.exitCode = 1;
});
