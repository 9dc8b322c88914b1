/** WeChat: `wx`, and `WXWebAssembly` since base library 2.13.0. */
import { request, stored } from './callback-api.js';
import { required, type MiniApi, type MiniWebAssembly, type Platform } from './platform.js';

declare const wx: MiniApi | undefined;
declare const WXWebAssembly: MiniWebAssembly | undefined;

export function wechat(): Platform {
  const api = required('wx', typeof wx === 'object' ? wx : undefined);
  return {
    name: 'wechat',
    api,
    wasm: typeof WXWebAssembly === 'object' ? WXWebAssembly : undefined,
    // Where WeChat's npm puts what the package's `miniprogram` folder holds.
    wasmPath: '/miniprogram_npm/tidegate/tidegate.wasm.br',
    request: (wanted, listener) => request(api, wanted, listener),
    stored: (key) => stored(api, key),
  };
}
