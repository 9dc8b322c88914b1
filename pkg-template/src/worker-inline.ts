/** `tidegate/inline/worker`: the same, with the module inside. */
import base64 from '../wasm/tidegate_bg.wasm';
import { bytes } from './inlined.js';
import { serveLoadsWith } from './serve-loads.js';

/** Waits for `loadInWorker` of the page; see `tidegate/worker`. */
export function serveLoads(): void {
  serveLoadsWith(() => bytes(base64));
}
