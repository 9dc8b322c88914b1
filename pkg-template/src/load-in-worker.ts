/** Loading packs in a worker, seen from the page. */
import { BUILD } from './build-stamp.js';
import { GuardError } from './error.js';
import { resume } from './image.js';
import { readKeys } from './keys.js';
import type { LoadedPacks } from './loaded.js';
import { packsOf } from './loaded-contents.js';
import type { LoadAnswer, LoadRequest } from './worker-messages.js';

/** Longest wait for the worker unless told otherwise, ms. */
const PATIENCE_MS = 30_000;

/** What a worker loads. */
export interface WorkerLoadOptions {
  /** Strictest first; addresses are relative to the page, and the worker fetches them. */
  packs: (string | URL | Uint8Array)[];
  /** As in `createGuard`, which takes them from here. */
  publicKeys?: (Uint8Array | string)[];
  /** Where the core's module is, when the worker cannot find it by itself. */
  wasm?: string | URL | WebAssembly.Module;
  /** Longest wait, ms; default 30,000. */
  timeoutMs?: number;
}

/**
 * Lets `worker`, which runs `serveLoads()` of `tidegate/worker`, load packs, and ends it. Needs no
 * `init()`. Rejects with the codes that `init` and `createGuard` have, with `worker/failed` when the worker
 * could not start or broke down, `worker/timeout`, and `worker/version`.
 */
export async function loadInWorker(worker: Worker, { packs, publicKeys, wasm, timeoutMs = PATIENCE_MS }: WorkerLoadOptions): Promise<LoadedPacks> {
  const keys = readKeys(publicKeys);
  const request: LoadRequest = {
    tidegate: BUILD,
    packs: packs.map((pack) => pack instanceof Uint8Array ? pack : absolute(pack)),
    keys,
    wasm: wasm instanceof WebAssembly.Module || wasm === undefined ? wasm : absolute(wasm),
  };
  try {
    const answer = await ask(worker, request, timeoutMs);
    if (answer.tidegate !== BUILD) throw new GuardError('worker/version', 'the worker is of another build than the page: deploy them together');
    if ('error' in answer) throw new GuardError(answer.error.code, answer.error.message);
    return packsOf({ packs: answer.packs, keys, open: () => resume(answer.image) });
  } finally {
    worker.terminate();
  }
}

/** The worker has another base. */
function absolute(address: string | URL): string {
  return new URL(address, globalThis.document?.baseURI ?? globalThis.location?.href).href;
}

function ask(worker: Worker, request: LoadRequest, timeoutMs: number): Promise<LoadAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (code: string, message: string): void => reject(new GuardError(code, message));
    const timer = setTimeout(() => fail('worker/timeout', `the worker gave no answer in ${timeoutMs} ms`), timeoutMs);
    worker.addEventListener('message', ({ data }) => {
      if (typeof data?.tidegate !== 'string') return;
      clearTimeout(timer);
      resolve(data as LoadAnswer);
    });
    for (const event of ['error', 'messageerror']) {
      worker.addEventListener(event, (thrown) => {
        clearTimeout(timer);
        fail('worker/failed', (thrown as ErrorEvent).message || 'the worker could not be started');
      });
    }
    worker.postMessage(request);
  });
}
