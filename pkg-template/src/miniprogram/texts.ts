/** Guarded answers from async iterables, as `wx.cloud.extend.AI` gives them. */
import type { Guard } from '../types.js';
import { failure, guardChat, type ChatEnd, type ChatHandlers, type GuardedChat } from './chat.js';

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
    onError?.(failure(cause));
    return;
  }
  onEnd?.(end ?? { state: 'finished' });
}

/**
 * As `guardTexts`, for the events of a chat completion, such as `eventStream` of `wx.cloud.extend.AI`:
 * with what a model thinks aloud, and the id that the server gave.
 */
export async function guardEvents(
  guard: Guard, events: AsyncIterable<{ event?: string; data: string }>, { onText, onEnd, onError }: ChatHandlers,
  stop?: { readonly aborted: boolean },
): Promise<void> {
  let isOver = false;
  let chat: GuardedChat | undefined;
  try {
    const guarded = guardChat(guard, {
      onText: (text, channel, message) => onText(text, channel, message),
      onEnd: (end) => {
        isOver = true;
        onEnd?.(end);
      },
      onError: (error) => {
        isOver = true;
        onError?.(error);
      },
    });
    chat = guarded;
    await each(events, (event) => {
      if (stop?.aborted) guarded.abort();
      else guarded.event(event);
      return isOver;
    });
    guarded.end();
  } catch (cause) {
    if (chat) chat.fail(cause);
    else onError?.(failure(cause));
  }
}

/** `for await`, for which old engines need more help than this. `take` says whether the loop is left. */
async function each<T>(items: AsyncIterable<T>, take: (item: T) => boolean): Promise<void> {
  const source = items[Symbol.asyncIterator]();
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
