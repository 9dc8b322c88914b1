/** The host of a Node process: files or memory, fetch, no page. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Host, Store } from '../types.js';
import { MemoryStore, random, send, timer } from './common.js';

/** Where a Node process keeps what the guard stores. */
export interface NodeHostOptions {
  /** Where values are kept, one file each; absent: in memory. */
  directory?: string;
}

/** Longest part of a file name; file systems take 255 bytes. */
const MAX_NAME = 200;

/** The host of a Node process, which `createGuard` takes by default in Node. */
export function nodeHost({ directory }: NodeHostOptions = {}): Host {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    random,
    store: directory === undefined ? new MemoryStore() : new FileStore(directory),
    send,
    timer,
    system: () => `Node.js ${process.version}, ${process.platform}`,
    // There is no page that could be hidden.
    signals: () => () => {},
  };
}

/** A value is written beside its place and moved there, so that a crash leaves the old or the new. */
class FileStore implements Store {
  readonly kind = 'durable' as const;
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return readFile(this.#path(key)).then((bytes) => new Uint8Array(bytes), undefinedIfMissing);
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    const path = this.#path(key);
    const draft = `${path}~${randomUUID()}`;
    await mkdir(dirname(path), { recursive: true });
    const file = await open(draft, 'w');
    try {
      await file.writeFile(value);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  }

  async delete(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  async keys(prefix: string): Promise<string[]> {
    const entries = await readdir(this.#directory, { recursive: true, withFileTypes: true }).catch(undefinedIfMissing) ?? [];
    return entries
      .filter((entry) => entry.isFile() && !entry.name.includes('~'))
      // `path` is what Node before 20.12 calls it.
      .map((entry) => this.#key(join(entry.parentPath ?? entry.path, entry.name)))
      .filter((key) => key.startsWith(prefix))
      .sort();
  }

  /** Keys may be longer than a file name: the parts of one are directories that end in `+`. */
  #path(key: string): string {
    const name = encodeURIComponent(key).replace(/[*~.']/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
    const parts = name.match(new RegExp(`.{1,${MAX_NAME}}`, 'g')) ?? ['%'];
    return join(this.#directory, parts.join(`+${sep}`));
  }

  #key(path: string): string {
    const name = relative(this.#directory, path).split(`+${sep}`).join('');
    return name === '%' ? '' : decodeURIComponent(name);
  }
}

function undefinedIfMissing(thrown: unknown): undefined {
  if ((thrown as { code?: unknown }).code === 'ENOENT') return undefined;
  throw thrown;
}
