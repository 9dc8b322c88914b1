/** Douyin: `tt`, and `TTWebAssembly` since base library 2.34.0. */
import { request, stored } from './callback-api.js';
import {
  apiOf, headersOf, required, wordsOf, type MiniApi, type MiniListener, type MiniRequest, type MiniTask, type MiniWebAssembly, type Platform,
} from './platform.js';

declare const tt: MiniApi | undefined;
declare const TTWebAssembly: MiniWebAssembly | undefined;

export function douyin(): Platform {
  const wasm = typeof TTWebAssembly === 'object' ? TTWebAssembly : undefined;
  const api = apiOf('tt', typeof tt === 'object' ? tt : undefined, wasm);
  return {
    name: 'douyin',
    api,
    wasm,
    // Absolute: a relative path is taken from the page's folder.
    wasmPath: '/tidegate/tidegate.wasm.br',
    request: (wanted, listener) => (listener.event && api.createEventSource ? events(api, wanted, listener) : request(api, wanted, listener)),
    stored: (key) => stored(api, key),
  };
}

/** Douyin brings no chunks of a request; it has events of its own since base library 3.35.0. */
function events(api: MiniApi, { url, method, headers, body, timeout }: MiniRequest, listener: MiniListener): MiniTask {
  const source = required('tt.createEventSource', api.createEventSource)({
    url, method, header: headers, ...(body === undefined ? {} : { data: body }), ...(timeout === undefined ? {} : { timeout }),
  });
  let isOver = false;
  const end = (how: () => void): void => {
    if (isOver) return;
    isOver = true;
    source.close();
    how();
  };
  source.onMessage(({ data, event }) => {
    if (isOver) return;
    const text = typeof data === 'string' ? data : JSON.stringify(data ?? '');
    listener.event?.({ data: text, ...(typeof event === 'string' && event !== '' ? { event } : {}) });
    if (text === '[DONE]') end(() => listener.done({ status: 200, headers: headersOf({ 'content-type': 'text/event-stream' }), body: new ArrayBuffer(0) }));
  });
  source.onError((error) => end(() => listener.fail(new Error(wordsOf(error)))));
  return { abort: () => end(() => {}) };
}
