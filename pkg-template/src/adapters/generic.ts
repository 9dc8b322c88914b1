/**
 * `tidegate/adapters/generic`: for interfaces without an adapter of their own.
 * Where text comes with `fetch`, `guard.fetch` is simpler; where it is a stream
 * of strings, `guard.stream()` is.
 */
import type { Guard, Message, MessageOptions, MessageState, Outcome } from '../types.js';
import { GuardedAnswer } from './answer.js';

export { guardReadable, guardEventSource, type ReadableOptions, type EventSourceLike, type EventSourceOptions } from './events.js';

/** What is shown of a text that an interface gives again and again, longer each time. */
export interface Shown {
  /** All that may be shown. */
  text: string;
  /** Of the message; `retracted`: `text` is empty. */
  state: MessageState;
  /** What to tell the user; present once the message was terminated or retracted. */
  notice?: string;
}

/** A text that is given whole each time, guarded. */
export interface Cumulative {
  /**
   * Takes the whole text so far. A text that does not continue the one before is judged anew,
   * from its beginning. `isDone`: nothing follows; what is held is decided.
   */
  update(text: string, isDone?: boolean): Shown;
}

/** For interfaces that give the whole text so far, not what is new. */
export function guardCumulative(guard: Guard, options: MessageOptions = {}): Cumulative {
  const id = options.id ?? new GuardedAnswer(guard).id;
  let message: Message | undefined;
  let seen = '';
  let shown: Shown = { text: '', state: 'open' };
  const take = ({ text, state, notice }: Outcome): void => {
    const whole = state === 'retracted' ? '' : shown.text + text;
    shown = notice === undefined ? { text: whole, state } : { text: whole, state, notice };
  };
  return {
    update(text, isDone = false) {
      if (shown.notice !== undefined) return shown;
      const isFinished = shown.state === 'finished' && text !== seen;
      if (!message || isFinished || !text.startsWith(seen)) {
        message = guard.message({ ...options, id });
        seen = '';
        shown = { text: '', state: 'open' };
      }
      const delta = text.slice(seen.length);
      seen = text;
      if (shown.state === 'open') take(message.push(delta));
      if (isDone && shown.state === 'open') take(message.finish());
      return shown;
    },
  };
}
