/** The platform, as the guard sees it. */

/** What a guard needs of its platform: clocks, randomness, storage, network, signals. */
export interface Host {
  /** Wall clock, ms since the epoch. */
  now(): number;
  /** Milliseconds, never goes back. */
  monotonic(): number;
  /** That many bytes, fit for ids and keys. */
  random(bytes: number): Uint8Array;
  /** Where used time and waiting reports are kept. */
  store: Store;
  /** Sends a request; rejects when no answer came. A status of any kind is an answer. */
  send(request: HostRequest): Promise<HostResponse>;
  /** Runs once after `ms`; returns cancel. */
  timer(ms: number, run: () => void): () => void;
  /** Tells at once `hidden` or `blur` of a page that begins so, and what changes from then on; returns stop. */
  signals(listen: (signal: Signal) => void): () => void;
  /** Absent: pages see each other's time at every heartbeat, 15 seconds, and each sends its own reports. */
  readonly peers?: Peers;
  /** Where text is shown, as records say it; absent is taken as `web`. */
  readonly surface?: 'web' | 'miniprogram';
  /** Names the client and its versions, for messages and logs of your own: no record has it. Absent: not known. */
  system?(): string;
}

/** What pages that share a store tell each other at once; without it they meet in the store. */
export interface Peers {
  /** Joins the pages that use `name`; `listen` gets what the others post, never what this one does. */
  join(name: string, listen: (message: unknown) => void): { post(message: unknown): void; leave(): void };
  /** Runs when no other page runs under this `name`; after two seconds of waiting, all the same. */
  alone<T>(name: string, run: () => Promise<T>): Promise<T>;
}

/** Bytes under keys, for used time and reports. */
export interface Store {
  /** `memory` does not survive a restart; absent is taken as `durable`. May change when the disk fails. */
  readonly kind?: 'durable' | 'memory';
  /** `undefined`: there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Resolves once it is kept; rejects when it could not be. */
  set(key: string, value: Uint8Array): Promise<void>;
  /** Without an effect if there is none. */
  delete(key: string): Promise<void>;
  /** All keys that begin with `prefix`, in any order. */
  keys(prefix: string): Promise<string[]>;
}

/** A request that a host sends. */
export interface HostRequest {
  /** Absolute, or relative to the page. */
  url: string;
  /** Such as `GET`, `POST`. */
  method: string;
  /** By name; empty: none. */
  headers: Record<string, string>;
  /** Absent: none. */
  body?: Uint8Array;
  /** Whether it is to outlive the page, as that of `fetch`; default false. */
  keepalive?: boolean;
}

/** The answer to a request, whole. */
export interface HostResponse {
  /** The status of HTTP. */
  status: number;
  /** By name in lower case. */
  headers: Record<string, string>;
  /** All of it; empty: none. */
  body: Uint8Array;
}

/** What happens to the page: use counts while it is visible, has the focus and sees input. */
export type Signal =
  | 'visible' | 'hidden' | 'focus' | 'blur' | 'input' | 'freeze' | 'resume' | 'online' | 'offline';
