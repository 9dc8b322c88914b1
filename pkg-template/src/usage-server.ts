/**
 * A subject's time at the server: signed time, heartbeats with the intervals that
 * were used here, the merged ledger back, and fresh assertions. Whatever the
 * server says can only add time, unless it is signed.
 */
import type { Host, UsageOptions } from './types.js';
import { ask, serverTime } from './usage-clock.js';
import type { LiveMeter } from './usage-meter.js';

/** Time between two heartbeats, and shortest time between two questions for the time. */
const BEAT_MS = 60_000;
/** Most intervals, days and events of one heartbeat. */
const MAX_SENT_INTERVALS = 512;
const MAX_SENT_DAYS = 400;
const MAX_EVENTS = 64;
/** Longest reason, UTF-16 units. */
const MAX_REASON = 32;
/** Most intervals and days that are taken of an answer. */
const MAX_TAKEN = 4_096;
/** `offline: 'close'`: longest time without contact. */
const CLOSE_AFTER_MS = 3 * 60_000;
/** `offline: 'limit'`: most use without contact. */
const LIMIT_MS = 15 * 60_000;
/** An assertion is renewed when this much of its life is over. */
const RENEW_AT = 0.8;
/** Shortest time until the first try, and between tries that fail, doubled each time. */
const RENEW_SOONEST_MS = 10_000;
const RENEW_AGAIN_MS = 30_000;
const RENEW_AGAIN_MOST_MS = 10 * 60_000;

export interface UsageEvent {
  kind: 'closed' | 'reminder' | 'exit' | 'crisis';
  at: number;
  reason?: string;
}

export interface LinkContext {
  host: Host;
  options: UsageOptions;
  subject: string;
  device: string;
  keys: Uint8Array[];
  meter: LiveMeter;
  /** Brings the meter up to date; the trusted time. May throw `usage/time`. */
  account(): number;
  /** The server told the time. */
  timed(now: number): void;
  /** Whether the time has to be asked for, because a clock jumped. */
  doubtful(): boolean;
  /** Takes an assertion; throws why not. */
  identify(assertion: string): void;
  /** The user left, on another device. */
  exited(): void;
  /** Looks at what holds now. */
  changed(): void;
}

export class ServerLink {
  readonly #context: LinkContext;
  #assertion: string | undefined;
  #events: UsageEvent[] = [];
  /** Trusted time up to which the server has this device's intervals. */
  #sent = 0;
  #sentDays = false;
  /** Trusted time of the latest exit that is dealt with. */
  #exitedAt = 0;
  #busy: Promise<void> | undefined;
  #askedAt: number;
  #synced = false;
  /** Trusted and monotonic time of the last contact; as kept from before, or none. */
  #contact: { now: number; monotonic: number | undefined };
  #cancelRenewal = (): void => {};
  #failures = 0;
  #disposed = false;

  /** The server told the time. */
  get isSynced(): boolean {
    return this.#synced;
  }

  constructor(context: LinkContext, start: { synced: boolean; contact: number }) {
    this.#context = context;
    this.#askedAt = context.host.monotonic();
    this.#synced = start.synced;
    this.#contact = { now: start.contact, monotonic: start.synced ? this.#askedAt : undefined };
  }

  /** Trusted time of the last contact, to be kept. */
  get contact(): number {
    return this.#contact.now;
  }

  /** Something that the server should know. */
  note(event: UsageEvent): void {
    if (this.#context.options.server === undefined) return;
    this.#events.push(event.reason === undefined ? event : { ...event, reason: event.reason.slice(0, MAX_REASON) });
    if (this.#events.length > MAX_EVENTS) this.#events.shift();
  }

  /** Exits until then are dealt with, whatever the server tells of them. */
  left(at: number): void {
    this.#exitedAt = Math.max(this.#exitedAt, at);
  }

  /** An assertion was accepted; the times are in seconds. */
  identified(assertion: string, { iat, exp }: { iat: number; exp: number }, now: number): void {
    this.#assertion = assertion;
    this.#failures = 0;
    this.#renewIn(Math.max(RENEW_SOONEST_MS, (iat + (exp - iat) * RENEW_AT) * 1_000 - now));
  }

  /** No assertion holds: asks for one now, if there is somebody to ask. */
  unidentified(): void {
    this.#renewIn(0);
  }

  /** Milliseconds of use or time left before `offline` closes; `undefined` if it never does, 0 if it has. */
  leftMs(): number | undefined {
    const { host, options: { server, offline }, meter } = this.#context;
    if (server === undefined || offline === undefined || offline === 'allow') return undefined;
    if (offline === 'close') {
      if (this.#contact.monotonic === undefined) return 0;
      return Math.max(0, this.#contact.monotonic + CLOSE_AFTER_MS - host.monotonic());
    }
    const since = meter.live.intervals(this.#contact.now);
    let used = 0;
    for (let at = 0; at < since.length; at += 2) used += Number(since[at + 1]) - Math.max(Number(since[at]), this.#contact.now);
    return Math.max(0, LIMIT_MS - used);
  }

  /** Once a minute, or at once if `now` says so: asks and tells what is to be asked and told. */
  meet(now: boolean): void {
    const { host, options: { server } } = this.#context;
    if (server === undefined || this.#busy || this.#disposed) return;
    if (!now && host.monotonic() - this.#askedAt < BEAT_MS) return;
    this.#busy = this.#meet(server, now).finally(() => {
      this.#busy = undefined;
    });
  }

  /** The first meeting, which the guard waits for. */
  async first(): Promise<void> {
    const { server } = this.#context.options;
    if (server === undefined || this.#assertion === undefined) return;
    if (!await this.#beat(server, false)) this.#contact.monotonic = undefined;
  }

  /** The page goes away: tells what is not told yet. */
  leave(): void {
    const { server } = this.#context.options;
    if (server !== undefined && !this.#disposed) void this.#beat(server, true);
  }

  dispose(): void {
    this.#disposed = true;
    this.#cancelRenewal();
  }

  async #meet(server: string, forced: boolean): Promise<void> {
    const { host, keys, options: { offline } } = this.#context;
    const isStrict = offline === 'limit' || offline === 'close';
    const needsTime = forced || isStrict || !this.#synced || this.#context.doubtful();
    if (!needsTime && this.#assertion === undefined) return;
    this.#askedAt = host.monotonic();
    // First, or a server would be told, and refuse, what a wrong clock recorded.
    const time = needsTime ? await serverTime(host, server, keys) : undefined;
    if (this.#disposed) return;
    if (time !== undefined) {
      this.#synced = true;
      this.#context.timed(time);
      this.#corrected(time);
    }
    const heard = await this.#beat(server, false);
    if (this.#disposed) return;
    if (time !== undefined && heard) this.#contact = { now: time, monotonic: host.monotonic() };
    this.#context.changed();
  }

  /** What was recorded after `now` was recorded under a wrong clock; the core moves such use to today's total. */
  #corrected(now: number): void {
    this.#events = this.#events.map((event) => (event.at > now ? { ...event, at: Math.floor(now) } : event));
    this.#sent = Math.min(this.#sent, now);
    this.#exitedAt = Math.min(this.#exitedAt, now);
    this.#sentDays = false;
  }

  /** Sends what was used here and takes the merged ledger; false if that failed. */
  async #beat(server: string, keepalive: boolean): Promise<boolean> {
    const { host, subject, device, meter } = this.#context;
    const assertion = this.#assertion;
    if (assertion === undefined) return true;
    try {
      this.#context.account();
      const intervals = pairs(meter.live.intervals(this.#sent)).slice(0, MAX_SENT_INTERVALS);
      const days = this.#sentDays ? [] : pairs(meter.live.days()).slice(-MAX_SENT_DAYS);
      const events = [...this.#events];
      if (keepalive && intervals.length === 0 && events.length === 0) return true;
      const answer = await ask(host, server, `/v1/usage/${encodeURIComponent(subject)}/intervals`, {
        method: 'POST',
        headers: { authorization: `Bearer ${assertion}` },
        body: { device, intervals, days, events },
        keepalive,
      });
      if (!answer || this.#disposed) return false;
      const used = flat(answer['intervals']);
      const totals = flat(answer['days']);
      if (!used || !totals) return false;
      meter.live.absorb(used, totals, this.#context.account());
      this.#sent = Math.max(this.#sent, intervals[intervals.length - 1]?.[1] ?? 0);
      this.#sentDays = true;
      this.#events = this.#events.filter((event) => !events.includes(event));
      if (typeof answer['assertion'] === 'string') this.#takeFresh(answer['assertion']);
      this.#heardExit(answer['exit']);
      this.#context.changed();
      return true;
    } catch {
      // No time, or a ledger that is none: as no answer.
      return false;
    }
  }

  #heardExit(at: unknown): void {
    if (typeof at !== 'number' || !(at > this.#exitedAt)) return;
    this.left(at);
    this.#context.exited();
  }

  #takeFresh(assertion: string): void {
    try {
      this.#context.identify(assertion);
    } catch {
      // The one before holds until it expires.
    }
  }

  #renewIn(ms: number): void {
    this.#cancelRenewal();
    const { host, options: { renew } } = this.#context;
    if (!renew || this.#disposed) return;
    this.#cancelRenewal = host.timer(Math.max(0, ms), () => void this.#renew(renew));
  }

  async #renew(renew: () => Promise<string>): Promise<void> {
    try {
      const assertion = await renew();
      if (!this.#disposed) this.#context.identify(assertion);
    } catch {
      // Neither had nor accepted: the assumption holds once the old one has expired.
      this.#renewIn(Math.min(RENEW_AGAIN_MS * 2 ** this.#failures, RENEW_AGAIN_MOST_MS));
      this.#failures += 1;
    }
  }
}

function pairs(flat: Float64Array): [number, number][] {
  return Array.from({ length: flat.length >> 1 }, (_, index) => [Number(flat[index * 2]), Number(flat[index * 2 + 1])]);
}

/** Pairs of numbers as the core takes them; `undefined` if they are none. */
function flat(value: unknown): Float64Array | undefined {
  if (!Array.isArray(value) || value.length > MAX_TAKEN) return undefined;
  const numbers = value.flat();
  const arePairs = value.every((pair) => Array.isArray(pair) && pair.length === 2);
  return arePairs && numbers.every((number) => Number.isFinite(number)) ? Float64Array.from(numbers) : undefined;
}
