/** `tidegate` for Node. */
import { readFile } from 'node:fs/promises';
import { loadTablesOnce, startOnce } from './core.js';
import { createGuardOn } from './guard.js';
import { nodeHost } from './hosts/node.js';
import type { Guard, GuardOptions, InitOptions } from './types.js';

export * from './exports.js';
export { nodeHost };

export async function init({ wasm, tables }: InitOptions = {}): Promise<void> {
  await startOnce(async () => await wasm ?? readFile(new URL('./tidegate_bg.wasm', import.meta.url)));
  if (tables === false) return;
  await loadTablesOnce(async () => await tables ?? readFile(new URL('./tidegate_tables.bin', import.meta.url)));
}

export function createGuard(options: GuardOptions): Promise<Guard> {
  return createGuardOn(options, nodeHost);
}
