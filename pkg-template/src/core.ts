/**
 * The generated glue, typed by hand, and whether it is ready. All entries
 * share this state, so it does not matter which of them was initialised.
 */
import { GuardError } from './error.js';
import { instantiate } from './instantiate.js';
import type { WasmInput } from './types.js';
import * as glue from '../wasm/tidegate_bg.js';

export type Glue = typeof glue;

let memory: WebAssembly.Memory | undefined;
let starting: Promise<void> | undefined;
let inputAt: number | undefined;
let units = new Uint16Array(0);
let words = new Uint32Array(0);

export function isReady(): boolean {
  return memory !== undefined;
}

/**
 * Starts the core once: calls while it starts share its promise, calls after it
 * resolve at once, and after a failure the next call tries again. `warmUp` runs
 * when it has started; whether it succeeds does not matter.
 */
export function startOnce(source: () => Promise<WasmInput>, warmUp: () => Promise<void>): Promise<void> {
  if (isReady()) return starting ?? Promise.resolve();
  starting ??= start(source).then(() => warmUp().catch(() => {})).finally(() => {
    starting = undefined;
  });
  return starting;
}

async function start(source: () => Promise<WasmInput>): Promise<void> {
  const exports = await instantiate(await source(), './tidegate_bg.js', glue);
  exports.__wbindgen_start?.();
  memory = exports.memory;
}

/** The glue, or `init/not-ready` when `init()` has not resolved. */
export function core(): Glue {
  if (!memory) throw new GuardError('init/not-ready', 'await init() first');
  return glue;
}

/** The core's memory as UTF-16 units; stale after any call into the core, which may grow it. */
export function memoryUnits(): Uint16Array {
  if (!memory) throw new GuardError('init/not-ready', 'await init() first');
  if (units.buffer !== memory.buffer) units = new Uint16Array(memory.buffer);
  return units;
}

/** Where in them the core takes its input. */
export function inputUnits(): number {
  inputAt ??= core().input() >>> 1;
  return inputAt;
}

/** The same as 32-bit words. */
export function memoryWords(): Uint32Array {
  if (!memory) throw new GuardError('init/not-ready', 'await init() first');
  if (words.buffer !== memory.buffer) words = new Uint32Array(memory.buffer);
  return words;
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
