/** `tidegate` for browsers and bundlers. */
import { loadTablesOnce, startOnce } from './core.js';
import { createGuardOn } from './guard.js';
import { browserHost } from './hosts/browser.js';
import type { Guard, GuardOptions, InitOptions } from './types.js';

export * from './exports.js';
export { nodeHost } from './hosts/none.js';

/** Loads the core and the compiler's tables; once is enough. Rejects with `init/…`; a later call tries again. */
export async function init({ wasm, tables }: InitOptions = {}): Promise<void> {
  await startOnce(async () => await wasm ?? new URL('./tidegate_bg.wasm', import.meta.url));
  if (tables === false) return;
  await loadTablesOnce(async () => await tables ?? new URL('./tidegate_tables.bin', import.meta.url));
}

/** Creates a guard; rejects with a coded error when it could not guard. */
export function createGuard(options: GuardOptions): Promise<Guard> {
  return createGuardOn(options, browserHost);
}
