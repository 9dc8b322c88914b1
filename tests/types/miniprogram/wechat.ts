/** What the host takes WeChat's functions for is what WeChat's own types say. */
import type { MiniApi, MiniWebAssembly } from '../../../pkg-template/src/hosts/platform.js';

// A listener that is taken off has no argument there.
export const api: Omit<MiniApi, 'request' | 'offNetworkStatusChange'> = wx;
wx.offNetworkStatusChange(() => {});
export const instance: ReturnType<MiniWebAssembly['instantiate']> = WXWebAssembly.instantiate('/a.wasm.br', {});

/** With the options that `hosts/callback-api.ts` gives. */
const task = wx.request({
  url: 'https://a', method: 'POST', header: {}, responseType: 'arraybuffer', dataType: 'text', data: '', timeout: 60_000, enableChunked: true,
  success: ({ statusCode, header, data }) => void [statusCode satisfies number, header satisfies object, data],
  fail: ({ errMsg }) => void (errMsg satisfies string),
});
task.onChunkReceived(({ data }) => void (data satisfies ArrayBuffer));
task.abort();
