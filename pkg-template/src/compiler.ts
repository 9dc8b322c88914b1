/**
 * The second module: compiling and signing policies. Pages that only load
 * packs do without it, so a failure to load it is told when it is asked for.
 */
import { calling, core } from './core.js';
import { GuardError } from './error.js';
import { compile as compileModule, link, read } from './instantiate.js';
import type { BytesInput, WasmInput } from './types.js';
import * as glue from '../wasm/tidegate_compiler_bg.js';

/** Where the module and its tables are. */
export interface CompilerSource {
  wasm: WasmInput;
  tables: BytesInput;
}

let state: 'ready' | 'absent' | { failed: unknown } = 'absent';
let starting: Promise<void> | undefined;
/** The module once it was asked for, for good unless it failed. */
let module: Promise<void> | undefined;

/** Starts the compiler once; never rejects. After a failure the next call tries again. */
export function startCompilerOnce(source: () => Promise<CompilerSource>): Promise<void> {
  if (state === 'ready') return Promise.resolve();
  starting ??= source().then(start).then(
    () => {
      state = 'ready';
    },
    (failed: unknown) => {
      state = { failed };
    },
  ).finally(() => {
    starting = undefined;
  });
  return starting;
}

async function start({ wasm, tables }: CompilerSource): Promise<void> {
  const [, bytes] = await Promise.all([startModuleOnce(wasm), read(tables)]);
  calling(glue, () => glue.set_tables(bytes));
}

/**
 * Starts the module once, also for a call that comes while an earlier one, whose
 * tables failed, still links it: the glue remembers the memory of its first instance.
 */
function startModuleOnce(wasm: WasmInput): Promise<void> {
  module ??= startModule(wasm).catch((failed: unknown) => {
    module = undefined;
    throw failed;
  });
  return module;
}

async function startModule(wasm: WasmInput): Promise<void> {
  const exports = await link(await compileModule(wasm), './tidegate_compiler_bg.js', glue);
  glue.__wbg_set_wasm(exports as unknown as WebAssembly.Exports);
  exports.__wbindgen_start?.();
}

/** Calls the compiler; `init/not-ready` before `init()`, and `init/compiler` when it is not there after it. */
export function compile<T>(run: (compiler: typeof glue) => T): T {
  if (state !== 'ready') {
    core();
    throw absence(state);
  }
  return calling(glue, run);
}

function absence(why: 'absent' | { failed: unknown }): GuardError {
  if (why === 'absent') return new GuardError('init/compiler', 'the policy compiler was left out: await init() without `compiler: false`');
  const { failed: cause } = why;
  const hint = cause instanceof Error ? cause.message : String(cause);
  return new GuardError('init/compiler', `the policy compiler could not be loaded, init() tries again: ${hint}`, { cause });
}
