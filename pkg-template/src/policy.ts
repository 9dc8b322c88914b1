/** Policies and packs. */
import { call, core } from './core.js';
import { GuardError } from './error.js';
import type { PackInfo, Policy } from './types.js';

const POLICY_FIELDS = new Set(['policy', 'revision', 'notice', 'rules', 'allow']);
/** The last ones have codes of their own in the core. */
const RULE_FIELDS = new Set([
  'id', 'risk', 'action', 'terms', 'all', 'within', 'views', 'channels', 'with', 'mask', 'severity',
  'terms-from', 'pattern', 'any', 'unless', 'jurisdictions',
]);

/** Compiles a policy into an unsigned pack; `policy/…` says what is wrong with it. */
export function compilePolicy(policy: Policy): Uint8Array {
  core();
  if (typeof policy !== 'object' || policy === null) throw new GuardError('policy/shape', 'a policy is an object');
  refuseUnknown(policy, POLICY_FIELDS, 'the policy');
  if (Array.isArray(policy.rules)) {
    for (const [index, rule] of policy.rules.entries()) refuseUnknown(rule, RULE_FIELDS, `rule ${rule?.id ?? index}`);
  }
  return call((glue) => glue.compile_policy(policy));
}

/** Signs a pack with an Ed25519 seed of 32 bytes. */
export function signPack(pack: Uint8Array, seed: Uint8Array): Uint8Array {
  core();
  assertBytes(pack, 'pack/not-bytes', 'a pack is a Uint8Array');
  assertBytes(seed, 'key/invalid', 'a seed is a Uint8Array of 32 bytes');
  return call((glue) => glue.sign_pack(pack, seed));
}

/** The Ed25519 public key of a seed of 32 bytes, for `publicKeys`. */
export function publicKey(seed: Uint8Array): Uint8Array {
  core();
  assertBytes(seed, 'key/invalid', 'a seed is a Uint8Array of 32 bytes');
  return call((glue) => glue.public_key(seed));
}

/** What a pack says of itself. Its signature is not verified: that takes a key. */
export function inspectPack(pack: Uint8Array): PackInfo {
  core();
  assertBytes(pack, 'pack/not-bytes', 'a pack is a Uint8Array');
  return call((glue) => glue.inspect_pack(pack));
}

/** The core only looks for the fields it knows: a misspelt one would be a rule less. */
function refuseUnknown(value: unknown, known: Set<string>, where: string): void {
  const unknown = Object.keys(Object(value)).find((field) => !known.has(field));
  if (unknown !== undefined) throw new GuardError('policy/shape', `${where} has the unknown field ${JSON.stringify(unknown)}`);
}

function assertBytes(value: unknown, code: string, message: string): void {
  if (!(value instanceof Uint8Array)) throw new GuardError(code, message);
}
