/** Server-sent events in, guarded events out. Knows nothing of what they carry. */
import { createParser, type EventSourceParser } from 'eventsource-parser';
import { GuardError } from './error.js';

/** Largest event, in UTF-16 units; a larger one fails the stream. */
const MAX_EVENT_UNITS = 4 * 1024 * 1024;

export interface ServerEvent {
  event?: string | undefined;
  data: string;
}

/** The data of an event, or a named one. */
export type Sent = string | { event: string; data: string };

/** What may go on of events. */
export interface EventFilter<T extends Sent = Sent> {
  /** The events to send in place of this one. */
  event(event: ServerEvent): T[];
  /** The source is over; the events to send at last. */
  finish(): T[];
  /** Whether the stream ends here, whatever the source still has. */
  hasEnded(): boolean;
}

export interface EventGuard extends EventFilter {
  /** The stream is over in any way; `early`: before its source, which is left once this resolves. */
  close(early: boolean): Promise<void> | void;
}

/** Bytes in, cut anywhere; guarded events out. */
export class EventReader<T extends Sent = Sent> {
  readonly #guard: EventFilter<T>;
  readonly #decoder = new TextDecoder();
  readonly #parser: EventSourceParser;
  #isTooLarge = false;

  constructor(guard: EventFilter<T>, send: (events: T[]) => void, comment: () => void) {
    this.#guard = guard;
    this.#parser = createParser({
      maxBufferSize: MAX_EVENT_UNITS,
      onEvent: (event) => {
        if (!guard.hasEnded()) send(guard.event(event));
      },
      // Comments keep a connection alive; what they say is nobody's business.
      onComment: () => {
        if (!guard.hasEnded()) comment();
      },
      onError: (error) => {
        this.#isTooLarge ||= error.type === 'max-buffer-size-exceeded';
      },
    });
  }

  take(bytes: Uint8Array): void {
    this.#feed(this.#decoder.decode(bytes, { stream: true }));
  }

  /** The source is over; what the guard has at last. */
  end(): T[] {
    // An event whose blank line was cut off still counts, if it is whole.
    this.#feed(`${this.#decoder.decode()}\n\n`);
    return this.#guard.hasEnded() ? [] : this.#guard.finish();
  }

  #feed(text: string): void {
    this.#parser.feed(text);
    if (this.#isTooLarge) throw new GuardError('fetch/too-large', `an event has more than ${MAX_EVENT_UNITS} characters`);
  }
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
  const encoder = new TextEncoder();
  let isOver = false;
  let out: string[] = [];
  let fail = (_reason: unknown): void => {};

  const send = (sent: Sent[]): void => {
    for (const one of sent) out.push(typeof one === 'string' ? `data: ${one}\n\n` : `event: ${one.event}\ndata: ${one.data}\n\n`);
  };
  const events = new EventReader(guard, send, () => out.push(':\n\n'));
  const close = (early: boolean): void => {
    isOver = true;
    const closed = guard.close(early);
    if (!early) return;
    const leave = (): void => void reader.cancel().catch(() => {});
    if (closed) void closed.then(leave);
    else leave();
  };

  /** Reads on; whether there is something to send or nothing more to come. */
  const advance = async (): Promise<boolean> => {
    const { done, value } = await reader.read().catch((thrown: unknown) => {
      throw describe(thrown);
    });
    if (isOver) return true;
    if (value) events.take(value);
    if (done) send(events.end());
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
