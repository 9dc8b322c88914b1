/** The core's meter, as a session uses it. */
import { core, instance, type Glue } from './core.js';
import { GuardError } from './error.js';
import type { UsageOptions } from './types.js';

/** Options that the core reads; those that are absent must not be there at all. */
const CORE_OPTIONS = ['presets', 'subject', 'age', 'assume', 'idleMs', 'zone', 'calendar'] as const;

export type Meter = InstanceType<Glue['UsageMeter']>;

/** A meter with the options of the guard; throws their codes. */
export function meterOf(options: UsageOptions, saved?: Uint8Array): Meter {
  const given = Object.fromEntries(CORE_OPTIONS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
  try {
    return new (core().UsageMeter)(given, saved);
  } catch (thrown) {
    throw GuardError.from(thrown);
  }
}

/**
 * A meter that outlives its instance of the core. When that has trapped, another one takes its
 * place in the next instance: it goes on from what was last kept and knows who the user is, as
 * after a crash of the page. Until then there is none, and every use throws `core/trap`.
 */
export class LiveMeter {
  readonly #options: UsageOptions;
  #meter: Meter;
  /** The instance of the core that it belongs to. */
  #home = instance();
  #saved: Uint8Array | undefined;
  #identified: Parameters<Meter['identify']> | undefined;

  /** Throws the codes of the options, and `usage/saved`. */
  constructor(options: UsageOptions, saved?: Uint8Array) {
    this.#options = options;
    this.#saved = saved;
    this.#meter = meterOf(options, saved);
  }

  /** The meter of the instance that there is now: not to be held. */
  get live(): Meter {
    if (this.#home.hasTrapped) {
      this.#home = instance();
      this.#meter = meterOf(this.#options, this.#saved);
      this.#identifyAgain();
    }
    return this.#meter;
  }

  identify(...given: Parameters<Meter['identify']>): ReturnType<Meter['identify']> {
    const claims = this.live.identify(...given);
    this.#identified = given;
    return claims;
  }

  /** Use that lay ahead of `now` was moved: to go on from what was kept before would undo it. */
  trust(now: number): void {
    this.live.trust(now);
    this.save();
  }

  /** What is to be kept. */
  save(): Uint8Array {
    this.#saved = this.live.save();
    return this.#saved;
  }

  free(): void {
    this.#meter.free();
  }

  #identifyAgain(): void {
    if (!this.#identified) return;
    try {
      this.#meter.identify(...this.#identified);
    } catch {
      // Another page took a newer one: until this one has it too, the options hold.
    }
  }
}
