/** What several hosts have in common. */
import { GuardError } from '../error.js';
import type { HostRequest, HostResponse, Store } from '../types.js';

/** Longest delay that platforms take, ms; longer ones overflow to nothing. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** A timer of any length; returns cancel. */
export function timer(ms: number, run: () => void): () => void {
  const until = performance.now() + ms;
  let handle: ReturnType<typeof setTimeout>;
  const wait = (left: number): void => {
    const delay = Math.min(Math.max(left, 0), MAX_DELAY_MS);
    handle = setTimeout(() => (left > MAX_DELAY_MS ? wait(until - performance.now()) : run()), delay);
    // In Node, a guard that waits must not keep the process alive.
    if (typeof handle === 'object') (handle as { unref?: () => void }).unref?.();
  };
  wait(ms);
  return () => clearTimeout(handle);
}

export async function send({ url, method, headers, body, keepalive }: HostRequest): Promise<HostResponse> {
  const init: RequestInit = { method, headers, keepalive: keepalive ?? false };
  // A copy: the view may be one of memory that moves.
  if (body) init.body = body.slice();
  const response = await fetch(url, init);
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: new Uint8Array(await response.arrayBuffer()),
  };
}

/** Strong random bytes of the platform. */
export function random(bytes: number): Uint8Array {
  if (typeof crypto !== 'object') throw new GuardError('host/random', 'this platform has no random bytes');
  return crypto.getRandomValues(new Uint8Array(bytes));
}

export class MemoryStore implements Store {
  readonly kind: 'durable' | 'memory' = 'memory';
  readonly #values = new Map<string, Uint8Array>();

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#values.get(key)?.slice();
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    this.#values.set(key, value.slice());
  }

  async delete(key: string): Promise<void> {
    this.#values.delete(key);
  }

  async keys(prefix: string): Promise<string[]> {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
}
