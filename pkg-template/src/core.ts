/**
 * The generated glue, typed by hand, and whether it is ready. All entries
 * share this state, so it does not matter which of them was initialised.
 *
 * An instance that trapped is never called again: whatever belongs to it throws
 * `core/trap`, and a new instance with glue of its own is started. Further ones
 * may live beside the current one, for what was loaded elsewhere.
 */
import { GuardError } from './error.js';
import type { Exports } from './instantiate.js';
import { createGlue, type Glue } from '../wasm/tidegate_glue.js';

export type { Glue };

/** Makes an instance that calls `glue`. */
export type Load = (glue: Glue) => Promise<Exports>;

let current: Instance | undefined;
let starting: Promise<void> | undefined;
/** How the next instance is made once one has trapped. */
let reload: (() => Promise<void>) | undefined;

/** A core and its memory; what was made with its glue belongs to it. */
export class Instance {
  readonly glue: Glue;
  /** Nothing of it is called any more. */
  hasTrapped = false;
  readonly #memory: WebAssembly.Memory;
  #inputAt: number | undefined;
  #units = new Uint16Array(0);
  #words = new Uint32Array(0);

  constructor(glue: Glue, memory: WebAssembly.Memory) {
    this.glue = glue;
    this.#memory = memory;
  }

  /** Its memory as UTF-16 units; stale after any call into it, which may grow it. */
  memoryUnits(): Uint16Array {
    const { buffer } = this.#memory;
    if (this.#units.buffer !== buffer) this.#units = new Uint16Array(buffer);
    return this.#units;
  }

  /** Where in them it takes its input. */
  inputUnits(): number {
    this.#inputAt ??= this.glue.input() >>> 1;
    return this.#inputAt;
  }

  /** The same memory as 32-bit words. */
  memoryWords(): Uint32Array {
    const { buffer } = this.#memory;
    if (this.#words.buffer !== buffer) this.#words = new Uint32Array(buffer);
    return this.#words;
  }
}

export function isReady(): boolean {
  return current !== undefined;
}

/**
 * Starts the core once: calls while it starts share its promise, calls after it
 * resolve at once, and after a failure the next call tries again. `warmUp` runs
 * when it has started; whether it succeeds does not matter.
 */
export function startOnce(load: Load, warmUp = async (): Promise<void> => {}): Promise<void> {
  if (isReady()) return starting ?? Promise.resolve();
  starting ??= startWarm(load, warmUp).finally(() => {
    starting = undefined;
  });
  return starting;
}

/** A core that traps while it is made warm gives way to one that is not. */
async function startWarm(load: Load, warmUp: () => Promise<void>): Promise<void> {
  await start(load);
  await warmUp().catch(() => {});
  if (!isReady()) await start(load);
}

async function start(load: Load): Promise<void> {
  current = await open(load);
}

/** Starts an instance of its own, which becomes the current one if there is none. `restore` completes it. */
export async function startBeside(load: Load, restore: (exports: Exports) => void): Promise<Instance> {
  const instance = await open(load, restore);
  current ??= instance;
  return instance;
}

async function open(load: Load, restore?: (exports: Exports) => void): Promise<Instance> {
  const glue = createGlue();
  const exports = await load(glue);
  const instance = new Instance(glue, exports.memory);
  const guarded = watched(exports, instance, () => {
    if (current !== instance) return;
    current = undefined;
    reload = () => startOnce(load);
    restart();
  });
  glue.__wbg_set_wasm(guarded);
  exports.__wbindgen_start?.();
  restore?.(exports);
  return instance;
}

/** Whoever asks for the core while there is none gets an error; each asks again for an instance. */
function restart(): void {
  reload?.().catch(() => {});
}

/**
 * The exports, but nothing is called after a trap. What Rust throws is thrown by
 * the glue, so whatever leaves an export has unwound it and left it half done.
 */
function watched(exports: Exports, instance: Instance, onTrap: () => void): WebAssembly.Exports {
  const safe: Record<string, unknown> = {};
  // Not `entries`: the exports of wasm2js have accessors beside functions.
  for (const name of Object.keys(exports)) {
    const value = (exports as unknown as Record<string, unknown>)[name];
    if (typeof value !== 'function') {
      safe[name] = value;
      continue;
    }
    safe[name] = (...args: unknown[]): unknown => {
      // What is freed is gone with its instance; the rest fails closed.
      if (instance.hasTrapped && /_free$/.test(name)) return undefined;
      if (instance.hasTrapped) throw trap();
      try {
        // Not spread: without a JIT, and in ES5, that copies the arguments once more.
        return Reflect.apply(value, undefined, args);
      } catch (thrown) {
        instance.hasTrapped = true;
        onTrap();
        throw trap(thrown);
      }
    };
  }
  return safe as WebAssembly.Exports;
}

function trap(cause?: unknown): GuardError {
  return new GuardError('core/trap', 'the core stopped unexpectedly; it is started anew', { cause });
}

/** The instance; `init/not-ready` when `init()` has not resolved, `core/trap` between two. */
export function instance(): Instance {
  if (current) return current;
  if (!reload) throw new GuardError('init/not-ready', 'await init() first');
  restart();
  throw trap();
}

/** The glue of the instance. */
export function core(): Glue {
  return instance().glue;
}

/** Calls into the core; what it throws becomes a GuardError. */
export function call<T>(run: (glue: Glue) => T): T {
  return calling(core(), run);
}

/** Calls into a module; what it throws becomes a GuardError. */
export function calling<G, T>(glue: G, run: (glue: G) => T): T {
  try {
    return run(glue);
  } catch (thrown) {
    throw GuardError.from(thrown);
  }
}
