/** What ends when the service closes or the user leaves. */
import type { GuardError } from './error.js';
import type { Close } from './runtime.js';
import type { CloseReason } from './types.js';

/** How long an answer may take to finish its sentence after the service closed. */
const GRACE_MS = 15_000;
/** Reasons that come with the clock; the others end answers at once. */
const GRACEFUL: ReadonlySet<CloseReason> = new Set<CloseReason>(['quota', 'curfew', 'day']);

export class Closers {
  readonly #all = new Set<Close>();

  add(close: Close): () => void {
    // Wrapped, so that the same function can be given twice.
    const entry: Close = (graceMs, reason) => close(graceMs, reason);
    this.#all.add(entry);
    return () => void this.#all.delete(entry);
  }

  /** The service closed `lateMs` ago; `opened`: it was open before, and not closed for another reason. */
  closed(reason: CloseReason, opened: boolean, lateMs: number, error: GuardError): void {
    const isGraceful = GRACEFUL.has(reason);
    if (opened && isGraceful) this.end(Math.max(0, GRACE_MS - lateMs), error);
    else if (opened || !isGraceful) this.end(0, error);
  }

  end(graceMs: number, error: GuardError): void {
    for (const close of [...this.#all]) {
      try {
        close(graceMs, error);
      } catch {
        // One stream that fails to end must not keep the others open.
      }
    }
  }

  clear(): void {
    this.#all.clear();
  }
}
