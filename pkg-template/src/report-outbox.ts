/** The core's outbox, as a guard's reports use it. */
import { core, instance, type Glue } from './core.js';
import { GuardError } from './error.js';
import type { Effect, OutboxEvent } from './report-wire.js';
import type { Host, ReportStats } from './types.js';

/** An outbox in which the core trapped so often is given up: it would take the filter with it each time. */
const MOST_TRAPS = 3;

type Outbox = InstanceType<Glue['Outbox']>;
type Counts = Omit<ReportStats, 'storage'>;

const NOTHING: Counts = { pending: 0, pendingBytes: 0, accepted: 0, dropped: 0, rejected: 0 };

/** The numbers of two outboxes together; `more` may come from another page. */
export function plus<T extends Counts>(counts: T, more: Partial<Record<keyof Counts, unknown>>): T {
  const sum = { ...counts };
  for (const name of Object.keys(NOTHING) as (keyof Counts)[]) sum[name] += Number(more[name]) || 0;
  return sum;
}

/** An outbox that outlives its instance of the core; what it held is given to it again. */
export class LiveOutbox {
  readonly #host: Host;
  readonly #maxBytes: number | undefined;
  #outbox: Outbox;
  /** The instance of the core that it belongs to. */
  #home = instance();
  #number = 0;
  /** Times that the core trapped in it. */
  #traps = 0;
  /** Its numbers, when they were last asked for. */
  #known = NOTHING;
  /** What those counted that were lost with their instance. */
  #before = NOTHING;

  /** Throws the codes of the options. */
  constructor(host: Host, maxBytes: number | undefined) {
    this.#host = host;
    this.#maxBytes = maxBytes;
    this.#outbox = this.#made();
  }

  /** Goes up with every outbox: what was begun for an earlier one, such as a request, is not its business. */
  get number(): number {
    return this.#number;
  }

  /** Nothing is sent any more; what the store keeps is a later page's. */
  get isGivenUp(): boolean {
    return this.#traps >= MOST_TRAPS;
  }

  /**
   * True when the core has trapped and there is an empty outbox in its next instance. Throws
   * `core/trap` until there is an instance.
   */
  revive(): boolean {
    if (this.isGivenUp || !this.#home.hasTrapped) return false;
    instance();
    this.#before = { ...plus(this.#known, this.#before), pending: 0, pendingBytes: 0 };
    this.#replace();
    return true;
  }

  /** An empty outbox in place of this one. */
  restart(): void {
    this.#outbox.free();
    this.#replace();
  }

  step(event: OutboxEvent): Effect[] {
    try {
      return this.#outbox.step(this.#host.now(), this.#host.monotonic(), event) as Effect[];
    } catch (thrown) {
      if (this.#home.hasTrapped) this.#traps += 1;
      throw thrown;
    }
  }

  isIdle(): boolean {
    return this.#outbox.isIdle();
  }

  /** Once the core has trapped, what was last known. */
  stats(): Counts {
    try {
      this.#known = this.#outbox.stats() as Counts;
    } catch (thrown) {
      if (GuardError.from(thrown).code !== 'core/trap') throw thrown;
    }
    return plus(this.#known, this.#before);
  }

  free(): void {
    this.#outbox.free();
  }

  #replace(): void {
    this.#home = instance();
    this.#outbox = this.#made();
    this.#number += 1;
    this.#known = NOTHING;
  }

  #made(): Outbox {
    const { Outbox } = core();
    try {
      return new Outbox({ maxBytes: this.#maxBytes }, this.#host.random(8));
    } catch (thrown) {
      throw GuardError.from(thrown);
    }
  }
}
