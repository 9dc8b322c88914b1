/** `tidegate/adapters/ant-design-x`: for `@ant-design/x-sdk`: a provider's requests are guarded, and its messages end as the policy says. */
import { isObject } from '../chat.js';
import { GuardError } from '../error.js';
import type { Guard } from '../types.js';

/** What `guardProvider` uses of a `ChatProvider`. */
export interface ProviderLike {
  /** An `XRequest`, whose options it reads when it asks. */
  readonly request: { options: object };
  /** Makes the message so far of a chunk, again and again. */
  transformMessage(info: any): any;
}

/**
 * Guards a provider of chat completions, such as `OpenAIChatProvider` and `DeepSeekChatProvider`, and gives
 * it back: `useXChat({ provider })`. Its `XRequest` asks with `guard.fetch`; a `fetch` of its own is refused with `guard/options`.
 */
export function guardProvider<P extends ProviderLike>(guard: Guard, provider: P): P {
  const { options } = provider.request as { options: { fetch?: unknown } };
  if (options.fetch !== undefined) throw new GuardError('guard/options', 'the request has a fetch of its own, whose answers would not be guarded');
  options.fetch = guard.fetch;
  const transform = provider.transformMessage.bind(provider) as (info: unknown) => unknown;
  provider.transformMessage = (info: unknown): unknown => {
    const message = transform(info);
    const ending = endingOf((info as { chunk?: unknown }).chunk);
    if (!ending || !isObject(message)) return message;
    // What was shown of a retracted answer goes.
    const before = ending.state === 'retracted' || typeof message.content !== 'string' ? '' : `${message.content}\n\n`;
    return { ...message, content: before + ending.notice };
  };
  return provider;
}

/** What `guard.fetch` says of an answer's end: in an event of the stream, or in the whole answer. */
function endingOf(chunk: unknown): { state?: unknown; notice: string } | undefined {
  if (!isObject(chunk)) return undefined;
  const answer = typeof chunk.data === 'string' ? parsed(chunk.data) : chunk;
  const ending = isObject(answer) ? answer.tidegate : undefined;
  return isObject(ending) && typeof ending.notice === 'string' ? { state: ending.state, notice: ending.notice } : undefined;
}

/** `undefined`: it is no JSON, such as `[DONE]`. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
