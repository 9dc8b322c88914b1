/** The host of a page or a worker: IndexedDB, fetch, the page's signals. */
import { openDB, type IDBPDatabase } from 'idb';
import { call } from '../core.js';
import type { Host, Peers, Signal, Store } from '../types.js';
import { MemoryStore, send, timer } from './common.js';

/** Where the browser keeps what the guard stores. */
export interface BrowserHostOptions {
  /** Name of the IndexedDB database; default `tidegate`. Guards of one name share usage and reports. */
  database?: string;
}

const TABLE = 'values';
/** Longest wait for other pages to finish writing. */
const ALONE_MS = 2_000;

/** The host of a page or a worker, which `createGuard` takes by default in browsers. */
export function browserHost({ database = 'tidegate' }: BrowserHostOptions = {}): Host {
  const host: Host = {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    random: (bytes) => call((glue) => glue.random_bytes(bytes)),
    store: new IndexedStore(database),
    send,
    timer,
    system: () => navigator.userAgent,
    signals(listen) {
      // A worker has no page: it is never hidden and never sees input.
      if (typeof document !== 'object') return () => {};
      const signals = call((glue) => new glue.PageSignals((signal) => listen(signal as Signal)));
      // A page may begin in a background tab, or beside a window that has the focus.
      if (document.visibilityState === 'hidden') listen('hidden');
      if (!document.hasFocus()) listen('blur');
      return () => {
        signals.stop();
        signals.free();
      };
    },
  };
  return typeof BroadcastChannel === 'function' ? { ...host, peers: pagesOf(database) } : host;
}

/** The pages of this origin that use the same database. */
function pagesOf(database: string): Peers {
  const nameOf = (name: string): string => `${database}:${name}`;
  return {
    join(name, listen) {
      const channel = new BroadcastChannel(nameOf(name));
      channel.onmessage = ({ data }) => listen(data);
      // In Node, a guard that listens must not keep the process alive.
      (channel as { unref?: () => void }).unref?.();
      return { post: (message) => channel.postMessage(message), leave: () => channel.close() };
    },
    async alone(name, run) {
      // Only secure contexts have locks. A page that was frozen while it wrote holds its lock for ever.
      const { locks } = globalThis.navigator ?? {};
      if (!locks) return run();
      let isRunning = false;
      const alone = (): ReturnType<typeof run> => {
        isRunning = true;
        return run();
      };
      try {
        return await locks.request(nameOf(name), { signal: AbortSignal.timeout(ALONE_MS) }, alone);
      } catch (thrown) {
        if (isRunning) throw thrown;
        return run();
      }
    },
  };
}

/**
 * Where IndexedDB cannot be opened (a private window, blocked storage), values
 * are kept in memory and `kind` says so.
 */
class IndexedStore implements Store {
  /** Known once the store was used. */
  kind: 'durable' | 'memory' = 'durable';
  readonly #name: string;
  readonly #memory = new MemoryStore();
  #opening: Promise<IDBPDatabase | undefined> | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const database = await this.#open();
    if (!database) return this.#memory.get(key);
    const value: unknown = await database.get(TABLE, key);
    return value instanceof Uint8Array ? value : undefined;
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    const database = await this.#open();
    if (!database) return this.#memory.set(key, value);
    // Strict: acknowledged means on the disk, as far as the platform goes.
    const transaction = database.transaction(TABLE, 'readwrite', { durability: 'strict' });
    // A copy of just these bytes: a view would be stored with all of its buffer.
    await Promise.all([transaction.store.put(value.slice(), key), transaction.done]);
  }

  async delete(key: string): Promise<void> {
    const database = await this.#open();
    if (!database) return this.#memory.delete(key);
    await database.delete(TABLE, key);
  }

  async keys(prefix: string): Promise<string[]> {
    const database = await this.#open();
    if (!database) return this.#memory.keys(prefix);
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    return (await database.getAllKeys(TABLE, range)).map(String);
  }

  #open(): Promise<IDBPDatabase | undefined> {
    if (this.kind === 'memory') return Promise.resolve(undefined);
    const reopen = (): void => {
      this.#opening = undefined;
    };
    this.#opening ??= openTable(this.#name, reopen).catch(() => {
      this.kind = 'memory';
      return undefined;
    });
    return this.#opening;
  }
}

/** Rejects where there is no IndexedDB, or none for this page: looking at it may throw. */
async function openTable(name: string, onClosed: () => void): Promise<IDBPDatabase> {
  return openDB(name, 1, {
    upgrade: (database) => void database.createObjectStore(TABLE),
    // Another page wants to upgrade or delete the database: do not stand in its way.
    blocking: (_current, _blocked, event) => {
      (event.target as IDBDatabase).close();
      onClosed();
    },
    terminated: onClosed,
  });
}
