/** Policies and packs. */
import { compile } from './compiler.js';
import { call, core } from './core.js';
import { GuardError } from './error.js';
import type { PackInfo, Policy } from './types.js';

/** Compiles a policy into an unsigned pack; `policy/…` says what is wrong with it. */
export function compilePolicy(policy: Policy): Uint8Array {
  return compile((compiler) => compiler.compile_policy(policy));
}

/** Signs a pack with an Ed25519 seed of 32 bytes. */
export function signPack(pack: Uint8Array, seed: Uint8Array): Uint8Array {
  assertBytes(pack, 'pack/not-bytes', 'a pack is a Uint8Array');
  assertBytes(seed, 'key/invalid', 'a seed is a Uint8Array of 32 bytes');
  return compile((compiler) => compiler.sign_pack(pack, seed));
}

/** The Ed25519 public key of a seed of 32 bytes, for `publicKeys`. */
export function publicKey(seed: Uint8Array): Uint8Array {
  assertBytes(seed, 'key/invalid', 'a seed is a Uint8Array of 32 bytes');
  return compile((compiler) => compiler.public_key(seed));
}

/** What a pack says of itself. Its signature is not verified: that takes a key. */
export function inspectPack(pack: Uint8Array): PackInfo {
  core();
  assertBytes(pack, 'pack/not-bytes', 'a pack is a Uint8Array');
  return call((glue) => glue.inspect_pack(pack));
}

function assertBytes(value: unknown, code: string, message: string): void {
  if (!(value instanceof Uint8Array)) throw new GuardError(code, message);
}
