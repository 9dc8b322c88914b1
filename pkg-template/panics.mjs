/** Makes panics bare traps. On this target the standard library formats a message for nobody and traps. */
import binaryen from 'binaryen';

/** Where the standard library ends a panic, without the hashes in the names. */
const PANICS = new RegExp([
  '^core::panicking::',
  '^core::(option|result)::(unwrap|expect)_failed$',
  '^core::cell::(panic_already|lazy::panic_poisoned)',
  '^core::(slice|str)::.*_fail(_rt)?$',
  '^core::slice::sort::.*panic_on_ord_violation$',
  '^alloc::alloc::handle_alloc_error$',
  '^alloc::raw_vec::(handle_error|capacity_overflow)$',
  '^std::panicking::panic_with_hook$',
  '^std::thread::local::panic_access_error$',
].join('|'));
/** The one that all others end in. */
const LAST_PANIC = 'core::panicking::panic_fmt';

/**
 * The module with every panic a bare trap, so that nothing writes a message
 * first. A caller cannot tell the difference, and 3 kB are not downloaded.
 */
export function trapping(bytes) {
  const module = binaryen.readBinary(bytes);
  const trapped = new Set();
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const panic = module.getFunctionByIndex(index);
    const { name, results } = binaryen.getFunctionInfo(panic);
    const plain = name.replaceAll(/\[[0-9a-f]+\]/g, '');
    if (results !== binaryen.none || !PANICS.test(plain)) continue;
    binaryen.Function(panic).setBody(module.unreachable());
    trapped.add(plain);
  }
  if (!trapped.has(LAST_PANIC)) throw new Error(`the core has no function ${LAST_PANIC}; does the compiler name it otherwise?`);
  binaryen.setDebugInfo(true);
  const changed = module.emitBinary();
  module.dispose();
  return changed;
}
