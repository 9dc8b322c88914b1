/** Chat completions as they come, in events or whole, and what of them may go on. Knows no transport. */
import { ChatAnswer, guardStrings, isObject, type AnswerContext } from './chat.js';
import { GuardError } from './error.js';
import type { EventFilter, ServerEvent } from './sse.js';
import type { Channel } from './types.js';

export const DONE = '[DONE]';

/** What guarding an answer takes of the guard. */
export interface ChatContext extends AnswerContext {
  /** Throws while nothing may be asked. */
  assertOpen(): void;
  /** Whether some rule waits for words of the user. */
  hears(): boolean;
  /** Judges what the user wrote; `true`: the user wants to stop. */
  said(text: string): boolean;
  /** Runs `close` when the service closes or the guard is disposed; returns stop. */
  onClose(close: (reason: GuardError) => void): () => void;
}

/** One answer in events. */
export class ChatEvents implements EventFilter<string> {
  readonly #context: ChatContext;
  readonly #answer: ChatAnswer;
  #understood = 0;
  #unknown = 0;
  #isDone = false;

  constructor(context: ChatContext) {
    this.#context = context;
    this.#answer = new ChatAnswer(context);
  }

  /** The source said itself that nothing more comes. */
  get isDone(): boolean {
    return this.#isDone;
  }

  event({ event, data }: ServerEvent): string[] {
    if (data === '' || this.#isDone) return [];
    if (data === DONE) {
      const rest = this.#answer.finish();
      this.#isDone = true;
      return [...rest.map((chunk) => JSON.stringify(chunk)), DONE];
    }
    const value = parse(data);
    if (isObject(value) && 'error' in value) {
      this.#answer.dispose();
      return [JSON.stringify(guardAll(this.#context, value))];
    }
    // An empty name is none, as in an event stream: platforms that take streams apart may give one.
    if ((event || 'message') !== 'message' || !isObject(value) || !Array.isArray(value.choices)) {
      this.#unknown += 1;
      return [];
    }
    this.#understood += 1;
    const chunks = this.#answer.chunk(value).map((chunk) => JSON.stringify(chunk));
    return this.#answer.ending ? [...chunks, DONE] : chunks;
  }

  finish(): string[] {
    if (this.#understood === 0 && this.#unknown > 0) {
      throw new GuardError('fetch/not-chat', 'the events are not chat completions, they are withheld');
    }
    const chunks = this.#answer.finish().map((chunk) => JSON.stringify(chunk));
    return this.#answer.ending ? [...chunks, DONE] : chunks;
  }

  hasEnded(): boolean {
    return this.#answer.ending !== undefined;
  }

  dispose(): void {
    this.#answer.dispose();
  }
}

/** A JSON body that came whole: a chat completion text by text, other JSON string by string. */
export function guardJson(context: ChatContext, text: string, isOk: boolean): unknown {
  const value = parse(text);
  if (!isObject(value) || !Array.isArray(value.choices)) return guardAll(context, value, isOk ? 'text' : 'error');
  const answer = new ChatAnswer(context);
  try {
    return answer.whole(value);
  } finally {
    answer.dispose();
  }
}

function guardAll(context: ChatContext, value: unknown, channel: Channel = 'error'): unknown {
  return guardStrings(value, (text) => {
    const message = context.open('', channel);
    const pushed = message.push(text);
    const finished = message.finish();
    return finished.notice ?? pushed.text + finished.text;
  });
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GuardError('fetch/json', 'the answer is not the JSON it claims to be, it is withheld', { cause });
  }
}
