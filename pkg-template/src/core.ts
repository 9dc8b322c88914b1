/**
 * The generated glue, typed by hand, and whether it is ready. All entries
 * share this state, so it does not matter which of them was initialised.
 */
import { GuardError } from './error.js';
import type { TablesInput, WasmInput } from './types.js';
import * as glue from '../wasm/tidegate_bg.js';

export type Glue = typeof glue;

let memory: WebAssembly.Memory | undefined;
let starting: Promise<void> | undefined;
let tables: 'loaded' | 'none' | { failed: unknown } = 'none';
let loading: Promise<void> | undefined;
let units = new Uint16Array(0);
let words = new Uint32Array(0);

export function isReady(): boolean {
  return memory !== undefined;
}

/**
 * Starts the core once: calls while it starts share its promise, calls after it
 * resolve at once, and after a failure the next call tries again.
 */
export function startOnce(source: () => Promise<WasmInput>): Promise<void> {
  if (isReady()) return Promise.resolve();
  starting ??= start(source).finally(() => {
    starting = undefined;
  });
  return starting;
}

/** Loads the compiler's tables once. Without them all but the compiler works, so a failure is told when it is asked. */
export function loadTablesOnce(source: () => Promise<TablesInput>): Promise<void> {
  if (tables === 'loaded') return Promise.resolve();
  loading ??= source().then(read).then(
    (bytes) => {
      call((glue) => glue.set_tables(bytes));
      tables = 'loaded';
    },
  ).catch((failed: unknown) => {
    tables = { failed };
  }).finally(() => {
    loading = undefined;
  });
  return loading;
}

/** `init/tables` when the compiler has nothing to compile with. */
export function assertTables(): void {
  if (tables === 'loaded') return;
  const hint = 'the tables of the policy compiler are not loaded: await init(), without `tables: false`';
  throw new GuardError('init/tables', hint, tables === 'none' ? undefined : { cause: tables.failed });
}

async function read(source: TablesInput): Promise<Uint8Array> {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const response = source instanceof Response ? source : await fetch(source);
  if (!response.ok) throw new GuardError('init/network', `${response.url} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function start(source: () => Promise<WasmInput>): Promise<void> {
  if (typeof WebAssembly !== 'object') throw new GuardError('init/no-wasm', 'this platform has no WebAssembly');
  const instance = await instantiate(await source());
  const exports = instance.exports as { memory?: WebAssembly.Memory; __wbindgen_start?: () => void };
  if (!exports.memory) throw new GuardError('init/wasm', 'the module is not the core of tidegate');
  glue.__wbg_set_wasm(instance.exports);
  exports.__wbindgen_start?.();
  memory = exports.memory;
}

async function instantiate(source: WasmInput): Promise<WebAssembly.Instance> {
  // Keyed as the module asks for it.
  const imports = { './tidegate_bg.js': glue } as unknown as WebAssembly.Imports;
  try {
    if (source instanceof WebAssembly.Module) return await WebAssembly.instantiate(source, imports);
    const bytes = isBytes(source) ? source : await download(source);
    return (await WebAssembly.instantiate(bytes, imports)).instance;
  } catch (thrown) {
    if (thrown instanceof GuardError) throw thrown;
    const hint = 'the module could not be compiled or started';
    throw new GuardError('init/wasm', `${hint} (a Content-Security-Policy needs 'wasm-unsafe-eval')`, { cause: thrown });
  }
}

async function download(source: Response | URL | string): Promise<ArrayBuffer> {
  let response: Response;
  let bytes: ArrayBuffer;
  try {
    response = source instanceof Response ? source : await fetch(source);
    bytes = await response.arrayBuffer();
  } catch (cause) {
    throw new GuardError('init/network', `the module could not be loaded from ${String(source)}`, { cause });
  }
  if (!response.ok) throw new GuardError('init/network', `${response.url} answered ${response.status}`);
  if (new Uint8Array(bytes, 0, Math.min(4, bytes.byteLength)).join() !== '0,97,115,109') {
    const type = response.headers.get('content-type') ?? 'no type';
    throw new GuardError(
      'init/wasm',
      `${response.url} is not WebAssembly (${type}); let your bundler serve the file, or import from 'tidegate/inline'`,
    );
  }
  return bytes;
}

function isBytes(source: WasmInput): source is BufferSource {
  return source instanceof ArrayBuffer || ArrayBuffer.isView(source);
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

/** The same as 32-bit words. */
export function memoryWords(): Uint32Array {
  if (!memory) throw new GuardError('init/not-ready', 'await init() first');
  if (words.buffer !== memory.buffer) words = new Uint32Array(memory.buffer);
  return words;
}

/** Calls into the core; what it throws becomes a GuardError. */
export function call<T>(run: (glue: Glue) => T): T {
  const ready = core();
  try {
    return run(ready);
  } catch (thrown) {
    throw GuardError.from(thrown);
  }
}
