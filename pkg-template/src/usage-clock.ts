/**
 * The time that usage goes by: the server's, or the wall clock's at start,
 * carried forward by the monotonic clock.
 */
import type { Host } from './types.js';

/** How long the server may take to tell the time. */
const SYNC_TIMEOUT_MS = 5_000;
/** Latest time that is taken, the end of the year 9999. */
const MAX_TIME = 253_402_300_800_000;

/** Time carried forward from an anchor by the monotonic clock. */
export class TrustedClock {
  readonly #host: Host;
  #now: number;
  #wall: number;
  #monotonic: number;

  constructor(host: Host, now: number) {
    this.#host = host;
    this.#now = now;
    this.#wall = host.now();
    this.#monotonic = host.monotonic();
  }

  anchor(now: number): void {
    this.#now = now;
    this.#wall = this.#host.now();
    this.#monotonic = this.#host.monotonic();
  }

  at(monotonic: number): number {
    return this.#now + (monotonic - this.#monotonic);
  }

  /** How far the wall clock went ahead of the monotonic one since the anchor, ms. */
  ahead(): number {
    return this.#host.now() - this.#wall - (this.#host.monotonic() - this.#monotonic);
  }
}

/** The server's time at this moment; `undefined` if it cannot be had. */
export async function serverTime(host: Host, server: string): Promise<number | undefined> {
  const asked = host.monotonic();
  let cancel: () => void = () => {};
  const timeout = new Promise<undefined>((resolve) => {
    cancel = host.timer(SYNC_TIMEOUT_MS, () => resolve(undefined));
  });
  try {
    const url = `${server.replace(/\/+$/, '')}/v1/time`;
    const response = await Promise.race([
      host.send({ url, method: 'GET', headers: { accept: 'application/json' } }),
      timeout,
    ]);
    if (response?.status !== 200) return undefined;
    const answer: unknown = JSON.parse(new TextDecoder().decode(response.body));
    if (typeof answer !== 'object' || answer === null || !('now' in answer)) return undefined;
    const { now } = answer;
    if (typeof now !== 'number' || !(now >= 0 && now <= MAX_TIME)) return undefined;
    // The answer was true about half a round trip ago.
    return now + (host.monotonic() - asked) / 2;
  } catch {
    return undefined;
  } finally {
    cancel();
  }
}
