/** What is kept of a subject's time, and how a meter goes on from it. */
import { GuardError } from './error.js';
import { toHex } from './hex.js';
import { timer } from './hosts/common.js';
import type { Host, UsageOptions } from './types.js';
import { LiveMeter } from './usage-meter.js';
import { within } from './within.js';

/** Longest subject, in UTF-16 units. */
const MAX_SUBJECT = 128;
/** A store that takes longer is none. Real time: the host's clock may run fast, its disk does not. */
const STORE_MS = 3_000;
const DEVICE_BYTES = 12;
/** How old the second copy of what is kept may be. */
const COPY_MS = 60_000;
/** The key under which the time of `subject` is kept. */
export function keyOf(subject: string): string {
  if (typeof subject !== 'string' || subject.length === 0 || subject.length > MAX_SUBJECT) {
    throw new GuardError('usage/subject', `a subject has 1 to ${MAX_SUBJECT} characters`);
  }
  try {
    // A dot would let one subject's key be another's `.corrupt`.
    return `usage/${encodeURIComponent(subject).replace(/\./g, '%2E')}`;
  } catch (cause) {
    throw new GuardError('usage/subject', 'a subject must be well-formed text', { cause });
  }
}

/** A store that fails, does not answer or gives anything but bytes is an empty one: metering goes on in memory. */
export async function read(host: Host, key: string): Promise<Uint8Array | undefined> {
  const value: unknown = await within({ timer }, STORE_MS, attempt(() => host.store.get(key)));
  // Nothing else may reach the core: some engines crash on it.
  return value instanceof Uint8Array ? value : undefined;
}

/** Resolves whatever the store does; whether it was written. */
export async function write(host: Host, key: string, value: Uint8Array): Promise<boolean> {
  return await within({ timer }, STORE_MS, attempt(() => host.store.set(key, value)).then(() => true)) ?? false;
}

/** Goes on from the newest copy that can be read, or afresh. */
export async function load(options: UsageOptions, host: Host, key: string): Promise<{ meter: LiveMeter; damaged: boolean }> {
  const fresh = new LiveMeter(options);
  let damaged = false;
  for (const slot of [key, `${key}.previous`]) {
    const saved = await read(host, slot);
    if (!saved) continue;
    try {
      const meter = new LiveMeter(options, saved);
      fresh.free();
      return { meter, damaged };
    } catch (thrown) {
      if (GuardError.from(thrown).code !== 'usage/saved') throw thrown;
      damaged = true;
      await write(host, `${key}.corrupt`, saved);
    }
  }
  return { meter: fresh, damaged };
}

/** Tells this device from the subject's others; random, and nothing else is known of it. */
export async function deviceOf(host: Host, key: string): Promise<string> {
  const kept = await read(host, `${key}.device`);
  const text = kept ? new TextDecoder().decode(kept) : '';
  if (/^[0-9a-f]{24}$/.test(text)) return text;
  const device = toHex(host.random(DEVICE_BYTES));
  await write(host, `${key}.device`, new TextEncoder().encode(device));
  return device;
}

/** Keeps what a meter knows. */
export class Keeper {
  /** There is something that was not written. */
  isBehind = false;
  readonly #start: { host: Host; key: string; meter: LiveMeter; options: UsageOptions };
  readonly #link: { readonly contact: number };
  #contact: number;
  #copiedAt = Number.NEGATIVE_INFINITY;
  #again = false;
  #writing: Promise<void> | undefined;

  constructor(start: { host: Host; key: string; meter: LiveMeter; options: UsageOptions }, link: { readonly contact: number }) {
    this.#start = start;
    this.#link = link;
    this.#contact = link.contact;
  }

  /** Writes what is known now; at most one write is under way and one waits. Never rejects. */
  keep(): Promise<void> {
    this.#again = true;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #drain(): Promise<void> {
    const { host, key } = this.#start;
    while (this.#again) {
      this.#again = false;
      // One page at a time, or what another writes meanwhile would be lost until its next heartbeat.
      await (host.peers ? host.peers.alone(key, () => this.#write()) : this.#write()).catch(() => {
        this.isBehind = true;
      });
    }
  }

  /** Full or forbidden: metering goes on in memory, the next heartbeat tries again. */
  async #write(): Promise<void> {
    const { host, key, meter, options } = this.#start;
    const kept = await read(host, key);
    if (kept) {
      try {
        meter.live.merge(kept);
      } catch (thrown) {
        if (GuardError.from(thrown).code !== 'usage/saved') throw thrown;
        await write(host, `${key}.corrupt`, kept);
      }
    }
    const bytes = meter.save();
    this.isBehind = false;
    if (!await write(host, key, bytes)) {
      this.isBehind = true;
      return;
    }
    const monotonic = host.monotonic();
    if (monotonic - this.#copiedAt >= COPY_MS && await write(host, `${key}.previous`, bytes)) this.#copiedAt = monotonic;
    const { contact } = this.#link;
    if (options.offline === 'limit' && contact !== this.#contact && await write(host, `${key}.contact`, new TextEncoder().encode(String(contact)))) {
      this.#contact = contact;
    }
  }
}

/** A store may throw instead of rejecting. */
async function attempt<T>(run: () => Promise<T>): Promise<T> {
  return run();
}
