/** WeChat: `wx`, and `WXWebAssembly` since base library 2.13.0. */
import { request, stored } from './callback-api.js';
import { apiOf, type MiniApi, type MiniWebAssembly, type Platform } from './platform.js';

declare const wx: MiniApi | undefined;
declare const WXWebAssembly: MiniWebAssembly | undefined;

export function wechat(): Platform {
  const wasm = typeof WXWebAssembly === 'object' ? WXWebAssembly : undefined;
  const api = apiOf('wx', typeof wx === 'object' ? wx : undefined, wasm);
  return {
    name: 'wechat',
    api,
    wasm,
    // Where WeChat's npm puts what the package's `miniprogram` folder holds.
    wasmPath: '/miniprogram_npm/tidegate/tidegate.wasm.br',
    request: (wanted, listener) => request(api, wanted, listener),
    stored: (key) => stored(api, key),
  };
}
