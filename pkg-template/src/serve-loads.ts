/** Loading packs in a worker, seen from the worker. */
import { BUILD } from './build-stamp.js';
import { calling } from './core.js';
import { GuardError } from './error.js';
import { imageOf, instantiated } from './image.js';
import { compile, read } from './instantiate.js';
import { digested, digestsOf } from './pack-digest.js';
import type { WasmInput } from './types.js';
import type { LoadAnswer, LoadRequest, Loads } from './worker-messages.js';

/** As much of a worker's global scope. */
interface Scope {
  addEventListener(type: 'message', listen: (event: MessageEvent) => void): void;
  postMessage(message: unknown, transfer: Transferable[]): void;
}

/** Answers every request; `source`: the module, unless a request names one. */
export function serveLoadsWith(source: () => WasmInput): void {
  const scope = globalThis as unknown as Scope;
  scope.addEventListener('message', ({ data }) => {
    if (typeof data?.tidegate === 'string') void answer(scope, data as LoadRequest, source);
  });
}

async function answer(scope: Scope, request: LoadRequest, source: () => WasmInput): Promise<void> {
  try {
    if (request.tidegate !== BUILD) return scope.postMessage({ tidegate: BUILD } satisfies Partial<LoadAnswer>, []);
    const loaded = await load(request, source);
    scope.postMessage({ tidegate: BUILD, ...loaded } satisfies LoadAnswer, [loaded.image.memory, ...loaded.packs.map(({ buffer }) => buffer)]);
  } catch (thrown) {
    const { code, message } = GuardError.from(thrown);
    scope.postMessage({ tidegate: BUILD, error: { code, message } } satisfies LoadAnswer, []);
  }
}

async function load({ packs: given, keys, wasm }: LoadRequest, source: () => WasmInput): Promise<Loads> {
  const [module, ...fetched] = await Promise.all([compile(wasm ?? source()), ...given.map((pack) => read(pack as string | Uint8Array<ArrayBuffer>))]);
  const packs = await digested(fetched);
  const { instance, exports } = await instantiated(module);
  const fresh = exports.__wbindgen_externrefs.length;
  const filter = calling(instance.glue, (glue) => new glue.Filter(packs, keys, digestsOf(packs)));
  return { image: imageOf(module, fresh, exports, filter), packs };
}
