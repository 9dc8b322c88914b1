/** `tidegate`: guards, policies, hosts and errors, for browsers and bundlers; Node has the same names. */
import { startCompilerOnce } from './compiler.js';
import { createGuardOn } from './guard.js';
import { browserHost } from './hosts/browser.js';
import { startCore } from './start.js';
import type { Guard, GuardOptions, InitOptions } from './types.js';

export * from './exports.js';
export { nodeHost } from './hosts/none.js';

/**
 * Loads the core, and the policy compiler beside it unless `compiler` is
 * `false`; once is enough. Rejects with `init/…`; a later call tries again.
 */
export async function init({ wasm, compiler }: InitOptions = {}): Promise<void> {
  const core = startCore(async () => await wasm ?? new URL('./tidegate_bg.wasm', import.meta.url));
  if (compiler === false) return core;
  const second = startCompilerOnce(async () => ({
    wasm: await compiler?.wasm ?? new URL('./tidegate_compiler_bg.wasm', import.meta.url),
    tables: await compiler?.tables ?? new URL('./tidegate_tables.bin', import.meta.url),
  }));
  await Promise.all([core, second]);
}

/** Creates a guard; rejects with a coded error when it could not guard. */
export function createGuard(options: GuardOptions): Promise<Guard> {
  return createGuardOn(options, browserHost);
}
