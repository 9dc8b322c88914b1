/** Guarded texts from an async iterable, as `wx.cloud.extend.AI` gives them. */
import { GuardError } from '../error.js';
import type { Guard } from '../types.js';
import type { ChatEnd, ChatHandlers } from './chat.js';

/**
 * Shows what may be shown of `texts` until they end or the policy ends them. Never rejects:
 * `onError` tells. The source is told to stop when the policy ends the message, and at the next text
 * after `stop.aborted` became true: then the state is `incomplete`, and what was held is dropped.
 */
export async function guardTexts(
  guard: Guard, texts: AsyncIterable<string>, { onText, onEnd, onError }: ChatHandlers, stop?: { readonly aborted: boolean },
): Promise<void> {
  let end: ChatEnd | undefined;
  try {
    const message = guard.message();
    const show = ({ text, state, notice }: ReturnType<typeof message.push>): void => {
      if (text !== '') onText(text, 'text', message.id);
      if (state !== 'open') end = notice === undefined ? { state } : { state, notice };
    };
    await each(texts, (text) => {
      if (stop?.aborted) end = { state: 'incomplete' };
      else show(message.push(text));
      return end !== undefined;
    });
    if (!end) show(message.finish());
  } catch (cause) {
    onError?.(cause instanceof GuardError ? cause : new GuardError('fetch/network', 'the answer broke off', { cause }));
    return;
  }
  onEnd?.(end ?? { state: 'finished' });
}

/** `for await`, for which old engines need more help than this. `take` says whether the loop is left. */
async function each(texts: AsyncIterable<string>, take: (text: string) => boolean): Promise<void> {
  const source = texts[Symbol.asyncIterator]();
  for (let next = await source.next(); !next.done; next = await source.next()) {
    // Also if `take` throws, the source is told to stop.
    let isLeft = true;
    try {
      isLeft = take(next.value);
    } finally {
      if (isLeft) await source.return?.();
    }
    if (isLeft) return;
  }
}
