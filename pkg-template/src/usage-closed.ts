/** What is said when the service is closed. */
import { GuardError } from './error.js';
import type { CloseReason, UsageStatus } from './types.js';

const REASONS: Record<CloseReason, string> = {
  curfew: 'closed at this time of day',
  quota: 'the time for today is used up',
  day: 'closed today',
  guardian: 'closed by the guardian',
  identity: 'it is not known who the user is',
  clock: 'the time is not known',
};

/** Why requests are refused. */
export function closure({ reason, opensAt }: UsageStatus): GuardError {
  return new GuardError('usage/closed', REASONS[reason ?? 'clock'], { opensAt });
}

/** `status`, closed because the time is not known. */
export function timeless(status: UsageStatus | undefined): UsageStatus {
  return {
    usedMs: 0, remainingMs: null, continuousMs: 0, now: 0, zone: '+00:00', day: '', identity: 'assumed', deny: [], require: [], calendar: null,
    ...status,
    state: 'closed', reason: 'clock', nextChangeAt: null, opensAt: null, due: [],
  };
}
