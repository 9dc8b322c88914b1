/** What is kept of a subject's time, and how a meter goes on from it. */
import { core, type Glue } from './core.js';
import { GuardError } from './error.js';
import type { Host, UsageOptions } from './types.js';

/** Longest subject, in UTF-16 units. */
const MAX_SUBJECT = 128;

export type Meter = InstanceType<Glue['UsageMeter']>;

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

export function read(host: Host, key: string): Promise<Uint8Array | undefined> {
  // A store that does not answer is an empty one: metering goes on in memory.
  return host.store.get(key).catch(() => undefined);
}

/** Goes on from the newest copy that can be read, or afresh. */
export async function load(options: UsageOptions, host: Host, key: string): Promise<{ meter: Meter; damaged: boolean }> {
  const { presets, age, assume } = options;
  const make = (saved?: Uint8Array): Meter => {
    try {
      return new (core().UsageMeter)({ presets, age, assume }, saved);
    } catch (thrown) {
      throw GuardError.from(thrown);
    }
  };
  const fresh = make();
  let damaged = false;
  for (const slot of [key, `${key}.previous`]) {
    const saved = await read(host, slot);
    if (!saved) continue;
    try {
      const meter = make(saved);
      fresh.free();
      return { meter, damaged };
    } catch (thrown) {
      if (GuardError.from(thrown).code !== 'usage/saved') throw thrown;
      damaged = true;
      await host.store.set(`${key}.corrupt`, saved).catch(() => {});
    }
  }
  return { meter: fresh, damaged };
}
