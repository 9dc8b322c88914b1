/** `tidegate/inline` for browsers and bundlers. */
import { createGuardOn } from './guard.js';
import { browserHost } from './hosts/browser.js';
import type { Guard, GuardOptions } from './types.js';

export * from './exports.js';
export { nodeHost } from './hosts/none.js';
export { init } from './inlined.js';

/** Creates a guard; rejects with a coded error when it could not guard. */
export function createGuard(options: GuardOptions): Promise<Guard> {
  return createGuardOn(options, browserHost);
}
