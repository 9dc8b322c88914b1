/**
 * The generated glue, typed by hand, and whether it is ready. All entries
 * share this state, so it does not matter which of them was initialised.
 *
 * An instance that trapped is never called again: whatever belongs to it throws
 * `core/trap`, and a new instance with glue of its own is started beside it.
 */
import { GuardError } from './error.js';
import type { Exports } from './instantiate.js';
import { createGlue, type Glue } from '../wasm/tidegate_glue.js';

export type { Glue };

/** Makes an instance that calls `glue`. */
export type Load = (glue: Glue) => Promise<Exports>;

let glue: Glue | undefined;
let memory: WebAssembly.Memory | undefined;
let starting: Promise<void> | undefined;
/** How the next instance is made once one has trapped. */
let reload: (() => Promise<void>) | undefined;
let started = 0;
let inputAt: number | undefined;
let units = new Uint16Array(0);
let words = new Uint32Array(0);

export function isReady(): boolean {
  return glue !== undefined;
}

/** Goes up with every instance: objects of an earlier one are dead. */
export function instanceNumber(): number {
  return started;
}

/**
 * Starts the core once: calls while it starts share its promise, calls after it
 * resolve at once, and after a failure the next call tries again. `warmUp` runs
 * when it has started; whether it succeeds does not matter.
 */
export function startOnce(load: Load, warmUp: () => Promise<void>): Promise<void> {
  if (isReady()) return starting ?? Promise.resolve();
  starting ??= start(load).then(() => warmUp().catch(() => {})).finally(() => {
    starting = undefined;
  });
  return starting;
}

async function start(load: Load): Promise<void> {
  const fresh = createGlue();
  const exports = await load(fresh);
  const guarded = watched(exports, () => {
    if (glue !== fresh) return;
    glue = memory = inputAt = undefined;
    reload = () => startOnce(load, async () => {});
    restart();
  });
  fresh.__wbg_set_wasm(guarded);
  exports.__wbindgen_start?.();
  glue = fresh;
  memory = exports.memory;
  started += 1;
}

/** Whoever asks for the core while there is none gets an error; each asks again for an instance. */
function restart(): void {
  reload?.().catch(() => {});
}

/**
 * The exports, but nothing is called after a trap. What Rust throws is thrown by
 * the glue, so whatever leaves an export has unwound it and left it half done.
 */
function watched(exports: Exports, onTrap: () => void): WebAssembly.Exports {
  let hasTrapped = false;
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
      if (hasTrapped && /_free$/.test(name)) return undefined;
      if (hasTrapped) throw trap();
      try {
        // Not spread: without a JIT, and in ES5, that copies the arguments once more.
        return Reflect.apply(value, undefined, args);
      } catch (thrown) {
        hasTrapped = true;
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

/** The glue; `init/not-ready` when `init()` has not resolved, `core/trap` between two instances. */
export function core(): Glue {
  if (glue) return glue;
  if (!reload) throw new GuardError('init/not-ready', 'await init() first');
  restart();
  throw trap();
}

/** The core's memory as UTF-16 units; stale after any call into the core, which may grow it. */
export function memoryUnits(): Uint16Array {
  const { buffer } = memoryOf(core());
  if (units.buffer !== buffer) units = new Uint16Array(buffer);
  return units;
}

/** Where in them the core takes its input. */
export function inputUnits(): number {
  inputAt ??= core().input() >>> 1;
  return inputAt;
}

/** The same as 32-bit words. */
export function memoryWords(): Uint32Array {
  const { buffer } = memoryOf(core());
  if (words.buffer !== buffer) words = new Uint32Array(buffer);
  return words;
}

/** Ready glue comes with its memory. */
function memoryOf(_ready: Glue): WebAssembly.Memory {
  return memory as WebAssembly.Memory;
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
