/** What stands in for the parts of a guard that are off: they say so. */
import { GuardError } from './error.js';
import type { ReportsRuntime, UsageRuntime } from './runtime.js';
import type { Receipt, ReportStats, UsageStatus } from './types.js';

/** Nothing is metered: always open. */
export class UsageOff extends EventTarget implements UsageRuntime {
  status(): UsageStatus {
    return {
      state: 'open', usedMs: 0, remainingMs: null, continuousMs: 0, nextChangeAt: null, opensAt: null, due: [],
    };
  }

  acknowledge(): void {}

  assertOpen(): void {}

  streaming(): void {}

  onClose(): () => void {
    return () => {};
  }

  async dispose(): Promise<void> {}
}

/** Verdicts go nowhere; a complaint is refused, so that no user believes it was sent. */
export class ReportsOff implements ReportsRuntime {
  verdict(): void {}

  submit(): Promise<Receipt> {
    return Promise.reject(new GuardError('report/off', 'this guard was created without reports'));
  }

  async flush(): Promise<void> {}

  stats(): ReportStats {
    return { pending: 0, pendingBytes: 0, accepted: 0, dropped: 0, rejected: 0, storage: 'memory' };
  }

  async dispose(): Promise<void> {}
}
