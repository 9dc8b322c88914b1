/** Keys in files: the seed in base64url. */
import { GuardError } from '../error.js';
import { readText } from './files.js';

export const SEED_BYTES = 32;

export async function readSeed(file: string): Promise<Uint8Array> {
  const seed = fromBase64url((await readText(file)).trim());
  if (seed.length !== SEED_BYTES) throw new GuardError('key/invalid', `${file} does not hold a key of ${SEED_BYTES} bytes`);
  return seed;
}

export function fromBase64url(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
