/**
 * Pages of one store tell each other what they use, so that all of them close
 * together, and that the user leaves, so that all of them fall silent. Messages
 * only ever add time or end answers: whatever a page hears, it cannot open by
 * it. A page that joins asks the others for what they know.
 */
import type { Host } from './types.js';
import type { LiveMeter } from './usage-meter.js';

/** How often a page in use tells the others. */
export const TELL_MS = 1_000;

/** Most numbers of one message. */
const MAX_NUMBERS = 8_192;
const NOTHING = new Float64Array();

export interface TabsContext {
  /** Brings the meter up to date; the trusted time. May throw `usage/time`. */
  account(): number;
  /** Looks at what holds now. */
  changed(): void;
  /** The user left, in another page, at this trusted time. */
  exited(at: number): void;
}

export class Tabs {
  readonly #meter: LiveMeter;
  readonly #joined: { post(message: unknown): void; leave(): void } | undefined;
  /** Trusted time up to which the others were told. */
  #told = 0;

  constructor(host: Host, key: string, meter: LiveMeter, context: TabsContext) {
    this.#meter = meter;
    this.#joined = host.peers?.join(key, (message) => {
      try {
        if (this.#take(message, context)) context.changed();
      } catch {
        // A message of another version, or a clock that tells no time.
      }
    });
    this.#post({ ask: true });
  }

  get areReachable(): boolean {
    return this.#joined !== undefined;
  }

  /** What was used since the last time; it is `now`. */
  tell(now: number): void {
    if (!this.#joined) return;
    const used = this.#meter.live.intervals(this.#told);
    this.#told = now;
    if (used.length > 0) this.#post({ used: [...used] });
  }

  /** Everything, such as a reminder that was acknowledged. */
  tellAll(): void {
    if (this.#joined) this.#post({ saved: this.#meter.save() });
  }

  /** The user leaves: the answers in the other pages end too. */
  tellExit(at: number): void {
    this.#post({ exit: at });
  }

  leave(): void {
    this.#joined?.leave();
  }

  /** Whether something was taken that may change what holds. */
  #take(message: unknown, context: TabsContext): boolean {
    if (typeof message !== 'object' || message === null) return false;
    const { ask, exit, saved, used } = message as Record<string, unknown>;
    if (typeof exit === 'number') {
      context.exited(exit);
      return false;
    }
    const now = context.account();
    if (ask === true) {
      this.tellAll();
      return false;
    }
    if (saved instanceof Uint8Array) this.#meter.live.merge(saved);
    if (Array.isArray(used) && used.length <= MAX_NUMBERS) this.#meter.live.absorb(Float64Array.from(used), NOTHING, now);
    return true;
  }

  #post(message: object): void {
    try {
      this.#joined?.post(message);
    } catch {
      // The store brings them together at the next heartbeat.
    }
  }
}
