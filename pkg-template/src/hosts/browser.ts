/** The host of a page or a worker: IndexedDB, fetch, the page's signals. */
import { openDB, type IDBPDatabase } from 'idb';
import { call } from '../core.js';
import type { Host, Signal, Store } from '../types.js';
import { MemoryStore, send, timer } from './common.js';

export interface BrowserHostOptions {
  /** Name of the IndexedDB database; default `tidegate`. Guards of one name share usage and reports. */
  database?: string;
}

const TABLE = 'values';

export function browserHost({ database = 'tidegate' }: BrowserHostOptions = {}): Host {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    random: (bytes) => call((glue) => glue.random_bytes(bytes)),
    store: new IndexedStore(database),
    send,
    timer,
    signals(listen) {
      // A worker has no page: it is never hidden and never sees input.
      if (typeof document !== 'object') return () => {};
      const signals = call((glue) => new glue.PageSignals((signal) => listen(signal as Signal)));
      return () => {
        signals.stop();
        signals.free();
      };
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
