/** Making packs: the calls that need the policy compiler. */
import { compile } from './compiler.js';
import { assertBytes } from './inspect.js';
import type { Policy } from './types.js';

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
