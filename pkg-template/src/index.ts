/** `tidegate` for browsers and bundlers. */
import { startOnce } from './core.js';
import { createGuardOn } from './guard.js';
import { browserHost } from './hosts/browser.js';
import type { Guard, GuardOptions, InitOptions } from './types.js';

export * from './exports.js';
export { nodeHost } from './hosts/none.js';

/** Loads the core; once is enough. Rejects with `init/…`; a later call tries again. */
export function init({ wasm }: InitOptions = {}): Promise<void> {
  return startOnce(async () => await wasm ?? new URL('./tidegate_bg.wasm', import.meta.url));
}

/** Creates a guard; rejects with a coded error when it could not guard. */
export function createGuard(options: GuardOptions): Promise<Guard> {
  return createGuardOn(options, browserHost);
}
