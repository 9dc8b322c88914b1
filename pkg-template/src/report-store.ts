/**
 * The outbox's records in the host's store: one operation at a time, in order, each with a limit
 * to how long it may take.
 */
import { readStored, type Drops, type Item, type Stored } from './report-wire.js';
import type { Host } from './types.js';
import { within } from './within.js';

/** Waiting records; what follows sorts by the time they were made. */
const PREFIX = 'report/';
/** Records that the collector refused for good, kept for diagnosis. */
const ASIDE_PREFIX = 'report-aside/';
/** Most records kept aside; the oldest go first. */
const MAX_ASIDE = 32;
/** A store that takes longer counts as failed, ms. */
const STORE_TIMEOUT_MS = 10_000;
/** Records read at once. */
const READ_TOGETHER = 64;

export interface Entry {
  key: string;
  at: number;
  /** The record as it is sent; absent once it is lost and only its key counts. */
  json?: string;
  drops?: Drops;
  /** The store has it already: another page wrote it, or an earlier run. */
  isKept?: boolean;
}

export class RecordStore {
  readonly #host: Host;
  #working: Promise<void> = Promise.resolve();
  #hasFailed = false;
  #aside: string[] = [];
  #stamp = 0;
  #serial = 0;
  /** Keys that are about to be deleted: whoever lists them meanwhile must not take them up again. */
  readonly #leaving = new Set<string>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** What is stored is lost when the page ends, or is not trusted to be there. */
  get isVolatile(): boolean {
    return this.#hasFailed || this.#host.store.kind === 'memory';
  }

  /** Resolves when everything asked for so far is done, or has failed. */
  get settled(): Promise<void> {
    return this.#working;
  }

  /** Keys sort in the order of making, also when the clock goes back. */
  newKey(at: number, id: string): string {
    if (at > this.#stamp) {
      this.#stamp = at;
      this.#serial = 0;
    } else if (++this.#serial > 9_999) {
      this.#stamp += 1;
      this.#serial = 0;
    }
    return `${PREFIX}${String(this.#stamp).padStart(16, '0')}${String(this.#serial).padStart(4, '0')}-${id}`;
  }

  /** `done` hears whether the record will survive the page. */
  write(entry: Entry, json: string, done: (ok: boolean) => void): void {
    const value = storedOf(entry, json);
    this.#enqueue(async () => done(await this.#attempt(() => this.#host.store.set(entry.key, value))));
  }

  delete(entry: Entry): void {
    this.#remove(entry.key);
  }

  setAside(entry: Entry, code: string): void {
    const key = ASIDE_PREFIX + entry.key.slice(PREFIX.length);
    const value = entry.json && storedOf(entry, entry.json, code);
    this.#enqueue(async () => {
      if (value && await this.#attempt(() => this.#host.store.set(key, value))) this.#aside.push(key);
      while (this.#aside.length > MAX_ASIDE) {
        const oldest = this.#aside.shift() as string;
        await this.#attempt(() => this.#host.store.delete(oldest));
      }
    });
    this.#remove(entry.key);
  }

  /** Nothing is kept aside any more. */
  forgetAside(): void {
    this.#enqueue(async () => {
      await this.#attempt(async () => {
        for (const key of await this.#host.store.keys(ASIDE_PREFIX)) await this.#host.store.delete(key);
      });
      this.#aside = [];
    });
  }

  /**
   * What waits in the store, oldest first; `isKnown` leaves records out that are in hand. Values that
   * are no records are removed and counted. After everything that was asked for before.
   */
  async list(isKnown: (id: string) => boolean): Promise<{ found: [string, Entry][]; damaged: number }> {
    const found: [string, Entry][] = [];
    let damaged = 0;
    await this.#inTurn(async () => {
      let keys: string[] = [];
      await this.#attempt(async () => {
        keys = (await this.#host.store.keys(PREFIX)).sort();
        this.#aside = (await this.#host.store.keys(ASIDE_PREFIX)).sort();
      });
      keys = keys.filter((key) => !isKnown(idOf(key)));
      for (let at = 0; at < keys.length; at += READ_TOGETHER) {
        const some = keys.slice(at, at + READ_TOGETHER);
        const values = await Promise.all(some.map((key) => this.#read(key)));
        for (const [index, value] of values.entries()) {
          const key = some[index] as string;
          if (value === 'unreadable') {
            damaged += 1;
            this.#remove(key);
          } else if (value && !isKnown(value.record.id) && !this.#leaving.has(key)) {
            found.push([value.record.id, this.#adopt(key, value)]);
          }
        }
      }
    });
    return { found, damaged };
  }

  /** One record that another page wrote; `undefined` if it is not there any more. */
  async take(key: string): Promise<[string, Entry] | undefined> {
    if (!key.startsWith(PREFIX) || this.#leaving.has(key)) return undefined;
    let stored: Stored | 'unreadable' | undefined;
    await this.#inTurn(async () => {
      stored = await this.#read(key);
    });
    return typeof stored === 'object' ? [stored.record.id, this.#adopt(key, stored)] : undefined;
  }

  #adopt(key: string, stored: Stored): Entry {
    const entry: Entry = { key, at: stored.at, json: JSON.stringify(stored.record), isKept: true };
    if (stored.drops) entry.drops = stored.drops;
    const stamp = Number.parseInt(key.slice(PREFIX.length, PREFIX.length + 16), 10);
    if (stamp >= this.#stamp) this.#stamp = stamp + 1;
    return entry;
  }

  #remove(key: string): void {
    this.#leaving.add(key);
    this.#enqueue(async () => {
      await this.#attempt(() => this.#host.store.delete(key));
      this.#leaving.delete(key);
    });
  }

  /** `undefined`: the store failed or has nothing; the record may come back. */
  async #read(key: string): Promise<Stored | 'unreadable' | undefined> {
    let value: Uint8Array | undefined;
    await this.#attempt(async () => {
      value = await this.#host.store.get(key);
    });
    return value && (readStored(value) ?? 'unreadable');
  }

  #enqueue(operation: () => Promise<void>): void {
    void this.#inTurn(operation);
  }

  #inTurn(operation: () => Promise<void>): Promise<void> {
    this.#working = this.#working.then(operation).catch(() => {
      this.#hasFailed = true;
    });
    return this.#working;
  }

  /** Whether the store did it in time. After one failure it is not trusted to be durable. */
  async #attempt(operation: () => Promise<void>): Promise<boolean> {
    const work = async (): Promise<true> => operation().then(() => true);
    const ok = await within(this.#host, STORE_TIMEOUT_MS, work()) ?? false;
    if (!ok) this.#hasFailed = true;
    return ok;
  }
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function itemOf(id: string, entry: Entry): Item {
  const item: Item = { id, bytes: encode(entry.json ?? '').length, createdAtMs: entry.at };
  if (entry.drops) item.drops = entry.drops;
  return item;
}

/** What the store gets: a {@link Stored}, in which the record stands as it is sent. */
function storedOf({ at, drops }: Entry, json: string, code?: string): Uint8Array {
  return encode(`{"record":${json},${JSON.stringify({ at, drops, code }).slice(1)}`);
}

/** The record's id at the end of its key. */
function idOf(key: string): string {
  return key.slice(key.indexOf('-') + 1);
}
