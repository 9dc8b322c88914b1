/**
 * Alipay: `my`. Documented WebAssembly there is only in Workers
 * (`MYWebAssembly`), so the logic layer takes the build without; a Worker may
 * take the other.
 */
import {
  apiOf, bytesOf, headersOf, promised, wordsOf, type MiniApi, type MiniListener, type MiniRequest, type MiniTask, type MiniWebAssembly, type Platform,
} from './platform.js';

declare const my: MiniApi | undefined;
declare const MYWebAssembly: MiniWebAssembly | undefined;

export function alipay(): Platform {
  const wasm = typeof MYWebAssembly === 'object' ? MYWebAssembly : undefined;
  const api = apiOf('my', typeof my === 'object' ? my : undefined, wasm);
  return {
    name: 'alipay',
    api,
    wasm,
    wasmPath: '/tidegate/tidegate.wasm.br',
    request: (wanted, listener) => request(api, wanted, listener),
    // A key that holds nothing gives `null`.
    stored: async (key) => (await promised(api.getStorage, { key })).data ?? undefined,
  };
}

/** The body comes whole: no documented request brings chunks. */
function request(api: MiniApi, { url, method, headers, body, timeout }: MiniRequest, listener: MiniListener): MiniTask {
  const task = api.request({
    url,
    method,
    headers,
    dataType: 'arraybuffer',
    ...(body === undefined ? {} : { data: body }),
    ...(timeout === undefined ? {} : { timeout }),
    success: ({ status, headers: answered, data }) => listener.done({ status: Number(status), headers: headersOf(answered), body: bytesOf(data) }),
    fail: (error) => {
      // Statuses other than 2xx are told as failures, but they are answers.
      const { status, headers: answered, data } = Object(error) as Record<string, unknown>;
      if (typeof status === 'number' && status >= 100) listener.done({ status, headers: headersOf(answered), body: bytesOf(data) });
      else listener.fail(new Error(wordsOf(error)));
    },
  }) as { abort?: () => void } | undefined;
  return { abort: () => task?.abort?.() };
}
