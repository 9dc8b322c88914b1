/** `tidegate/worker`: what a worker runs so that its page can load packs in it. */
import { serveLoadsWith } from './serve-loads.js';

/**
 * Waits for `loadInWorker` of the page. Call it when the worker's script begins: what is asked
 * before is lost.
 */
export function serveLoads(): void {
  serveLoadsWith(() => new URL('./tidegate_bg.wasm', import.meta.url));
}
