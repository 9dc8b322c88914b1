/** `tidegate/adapters/openai`: for the package `openai`, chat completions and Responses. */
import { ChatAnswer, isObject } from '../chat.js';
import type { GuardedMessage } from '../message.js';
import type { Guard } from '../types.js';
import { GuardedAnswer } from './answer.js';
import { ResponsesAnswer } from './openai-responses.js';
import { guardIterable, protocolFetch, type FetchOptions, type Json } from './protocol.js';

/** `new OpenAI({ fetch: openaiFetch(guard) })`. Chat completions go through `guard.fetch` and the fetch of the guard. */
export function openaiFetch(guard: Guard, options: FetchOptions = {}): typeof fetch {
  // Events of a resumed answer do not name it, but the address does.
  const responses = protocolFetch(guard, (input) => new ResponsesAnswer(guard, responseIn(input)?.[1]), options);
  return (input, init) => (responseIn(input) ? responses : guard.fetch)(input, init);
}

/** Guards a stream of `client.responses.create({ stream: true })` that was made without `openaiFetch`. */
export function guardResponses<T>(guard: Guard, stream: AsyncIterable<T>): AsyncIterable<T> {
  return guardIterable(stream, new ResponsesAnswer(guard));
}

/** Guards a stream of `client.chat.completions.create({ stream: true })` that was made without `openaiFetch`. */
export async function* guardCompletions<T>(guard: Guard, stream: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const answer = new ChatAnswer({
    open: (id, channel) => guard.message({ id, channel }) as GuardedMessage,
    newId: () => new GuardedAnswer(guard).id,
  });
  try {
    for await (const chunk of stream) {
      if (isObject(chunk) && 'error' in chunk) answer.dispose();
      if (isObject(chunk)) yield* answer.chunk(chunk as Json) as T[];
      if (answer.ending) return;
    }
    yield* answer.finish() as T[];
  } finally {
    answer.dispose();
  }
}

/** Whether an address is one of Responses, and the answer that it names. */
function responseIn(input: RequestInfo | URL): RegExpExecArray | null {
  return /\/responses(?:\/([^/?#]+)|[/?#]|$)/.exec((input as Request).url ?? String(input));
}
