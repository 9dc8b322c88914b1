/**
 * Random bytes are asked for in the middle of things, but platforms give them
 * later; so some are kept at hand. When there are none, nothing is made up.
 */
import { GuardError } from '../error.js';

/** Bytes kept at hand: a thousand record ids. */
const POOL_BYTES = 16_384;

/** Gives that many strong random bytes, at least; fewer are refused with `host/random`. */
export type RandomSource = (bytes: number) => Promise<ArrayBuffer | Uint8Array>;

let pool = new Uint8Array(0);
let used = 0;
let source: RandomSource | undefined;
let filling: Promise<void> | undefined;

/** Fills the pool from `given`, from now on too. Rejects with `host/random` if nothing comes. */
export function fillEntropy(given: RandomSource): Promise<void> {
  source = given;
  filling ??= given(POOL_BYTES).then(take, (cause: unknown) => {
    throw new GuardError('host/random', 'the platform gave no random bytes', { cause });
  }).finally(() => {
    filling = undefined;
  });
  return filling;
}

function take(given: ArrayBuffer | Uint8Array): void {
  const bytes = 'buffer' in given ? new Uint8Array(given) : new Uint8Array(given.slice(0));
  if (bytes.length < POOL_BYTES) throw new GuardError('host/random', `${POOL_BYTES} random bytes were asked for, ${bytes.length} came`);
  pool = bytes;
  used = 0;
}

/** In place of the global `crypto`. */
export const crypto = {
  getRandomValues<T extends Uint8Array>(view: T): T {
    if (pool.length - used < view.length) {
      refill();
      throw new GuardError('host/random', 'the random bytes at hand are used up; more are asked for');
    }
    view.set(pool.subarray(used, used + view.length));
    pool.fill(0, used, used + view.length);
    used += view.length;
    if (pool.length - used < POOL_BYTES / 2) refill();
    return view;
  },
};

function refill(): void {
  if (source) fillEntropy(source).catch(() => {});
}
