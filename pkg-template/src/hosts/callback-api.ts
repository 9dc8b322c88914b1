/** WeChat's functions, which Douyin's are like. */
import {
  bytesOf, headersOf, promised, wordsOf, type MiniApi, type MiniListener, type MiniRequest, type MiniTask,
} from './platform.js';

interface RequestTask {
  abort(): void;
  onChunkReceived?(listen: (chunk: { data: ArrayBuffer }) => void): void;
}

/**
 * `enableChunked` asks for the answer piece by piece. Older clients ignore it and
 * bring the body whole, at the end.
 */
export function request(api: MiniApi, { url, method, headers, body, timeout }: MiniRequest, listener: MiniListener): MiniTask {
  const { chunk } = listener;
  const task = api.request({
    url,
    method,
    header: headers,
    responseType: 'arraybuffer',
    // Anything but `json`: the answer is not to be parsed.
    dataType: 'text',
    ...(body === undefined ? {} : { data: body }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(chunk ? { enableChunked: true } : {}),
    success: ({ statusCode, header, data }) => listener.done({ status: Number(statusCode), headers: headersOf(header), body: bytesOf(data) }),
    fail: (error) => listener.fail(new Error(wordsOf(error))),
  }) as RequestTask | undefined;
  if (chunk) task?.onChunkReceived?.(({ data }) => chunk(data));
  return { abort: () => task?.abort() };
}

/** That a key holds nothing is told as a failure. */
export async function stored(api: MiniApi, key: string): Promise<unknown> {
  try {
    return (await promised(api.getStorage, { key })).data;
  } catch (thrown) {
    if (/not found/i.test(wordsOf(thrown))) return undefined;
    throw thrown;
  }
}
