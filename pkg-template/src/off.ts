/** What stands in for the parts of a guard that are off: they say so. */
import { GuardError } from './error.js';
import type { Person } from './report-record.js';
import type { Close, ReportsRuntime, UsageRuntime } from './runtime.js';
import type { EscalationDetail, Host, Receipt, ReportStats, UsageStatus } from './types.js';
import { Closers } from './usage-closers.js';

/** Nothing is metered: always open. */
export class UsageOff extends EventTarget implements UsageRuntime {
  readonly #host: Host;
  readonly #closers = new Closers();

  constructor(host: Host) {
    super();
    this.#host = host;
  }

  status(): UsageStatus {
    const now = this.#host.now();
    return {
      state: 'open', usedMs: 0, remainingMs: null, continuousMs: 0, nextChangeAt: null, opensAt: null, due: [],
      now, zone: '+00:00', day: dayOf(now), identity: 'assumed', deny: [], require: [], calendar: null,
    };
  }

  acknowledge(): void {}

  identify(): void {
    throw new GuardError('usage/off', 'this guard was created without usage');
  }

  exit(): void {
    this.#closers.end(0, exited());
    this.dispatchEvent(new CustomEvent('exit'));
  }

  escalate(detail: EscalationDetail): void {
    this.dispatchEvent(new CustomEvent('escalation', { detail }));
  }

  assertOpen(): void {}

  about(): Person {
    return { ageBand: 'unknown', minorMode: false };
  }

  ready(): void {}

  streaming(): void {}

  onClose(close: Close): () => void {
    return this.#closers.add(close);
  }

  async dispose(): Promise<void> {
    this.#closers.clear();
  }
}

/** Why answers end when the user leaves. */
export function exited(): GuardError {
  return new GuardError('usage/exit', 'the user ended the conversation');
}

/** The civil day in UTC; a clock that tells no time has none. */
function dayOf(now: number): string {
  return Number.isFinite(now) ? new Date(now).toISOString().slice(0, 10) : '';
}

/** Verdicts go nowhere; a complaint is refused, so that no user believes it was sent. */
export class ReportsOff implements ReportsRuntime {
  readonly evidenceUnits = 0;

  verdict(): void {}

  preview(): never {
    throw new GuardError('report/off', 'this guard was created without reports');
  }

  async submit(): Promise<Receipt> {
    return this.preview();
  }

  async flush(): Promise<void> {}

  async purge(): Promise<void> {}

  stats(): ReportStats {
    return { pending: 0, pendingBytes: 0, accepted: 0, dropped: 0, rejected: 0, storage: 'memory' };
  }

  async dispose(): Promise<void> {}
}
