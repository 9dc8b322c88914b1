/** The core inside the JavaScript, for places that cannot serve a file. */
import base64 from '../wasm/tidegate_bg.wasm';
import { loadTablesOnce, startOnce } from './core.js';
import type { InitOptions } from './types.js';

/** Starts the core from the inlined module unless another one is given; the tables are a chunk of their own. */
export async function init({ wasm, tables }: InitOptions = {}): Promise<void> {
  await startOnce(async () => await wasm ?? bytes(base64));
  if (tables === false) return;
  await loadTablesOnce(async () => await tables ?? bytes((await import('./inlined-tables.js')).default));
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
