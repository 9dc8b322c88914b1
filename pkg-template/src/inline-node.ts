/** `tidegate/inline` for Node. */
import { createGuardOn } from './guard.js';
import { nodeHost } from './hosts/node.js';
import type { Guard, GuardOptions } from './types.js';

export * from './exports.js';
export { nodeHost };
export { init } from './inlined.js';

export function createGuard(options: GuardOptions): Promise<Guard> {
  return createGuardOn(options, nodeHost);
}
