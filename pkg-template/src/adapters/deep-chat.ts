/** `tidegate/adapters/deep-chat`: for the property `connect` of deep-chat. `responseInterceptor` is too late for streams that it opens by itself. */
import { isObject } from '../chat.js';
import type { Guard, Outcome } from '../types.js';
import { hear } from './hear.js';

/** What `guardConnect` uses of deep-chat's signals. */
export interface SignalsLike {
  /** Shows a piece, or in its place the whole, or an error. */
  onResponse(response: { text?: string; overwrite?: boolean; error?: string }): Promise<void>;
  /** An answer begins. */
  onOpen(): void;
  /** It is over. */
  onClose(): void;
  /** What the button for stopping calls. */
  stopClicked: { listener: () => void };
}

/** Of `guardConnect`. */
export interface ConnectOptions {
  /** What is shown of an answer that could not be had; default `The answer could not be loaded.` */
  error?: (thrown: unknown) => string;
}

/** For `chat.connect`. */
export interface GuardedConnect {
  /** Answers come in pieces. */
  stream: true;
  /** Asks and shows. */
  handler(body: any, signals: SignalsLike): void;
}

/** `chat.connect = guardConnect(guard, ask)`. `ask(body, signal)` asks your backend and resolves to the answer, a stream of strings. */
export function guardConnect(
  guard: Guard,
  ask: (body: any, signal: AbortSignal) => Promise<ReadableStream<string>>,
  { error = () => 'The answer could not be loaded.' }: ConnectOptions = {},
): GuardedConnect {
  return {
    stream: true,
    async handler(body, signals) {
      const stop = new AbortController();
      let reader: ReadableStreamDefaultReader<string> | undefined;
      signals.stopClicked.listener = () => {
        stop.abort();
        reader?.cancel().catch(() => {});
      };
      signals.onOpen();
      let ending: Outcome | undefined;
      const onOutcome = (outcome: Outcome): void => {
        if (outcome.notice !== undefined) ending = outcome;
      };
      try {
        hear(guard, wordsOf(body));
        // Before it is asked: while the service is closed, nothing is.
        const guarded = guard.stream({ onOutcome });
        reader = (await ask(body, stop.signal)).pipeThrough(guarded).getReader();
        if (stop.signal.aborted) await reader.cancel();
        for (let step = await reader.read(); !step.done; step = await reader.read()) await signals.onResponse({ text: step.value });
        // What was shown of a retracted answer goes.
        if (ending?.notice !== undefined) await signals.onResponse({ text: ending.notice, overwrite: ending.state === 'retracted' });
      } catch (thrown) {
        if (!stop.signal.aborted) await signals.onResponse({ error: error(thrown) });
      }
      signals.onClose();
    },
  };
}

/** What the user wrote last. */
function wordsOf(body: unknown): string {
  const messages = isObject(body) && Array.isArray(body.messages) ? body.messages as unknown[] : [];
  const last = messages.at(-1);
  return isObject(last) && typeof last.text === 'string' ? last.text : '';
}
