/** What holds at a moment: what the meter says, and what a missing server or a clock keeps closed. */
import type { UsageStatus } from './types.js';
import type { HostClock } from './usage-clock.js';
import { timeless } from './usage-closed.js';
import type { LiveMeter } from './usage-meter.js';

/** Difference of the wall and the monotonic clock that is a jump, not drift. */
const JUMP_MS = 5_000;

/** Whether the time has to be asked for; also when a clock tells none. */
export function hasJumped(clock: HostClock): boolean {
  return !(Math.abs(clock.ahead()) <= JUMP_MS);
}

/** `leftMs`: what `offline` leaves without the server, if it limits that. May throw `usage/time`. */
export function holding(
  { meter, clock, zone }: { meter: LiveMeter; clock: HostClock; zone: string }, leftMs: number | undefined, now: number,
): UsageStatus {
  const status: UsageStatus = { ...meter.live.status(now) as UsageStatus, now, zone };
  if (status.state === 'closed') return status;
  if (leftMs === 0) return timeless(status);
  const aheadMs = clock.ahead();
  if (!(aheadMs > JUMP_MS)) return status;
  // A wall clock put forward opens nothing, but its night is one.
  const ahead = meter.live.peek(now + aheadMs) as UsageStatus;
  if (ahead.reason !== 'curfew') return status;
  const { state, reason, opensAt, nextChangeAt } = ahead;
  return { ...status, state, reason, opensAt, nextChangeAt, due: [] };
}
