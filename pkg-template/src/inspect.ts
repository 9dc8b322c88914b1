/** Looking at packs, which needs no compiler. */
import { call, core } from './core.js';
import { GuardError } from './error.js';
import type { PackInfo } from './types.js';

/** What a pack says of itself. Its signature is not verified: that takes a key. */
export function inspectPack(pack: Uint8Array): PackInfo {
  core();
  assertBytes(pack, 'pack/not-bytes', 'a pack is a Uint8Array');
  return call((glue) => glue.inspect_pack(pack));
}

export function assertBytes(value: unknown, code: string, message: string): void {
  if (!(value instanceof Uint8Array)) throw new GuardError(code, message);
}
