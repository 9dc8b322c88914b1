/** `tidegate` for Node. */
import { readFile } from 'node:fs/promises';
import { startCompilerOnce } from './compiler.js';
import { createGuardOn } from './guard.js';
import { nodeHost } from './hosts/node.js';
import { startCore } from './start.js';
import type { Guard, GuardOptions, InitOptions } from './types.js';

export * from './exports.js';
export { nodeHost };

export async function init({ wasm, compiler }: InitOptions = {}): Promise<void> {
  const core = startCore(async () => await wasm ?? file('./tidegate_bg.wasm'));
  if (compiler === false) return core;
  const second = startCompilerOnce(async () => ({
    wasm: await compiler?.wasm ?? await file('./tidegate_compiler_bg.wasm'),
    tables: await compiler?.tables ?? await file('./tidegate_tables.bin'),
  }));
  await Promise.all([core, second]);
}

function file(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(new URL(name, import.meta.url));
}

export function createGuard(options: GuardOptions): Promise<Guard> {
  return createGuardOn(options, nodeHost);
}
