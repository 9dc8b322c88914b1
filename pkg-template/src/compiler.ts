/**
 * The second module: compiling and signing policies. Pages that only load
 * packs do without it, so a failure to load it is told when it is asked for.
 */
import { calling } from './core.js';
import { GuardError } from './error.js';
import { instantiate, read } from './instantiate.js';
import type { BytesInput, WasmInput } from './types.js';
import * as glue from '../wasm/tidegate_compiler_bg.js';

/** Where the module and its tables are. */
export interface CompilerSource {
  wasm: WasmInput;
  tables: BytesInput;
}

let state: 'ready' | 'absent' | { failed: unknown } = 'absent';
let starting: Promise<void> | undefined;

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
  const [exports, bytes] = await Promise.all([instantiate(wasm, './tidegate_compiler_bg.js', glue), read(tables)]);
  exports.__wbindgen_start?.();
  calling(glue, () => glue.set_tables(bytes));
}

/** Calls the compiler; `init/compiler` when it is not there. */
export function compile<T>(run: (compiler: typeof glue) => T): T {
  if (state !== 'ready') {
    const hint = 'the policy compiler is not loaded: await init() first, without `compiler: false`';
    throw new GuardError('init/compiler', hint, state === 'absent' ? undefined : { cause: state.failed });
  }
  return calling(glue, run);
}
