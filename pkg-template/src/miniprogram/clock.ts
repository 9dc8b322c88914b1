/**
 * A clock that never goes back, where the platform has only the wall clock: it
 * goes on by what the wall clock shows between two looks, but not by a step
 * that is longer than the code ever stands still. So a clock that is set is no
 * time that passed. While the mini-program is suspended this clock stands, as
 * that of a machine asleep, which the usage part is used to.
 */

/** Longest step that is taken for time that passed, ms. */
const MAX_STEP_MS = 5_000;
/** Between two looks when nobody asks, ms. */
const LOOK_MS = 1_000;

let total = 0;
let last: number | undefined;
let ticking: unknown;

export function monotonic(): number {
  const now = Date.now();
  const step = last === undefined ? 0 : now - last;
  last = now;
  if (step > 0 && step <= MAX_STEP_MS) total += step;
  // Asked for the first time: from now on, somebody looks.
  ticking ??= keepLooking();
  return total;
}

function keepLooking(): unknown {
  const timer: unknown = setInterval(monotonic, LOOK_MS);
  // In Node, where this is tested, a clock must not keep the process alive.
  if (typeof timer === 'object') (timer as { unref?: () => void }).unref?.();
  return timer ?? true;
}
