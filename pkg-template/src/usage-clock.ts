/**
 * The time that usage goes by: the server's, or the wall clock's at start,
 * carried forward by the monotonic clock.
 */
import { call, instance, type Glue } from './core.js';
import { toHex } from './hex.js';
import type { Host, HostResponse } from './types.js';
import { within } from './within.js';

/** How long the server may take to answer. */
const ANSWER_MS = 5_000;
/** Latest time that is taken, the end of the year 9999. */
const MAX_TIME = 253_402_300_800_000;
const NONCE_BYTES = 18;

type Clock = InstanceType<Glue['UsageClock']>;

/** The core's trusted clock, read by the host's. One like it takes its place when the core has trapped. */
export class HostClock {
  readonly #host: Host;
  readonly #began: ConstructorParameters<Glue['UsageClock']>;
  #anchored: Parameters<Clock['anchor']> | undefined;
  #clock: Clock;
  /** The instance of the core that it belongs to. */
  #home = instance();

  /** Goes on from the latest instant known, so that a clock that was put back does not stand still. */
  constructor(host: Host, last: number | undefined) {
    this.#host = host;
    this.#began = [host.now(), host.monotonic(), last];
    this.#clock = call((glue) => new glue.UsageClock(...this.#began));
  }

  anchor(server: number): void {
    const anchored: Parameters<Clock['anchor']> = [server, this.#host.now(), this.#host.monotonic()];
    call(() => this.#live().anchor(...anchored));
    this.#anchored = anchored;
  }

  /** Throws `usage/time` if no clock tells it. */
  at(monotonic: number): number {
    return call(() => this.#live().now(monotonic));
  }

  /** How far the wall clock went ahead of the monotonic one since the anchor, ms. */
  ahead(): number {
    return call(() => this.#live().ahead(this.#host.now(), this.#host.monotonic()));
  }

  free(): void {
    this.#clock.free();
  }

  #live(): Clock {
    if (this.#home.hasTrapped) {
      this.#home = instance();
      this.#clock = call((glue) => new glue.UsageClock(...this.#began));
      if (this.#anchored) this.#clock.anchor(...this.#anchored);
    }
    return this.#clock;
  }
}

/** Asks the server; `undefined` if it cannot be reached or answers anything but 200 with an object in JSON. */
export async function ask(
  host: Host, server: string, path: string, request: { method?: string; headers?: Record<string, string>; body?: object; keepalive?: boolean } = {},
): Promise<Record<string, unknown> | undefined> {
  const { method = 'GET', headers, body, keepalive } = request;
  const sent = new Promise<HostResponse>((resolve) => resolve(host.send({
    url: `${server.replace(/\/+$/, '')}${path}`,
    method,
    headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body ? { body: new TextEncoder().encode(JSON.stringify(body)) } : {}),
    ...(keepalive ? { keepalive } : {}),
  })));
  const response = await within(host, ANSWER_MS, sent);
  if (response?.status !== 200) return undefined;
  try {
    const answer: unknown = JSON.parse(new TextDecoder().decode(response.body));
    return typeof answer === 'object' && answer !== null ? answer as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The server's time at this moment; `undefined` if it cannot be had. With `keys`, one of them must
 * have signed it together with a nonce of this very request, so that no old answer passes.
 */
export async function serverTime(host: Host, server: string, keys: Uint8Array[]): Promise<number | undefined> {
  const asked = host.monotonic();
  const nonce = keys.length === 0 ? '' : toHex(host.random(NONCE_BYTES));
  const answer = await ask(host, server, nonce === '' ? '/v1/time' : `/v1/time?nonce=${nonce}`);
  const { now, nonce: returned, signature } = answer ?? {};
  if (typeof now !== 'number' || !(now >= 0 && now <= MAX_TIME)) return undefined;
  if (keys.length > 0) {
    if (returned !== nonce || typeof signature !== 'string') return undefined;
    if (!call((glue) => glue.verify_time(now, nonce, signature, keys))) return undefined;
  }
  // The answer was true about half a round trip ago.
  return now + (host.monotonic() - asked) / 2;
}
