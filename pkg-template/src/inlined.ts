/** The core inside the JavaScript, for places that cannot serve a file. */
import base64 from '../wasm/tidegate_bg.wasm';
import { startOnce } from './core.js';
import type { InitOptions } from './types.js';

/** Starts the core from the inlined module unless another one is given. */
export function init({ wasm }: InitOptions = {}): Promise<void> {
  return startOnce(async () => await wasm ?? Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
}
