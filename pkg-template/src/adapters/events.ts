/** Streams of chunks and of server-sent events whose shape only the app knows. */
import { GuardError } from '../error.js';
import type { Channel, Guard } from '../types.js';
import { GuardedAnswer, type Ending } from './answer.js';

/** Where a chunk has its text. */
export interface ReadableOptions<T> {
  /** Messages of one id end together. */
  id?: string;
  /** The text of a chunk, and which text it continues; `undefined`: the chunk has none and does not go on. */
  text(chunk: T): { key?: string; channel?: Channel; delta: string } | undefined;
  /** The chunk with another text in place of its own. */
  put(chunk: T, text: string): T;
  /** The chunk that tells of the end, if the policy ended the answer; the stream ends after it. */
  end?(ending: Ending): T | undefined;
}

/** Guards typed chunks; what is held when the stream ends comes in a copy of the text's last chunk. */
export function guardReadable<T>(guard: Guard, { id, text, put, end }: ReadableOptions<T>): TransformStream<T, T> {
  const answer = new GuardedAnswer(guard, id);
  const last = new Map<string, T>();
  const close = (controller: TransformStreamDefaultController<T>): void => {
    if (!answer.ending) return;
    const chunk = end?.(answer.ending);
    if (chunk !== undefined) controller.enqueue(chunk);
    controller.terminate();
  };
  return new TransformStream<T, T>({
    transform(chunk, controller) {
      const found = text(chunk);
      if (!found) return;
      const { key = found.channel ?? 'text', channel = 'text', delta } = found;
      last.set(key, chunk);
      const shown = answer.push(key, channel, delta);
      if (shown !== '') controller.enqueue(put(chunk, shown));
      close(controller);
    },
    flush(controller) {
      for (const [key, chunk] of last) {
        const shown = answer.finish(key);
        if (shown !== '') controller.enqueue(put(chunk, shown));
      }
      close(controller);
    },
  });
}

/** As much of an `EventSource` as is needed. */
export interface EventSourceLike {
  /** As that of `EventSource`. */
  addEventListener(type: string, listen: (event: { data: string }) => void): void;
  /** Called when the answer is over, and by the returned function. */
  close(): void;
}

/** How the events of a source are read and shown. */
export interface EventSourceOptions {
  /** Messages of one id end together; default: an id of its own. */
  id?: string;
  /** Default `text`. */
  channel?: Channel;
  /** Types of the events that carry text; default `message`. Others are not read. */
  types?: string[];
  /** The text in an event's data; default the data itself. */
  text?(data: string, type: string): string;
  /** Whether the data says that the answer is complete; default `[DONE]`. */
  isDone?(data: string, type: string): boolean;
  /** What may be shown now, in addition. */
  onText(text: string): void;
  /** The answer is complete, or the policy ended it; the source is closed. */
  onEnd?(ending: Ending | undefined): void;
}

/**
 * Reads an `EventSource`. When the connection breaks, the browser opens it again by itself; what
 * is held then goes on to be held. Returns a function that closes the source and drops it.
 */
export function guardEventSource(guard: Guard, source: EventSourceLike, options: EventSourceOptions): () => void {
  const { channel = 'text', types = ['message'], text = (data) => data, isDone = (data) => data === '[DONE]', onText, onEnd } = options;
  if (typeof onText !== 'function') throw new GuardError('guard/options', 'onText is a function');
  const answer = new GuardedAnswer(guard, options.id);
  let isOver = false;
  const close = (): void => {
    isOver = true;
    source.close();
    answer.drop();
  };
  const show = (shown: string): void => {
    if (shown !== '') onText(shown);
  };
  for (const type of types) {
    source.addEventListener(type, ({ data }) => {
      if (isOver) return;
      const isLast = isDone(data, type);
      try {
        show(isLast ? answer.finish('text') : answer.push('text', channel, text(data, type)));
      } catch (thrown) {
        close();
        throw thrown;
      }
      if (!isLast && !answer.ending) return;
      const { ending } = answer;
      close();
      onEnd?.(ending);
    });
  }
  return close;
}
