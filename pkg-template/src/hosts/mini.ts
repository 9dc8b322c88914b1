/** The host of a mini-program, on any platform. */
import { GuardError } from '../error.js';
import type { Host, HostRequest, HostResponse, Signal, Store } from '../types.js';
import { bytesOfBase64, toBase64 } from '../miniprogram/base64.js';
import { monotonic } from '../miniprogram/clock.js';
import { random, timer } from './common.js';
import { promised, systemOf, type Platform } from './platform.js';

/** The host of a mini-program. */
export interface MiniHost extends Host {
  /** The page tells what it alone knows: a touch is `input`. */
  signal(signal: Signal): void;
}

/** Keys in the storage that the mini-program shares with this package. */
const PREFIX = 'tidegate:';
/** Largest value, bytes: a key holds 1 MB of text, and text takes a third more. */
const MAX_VALUE_BYTES = 700_000;

export function hostOf(platform: Platform): MiniHost {
  const listeners = new Set<(signal: Signal) => void>();
  const signal = (name: Signal): void => {
    for (const listen of [...listeners]) listen(name);
  };
  let stop: (() => void) | undefined;
  return {
    now: () => Date.now(),
    monotonic,
    random,
    store: new MiniStore(platform),
    send: (request) => send(platform, request),
    timer,
    surface: 'miniprogram',
    system: () => systemOf(platform),
    signal,
    signals(listen) {
      listeners.add(listen);
      stop ??= watch(platform, signal);
      return () => {
        listeners.delete(listen);
        if (listeners.size > 0) return;
        stop?.();
        stop = undefined;
      };
    },
  };
}

/** Passes on what the platform tells; returns stop. */
function watch({ api }: Platform, signal: (name: Signal) => void): () => void {
  const show = (): void => signal('visible');
  const hide = (): void => signal('hidden');
  const network = ({ isConnected }: { isConnected?: boolean }): void => signal(isConnected === false ? 'offline' : 'online');
  // The mini-program may be ended next: what is known is written, and things go on.
  const memory = (): void => {
    signal('freeze');
    signal('resume');
  };
  api.onAppShow?.(show);
  api.onAppHide?.(hide);
  api.onNetworkStatusChange?.(network);
  api.onMemoryWarning?.(memory);
  return () => {
    api.offAppShow?.(show);
    api.offAppHide?.(hide);
    api.offNetworkStatusChange?.(network);
    api.offMemoryWarning?.(memory);
  };
}

/** The platform's storage, which keeps text, so bytes are base64. */
class MiniStore implements Store {
  readonly kind = 'durable' as const;
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const value = await this.#platform.stored(PREFIX + key);
    return typeof value === 'string' ? bytesOfBase64(value) : undefined;
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    if (value.length > MAX_VALUE_BYTES) throw new GuardError('host/store', `a value has at most ${MAX_VALUE_BYTES} bytes here`);
    await promised(this.#platform.api.setStorage, { key: PREFIX + key, data: toBase64(value) });
  }

  async delete(key: string): Promise<void> {
    await promised(this.#platform.api.removeStorage, { key: PREFIX + key });
  }

  async keys(prefix: string): Promise<string[]> {
    const { keys } = await promised(this.#platform.api.getStorageInfo, {});
    const all: unknown[] = Array.isArray(keys) ? keys : [];
    return all.map(String)
      .filter((key) => key.indexOf(PREFIX + prefix) === 0)
      .map((key) => key.slice(PREFIX.length));
  }
}

function send(platform: Platform, { url, method, headers, body }: HostRequest): Promise<HostResponse> {
  return new Promise((resolve, reject) => {
    platform.request(
      { url, method, headers, ...(body ? { body: new TextDecoder().decode(body) } : {}) },
      { done: (response) => resolve({ ...response, body: new Uint8Array(response.body) }), fail: reject },
    );
  });
}
