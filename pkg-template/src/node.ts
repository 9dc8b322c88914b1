/** `tidegate` for Node. */
import { readFile } from 'node:fs/promises';
import { startOnce } from './core.js';
import { createGuardOn } from './guard.js';
import { nodeHost } from './hosts/node.js';
import type { Guard, GuardOptions, InitOptions } from './types.js';

export * from './exports.js';
export { nodeHost };

export function init({ wasm }: InitOptions = {}): Promise<void> {
  return startOnce(async () => await wasm ?? readFile(new URL('./tidegate_bg.wasm', import.meta.url)));
}

export function createGuard(options: GuardOptions): Promise<Guard> {
  return createGuardOn(options, nodeHost);
}
