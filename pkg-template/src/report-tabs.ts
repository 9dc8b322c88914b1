/**
 * One sender among the pages that share a store. Whoever leads sends what the store holds; the
 * others store what they make and tell the leader. A leader that does not answer for a lease has
 * lost it: a killed page strands nothing while another lives. Two that both believe to lead, for
 * as long as it takes to hear of each other, send twice what the collector stores once.
 */
import { toHex } from './hex.js';
import type { Host, ReportStats } from './types.js';

/** How long a page that comes waits for an answer before it leads, ms. */
const JOIN_MS = 250;
/** How often the others ask whether the leader lives, and how long it may be silent, ms. */
const LEASE_MS = 5_000;
/** How often the leader says so unasked, for one that was frozen meanwhile and still believes to lead, ms. */
const BEAT_MS = 15_000;
/** Beats after which it looks for records whose page died before it told of them. */
const RESCAN_BEATS = 4;
/** How long the leader may take for what it is asked to do, ms. */
const ERRAND_MS = 2 * LEASE_MS;
/** What the outbox does in this time is told at once, ms. */
const TELL_MS = 250;
const ID_BYTES = 8;

export interface TabEvents {
  /** This page sends from now on. */
  lead(): void;
  /** Another page sends from now on. */
  follow(): void;
  /** Another page stored a record under this key. */
  stored(key: string): void;
  /** Another page was hidden. */
  hidden(): void;
  rescan(): void;
  flush(): Promise<void>;
  purge(): Promise<void>;
  stats(): ReportStats;
}

type Errand = 'flush' | 'purge';

export class SenderTabs {
  readonly #host: Host;
  readonly #on: TabEvents;
  readonly #id: string;
  readonly #joined: { post(message: unknown): void; leave(): void };
  readonly #errands = new Map<number, () => void>();
  #errand = 0;
  #leads = false;
  #hasLeft = false;
  /** What the leader said last. */
  #stats: ReportStats | undefined;
  /** Monotonic time of the question that is not answered yet. */
  #askedAt: number | undefined;
  #cancelTimer: () => void = () => {};
  /** While the others are about to be told. */
  #cancelTelling: (() => void) | undefined;

  /** `undefined` where pages cannot talk: then each sends by itself. */
  static join(host: Host, on: TabEvents): SenderTabs | undefined {
    return host.peers && new SenderTabs(host, host.peers, on);
  }

  constructor(host: Host, peers: NonNullable<Host['peers']>, on: TabEvents) {
    this.#host = host;
    this.#on = on;
    this.#id = toHex(host.random(ID_BYTES));
    this.#joined = peers.join('report', (message) => this.#take(Object(message) as Record<string, unknown>));
    this.#stand(JOIN_MS);
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** What the leader's outbox holds, as far as it told. */
  get stats(): ReportStats | undefined {
    return this.#stats;
  }

  stored(key: string): void {
    this.#post({ stored: key });
  }

  hidden(): void {
    this.#post({ hidden: true });
  }

  /** Tells the others how the outbox stands. */
  tell(): void {
    if (this.#leads) this.#post({ lead: this.#id, stats: this.#on.stats() });
  }

  /** Tells them soon, once for all that happens until then. */
  tellSoon(): void {
    if (!this.#leads || this.#hasLeft) return;
    this.#cancelTelling ??= this.#host.timer(TELL_MS, () => {
      this.#cancelTelling = undefined;
      this.tell();
    });
  }

  /** Has the leader do it; `false` if it does not say in time that it is done. */
  async ask(errand: Errand): Promise<boolean> {
    const number = this.#errand += 1;
    return new Promise((resolve) => {
      const cancel = this.#host.timer(ERRAND_MS, () => end(false));
      const end = (done: boolean): void => {
        cancel();
        this.#errands.delete(number);
        resolve(done);
      };
      this.#errands.set(number, () => end(true));
      this.#post({ errand, number, from: this.#id });
    });
  }

  /** Leads at once, whoever did before. */
  seize(): void {
    if (this.#leads || this.#hasLeft) return;
    this.#cancelTimer();
    this.#leads = true;
    this.#askedAt = undefined;
    this.#on.lead();
    this.tell();
    this.#beat(1);
  }

  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#cancelTimer();
    this.#cancelTelling?.();
    if (this.#leads) this.#post({ bye: this.#id });
    this.#joined.leave();
  }

  /** Asks who leads; without an answer in `ms`, this page does. */
  #stand(ms: number): void {
    this.#askedAt = this.#host.monotonic();
    this.#post({ ask: this.#id });
    this.#after(ms, () => this.#askedAt === undefined ? this.#stand(LEASE_MS) : this.seize());
  }

  #beat(count: number): void {
    this.#after(BEAT_MS, () => {
      this.tell();
      // Whoever hears it may lead instead.
      if (!this.#leads) return;
      if (count % RESCAN_BEATS === 0) this.#on.rescan();
      this.#beat(count + 1);
    });
  }

  #take({ ask, lead, stats, bye, stored, hidden, errand, number, from, done }: Record<string, unknown>): void {
    if (this.#hasLeft) return;
    if (typeof lead === 'string') this.#hear(lead, stats as ReportStats);
    else if (typeof ask === 'string') this.#answer(ask);
    else if (typeof bye === 'string') this.#heir();
    else if (done === this.#id) this.#errands.get(number as number)?.();
    else if (!this.#leads) return;
    else if (typeof stored === 'string') this.#on.stored(stored);
    else if (hidden === true) this.#on.hidden();
    else if (errand === 'flush' || errand === 'purge') void this.#run(errand, from, number);
  }

  /** Does what another page asks for. One that fails is not done: who asked leads then. */
  async #run(errand: Errand, from: unknown, number: unknown): Promise<void> {
    try {
      await this.#on[errand]();
    } catch {
      return;
    }
    this.tell();
    this.#post({ done: from, number });
  }

  /** A leader has left. One that leads itself, for they had not heard of each other, stays. */
  #heir(): void {
    if (!this.#leads) this.#stand(JOIN_MS);
  }

  /** Somebody leads. Of two leaders, the one with the smaller id stays. */
  #hear(leader: string, stats: ReportStats): void {
    if (this.#leads) {
      if (this.#id < leader) return this.tell();
      this.#leads = false;
      this.#cancelTimer();
      this.#on.follow();
      this.#stand(LEASE_MS);
    }
    this.#stats = stats;
    this.#askedAt = undefined;
  }

  /** Somebody looks for a leader. Among those who look at the same time, the smallest id is first. */
  #answer(asker: string): void {
    if (this.#leads) this.tell();
    else if (this.#askedAt !== undefined && asker < this.#id) {
      this.#after(2 * JOIN_MS + LEASE_MS, () => this.#stand(JOIN_MS));
    }
  }

  #after(ms: number, run: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#host.timer(ms, run);
  }

  #post(message: object): void {
    try {
      this.#joined.post(message);
    } catch {
      // The store brings them together at the next look.
    }
  }
}
