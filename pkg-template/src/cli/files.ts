/** Files that the commands read and write. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { GuardError } from '../error.js';

export async function read(file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (thrown) {
    throw new GuardError('cli/read', `${file}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** UTF-8, with or without a byte order mark. */
export async function readText(file: string): Promise<string> {
  return Buffer.from(await read(file)).toString('utf8').replace(/^\uFEFF/, '');
}

/** Writes a file that people may have edited: only with `force` over one that exists. */
export async function writeNew(file: string, text: string, force: boolean): Promise<void> {
  if (!force && existsSync(file)) throw new GuardError('cli/exists', `${file} exists; --force overwrites it`);
  await writeFile(file, text);
}

export function print(value: object): void {
  console.log(JSON.stringify(value, undefined, 2));
}
