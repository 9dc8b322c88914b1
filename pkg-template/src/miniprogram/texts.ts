/** Guarded texts from an async iterable, as `wx.cloud.extend.AI` gives them. */
import { GuardError } from '../error.js';
import type { Guard, MessageState } from '../types.js';
import type { ChatHandlers } from './chat.js';

/**
 * Shows what may be shown of `texts` until they end or the policy ends them. Never rejects:
 * `onError` tells. The source is told to stop when the policy ends the message.
 */
export async function guardTexts(guard: Guard, texts: AsyncIterable<string>, { onText, onEnd, onError }: ChatHandlers): Promise<void> {
  let end: { state: MessageState; notice?: string } | undefined;
  try {
    const message = guard.message();
    const show = ({ text, state, notice }: ReturnType<typeof message.push>): void => {
      if (text !== '') onText(text, 'text');
      if (state !== 'open') end = notice === undefined ? { state } : { state, notice };
    };
    // Leaving the loop calls the iterator's `return`.
    for await (const text of texts) {
      show(message.push(text));
      if (end) break;
    }
    if (!end) show(message.finish());
  } catch (cause) {
    onError?.(cause instanceof GuardError ? cause : new GuardError('fetch/network', 'the answer broke off', { cause }));
    return;
  }
  onEnd?.(end ?? { state: 'finished' });
}
