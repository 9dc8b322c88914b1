/** Loading in a worker and late, as users write it. */
import { createGuard, lazyGuard, loadInWorker, type Guard, type LazyGuard, type LoadedPacks, type WorkerLoadOptions } from 'tidegate';
import { serveLoads as serveInlined } from 'tidegate/inline/worker';
import { serveLoads } from 'tidegate/worker';

export const served: (() => void)[] = [serveLoads, serveInlined];

export async function load(worker: Worker, key: Uint8Array, pack: Uint8Array): Promise<Guard> {
  const options: WorkerLoadOptions = { packs: ['/a.pack', new URL('https://x.test/b.pack'), pack], publicKeys: [key], wasm: '/tidegate_bg.wasm', timeoutMs: 9_000 };
  const packs: LoadedPacks = await loadInWorker(worker, options);
  const guard = await createGuard({ packs });
  // @ts-expect-error what a worker has loaded makes guards; one that is there takes bytes
  guard.load(packs);
  // @ts-expect-error no packs
  await loadInWorker(worker, {});
  return guard;
}

const lazy: LazyGuard = lazyGuard(async () => createGuard({ packs: [] }));
export const shown: ReadableStream<string> = new ReadableStream<string>().pipeThrough(lazy.stream({ channel: 'title' }));
export const answer: Promise<Response> = lazy.fetch('/v1/chat/completions', { method: 'POST' });
export const ready: Promise<Guard> = lazy.ready();
export const gone: Promise<void> = lazy.dispose();
