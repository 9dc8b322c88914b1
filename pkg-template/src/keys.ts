/** Public keys as callers give them. */
import { bytesOfBase64url } from './base64url.js';
import { GuardError } from './error.js';
import type { GuardOptions } from './types.js';

const KEY_BYTES = 32;

/** Their bytes; none for packs that may be unsigned. Throws `key/invalid`. */
export function readKeys(keys: GuardOptions['publicKeys']): Uint8Array[] {
  if (keys === undefined) return [];
  if (!Array.isArray(keys) || keys.length === 0) {
    throw new GuardError('key/invalid', 'publicKeys holds at least one key; leave it out to load unsigned packs');
  }
  return keys.map((key) => {
    const bytes = typeof key === 'string' ? read(key) : key;
    if (!(bytes instanceof Uint8Array) || bytes.length !== KEY_BYTES) {
      throw new GuardError('key/invalid', `a public key has ${KEY_BYTES} bytes, raw or base64url`);
    }
    return bytes;
  });
}

function read(key: string): Uint8Array | undefined {
  try {
    return bytesOfBase64url(key);
  } catch {
    return undefined;
  }
}
