/** Server-sent events in, guarded events out. Knows nothing of what they carry. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { GuardError } from './error.js';

/** Largest event, in UTF-16 units; a larger one fails the stream. */
export const MAX_EVENT_UNITS = 4 * 1024 * 1024;

/** The data of an event, or a named one. */
export type Sent = string | { event: string; data: string };

export interface EventGuard {
  /** The events to send in place of this one. */
  event(event: EventSourceMessage): Sent[];
  /** The source is over; the events to send at last. */
  finish(): Sent[];
  /** Whether the stream ends here, whatever the source still has. */
  hasEnded(): boolean;
  /** The stream is over in any way; `early`: before its source. */
  close(early: boolean): void;
}

export interface GuardedEvents {
  body: ReadableStream<Uint8Array>;
  /** Ends the stream with an error; what is held is never shown. */
  fail(reason: unknown): void;
}

/** Errors of the source go through `describe` and on to the reader. */
export function guardEvents(
  source: ReadableStream<Uint8Array>, guard: EventGuard, describe: (thrown: unknown) => unknown,
): GuardedEvents {
  const reader = source.getReader();
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let isOver = false;
  let isTooLarge = false;
  let out: string[] = [];
  let fail = (_reason: unknown): void => {};

  const send = (events: Sent[]): void => {
    for (const sent of events) out.push(typeof sent === 'string' ? `data: ${sent}\n\n` : `event: ${sent.event}\ndata: ${sent.data}\n\n`);
  };
  const parser = createParser({
    maxBufferSize: MAX_EVENT_UNITS,
    onEvent: (event) => {
      if (!guard.hasEnded()) send(guard.event(event));
    },
    // Comments keep a connection alive; what they say is nobody's business.
    onComment: () => {
      if (!guard.hasEnded()) out.push(':\n\n');
    },
    onError: (error) => {
      isTooLarge ||= error.type === 'max-buffer-size-exceeded';
    },
  });
  const feed = (text: string): void => {
    parser.feed(text);
    if (isTooLarge) throw new GuardError('fetch/too-large', `an event has more than ${MAX_EVENT_UNITS} characters`);
  };
  const close = (early: boolean): void => {
    isOver = true;
    guard.close(early);
    if (early) reader.cancel().catch(() => {});
  };

  /** Reads on; whether there is something to send or nothing more to come. */
  const advance = async (): Promise<boolean> => {
    const { done, value } = await reader.read().catch((thrown: unknown) => {
      throw describe(thrown);
    });
    if (isOver) return true;
    if (value) feed(decoder.decode(value, { stream: true }));
    if (done) {
      // An event whose blank line was cut off still counts, if it is whole.
      feed(`${decoder.decode()}\n\n`);
      if (!guard.hasEnded()) send(guard.finish());
    }
    if (done || guard.hasEnded()) close(!done);
    return isOver || out.length > 0;
  };

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      fail = (reason) => {
        if (isOver) return;
        close(true);
        controller.error(reason);
      };
    },
    async pull(controller) {
      try {
        while (!(await advance()));
        if (out.length > 0) controller.enqueue(encoder.encode(out.join('')));
        out = [];
        if (isOver) controller.close();
      } catch (thrown) {
        fail(thrown);
      }
    },
    cancel() {
      if (!isOver) close(true);
    },
  }, { highWaterMark: 0 });
  return { body, fail };
}
