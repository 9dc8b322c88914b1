/** Guarded chats where there is no `fetch`: bytes, events or texts in, what may be shown out. */
import { ChatEvents, DONE, guardJson, type ChatContext } from '../chat-events.js';
import { isObject } from '../chat.js';
import { GuardError } from '../error.js';
import type { MiniListener, MiniResponse, Platform } from '../hosts/platform.js';
import { exited } from '../off.js';
import { lastWordsIn } from '../said.js';
import { EventReader } from '../sse.js';
import type { Guard, MessageState } from '../types.js';
import { contextOf } from './fetch.js';

/** How an answer ended. */
export interface ChatEnd {
  /** `incomplete`: the user stopped it. */
  state: MessageState | 'incomplete';
  /** What to tell the user, when the policy or the end of the service ended it. Retracted: in place of the text. */
  notice?: string;
}

/** What is told of an answer. */
export interface ChatHandlers {
  /**
   * More of the answer. `channel` is `text`, or `reasoning` for what a model thinks aloud. `message` is the
   * answer's id, for a complaint about it; empty if the server gave none.
   */
  onText(text: string, channel: 'text' | 'reasoning', message: string): void;
  /** It is over; after `onError` it is not called. */
  onEnd?(end: ChatEnd): void;
  /** It broke off: what was shown may stay, what was held is dropped. */
  onError?(error: GuardError): void;
}

/** A chat completion request. */
export interface ChatRequest {
  /** Of the product's backend; the platform must allow its domain. */
  url: string;
  /** Default POST. */
  method?: string;
  /** Besides `content-type: application/json`; default none. */
  headers?: Record<string, string>;
  /** Sent as JSON, unless it is text. */
  body?: unknown;
  /** Longest wait for the whole answer, ms; default the platform's, 60 seconds. */
  timeout?: number;
}

/** An answer under way. */
export interface Chat {
  /** The user does not want it any more. */
  abort(): void;
}

/** What a transport gives to a chat; the pieces may be cut anywhere. */
export interface GuardedChat extends Chat {
  /** Takes what came of an event stream, cut anywhere. */
  bytes(chunk: ArrayBuffer): void;
  /** One event, where the platform has taken the stream apart. */
  event(event: { event?: string; data: string }): void;
  /** Nothing more comes. */
  end(): void;
  /** It broke off: `onError` is told `cause` if that is a `GuardError`, else `fetch/network`. */
  fail(cause: unknown): void;
}

/** Fields of a delta that are shown. */
const SHOWN = [['reasoning_content', 'reasoning'], ['reasoning', 'reasoning'], ['content', 'text'], ['refusal', 'text']] as const;

/** Guards one streamed chat completion, whatever brings it. Throws `usage/closed` while the service is closed. */
export function guardChat(guard: Guard, handlers: ChatHandlers): GuardedChat {
  return new ChatSession(contextOf(guard), handlers, () => {});
}

class ChatSession implements GuardedChat {
  readonly #context: ChatContext;
  readonly #handlers: ChatHandlers;
  readonly #events: ChatEvents;
  readonly #reader: EventReader<string>;
  readonly #stop: () => void;
  readonly #onOver: () => void;
  #isOver = false;

  constructor(context: ChatContext, handlers: ChatHandlers, onOver: () => void) {
    context.assertOpen();
    this.#context = context;
    this.#handlers = handlers;
    this.#onOver = onOver;
    this.#events = new ChatEvents(context);
    this.#reader = new EventReader(this.#events, (data) => this.#show(data), () => {});
    this.#stop = context.onClose((reason) => this.#over(() => this.#handlers.onError?.(reason)));
  }

  bytes(chunk: ArrayBuffer): void {
    this.#step(() => this.#reader.take(new Uint8Array(chunk)));
  }

  event(event: { event?: string; data: string }): void {
    this.#step(() => this.#show(this.#events.hasEnded() ? [] : this.#events.event(event)));
  }

  end(): void {
    this.#step(() => {
      this.#show(this.#reader.end());
      this.#ended({ state: 'finished' });
    });
  }

  /** The client brought no chunks: the body is events in one piece, or JSON. */
  whole({ status, headers, body }: MiniResponse): void {
    const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    if (type === 'text/event-stream') {
      this.bytes(body);
      this.end();
      return;
    }
    this.#step(() => {
      if (type !== 'application/json' && !/\+json$/.test(type)) {
        throw new GuardError('fetch/content-type', `status ${status} with a body of type ${type || 'none'} is withheld`);
      }
      const isOk = status >= 200 && status < 300;
      const answer = guardJson(this.#context, new TextDecoder().decode(body), isOk);
      if (!isOk || !isObject(answer)) throw new GuardError('fetch/answer', `the server answered ${status}: ${JSON.stringify(answer)}`);
      showChoices(answer, 'message', this.#handlers);
      this.#ended(endOf(answer) ?? { state: 'finished' });
    });
  }

  fail(cause: unknown): void {
    this.#over(() => this.#handlers.onError?.(failure(cause)));
  }

  abort(): void {
    this.#ended({ state: 'incomplete' });
  }

  /** What goes wrong ends the answer: nothing unjudged is shown. */
  #step(run: () => void): void {
    if (this.#isOver) return;
    try {
      run();
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  #show(data: string[]): void {
    for (const item of data) {
      if (this.#isOver) return;
      if (item === DONE) this.#ended({ state: 'finished' });
      else this.#showChunk(JSON.parse(item) as Record<string, unknown>);
    }
  }

  #showChunk(chunk: Record<string, unknown>): void {
    if ('error' in chunk) throw new GuardError('fetch/answer', `the server answered with an error: ${JSON.stringify(chunk.error)}`);
    showChoices(chunk, 'delta', this.#handlers);
    const end = endOf(chunk);
    if (end) this.#ended(end);
  }

  #ended(end: ChatEnd): void {
    this.#over(() => this.#handlers.onEnd?.(end));
  }

  #over(tell: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stop();
    this.#events.dispose();
    this.#onOver();
    tell();
  }
}

function showChoices(answer: Record<string, unknown>, field: 'delta' | 'message', { onText }: ChatHandlers): void {
  // Only the first: a chat shows one answer.
  const choice: unknown = Array.isArray(answer.choices) ? answer.choices[0] : undefined;
  const id = typeof answer.id === 'string' ? answer.id : '';
  const texts: unknown = isObject(choice) ? choice[field] : undefined;
  if (!isObject(texts)) return;
  for (const [name, channel] of SHOWN) {
    const text = texts[name];
    if (typeof text === 'string' && text !== '') onText(text, channel, id);
  }
}

/** How the policy ended it, as `chat.ts` writes it. */
function endOf({ tidegate }: Record<string, unknown>): ChatEnd | undefined {
  if (!isObject(tidegate) || typeof tidegate.state !== 'string') return undefined;
  return { state: tidegate.state as MessageState, notice: String(tidegate.notice ?? '') };
}

/** What is told of what broke off. */
export function failure(cause: unknown): GuardError {
  return cause instanceof GuardError ? cause : new GuardError('fetch/network', 'the request or its answer broke off', { cause });
}

/**
 * Sends a chat completion request and shows its guarded answer as it comes, or
 * whole where the client cannot stream. Throws `usage/exit` when the user's own
 * words ask for the end, and `usage/closed` while the service is closed.
 */
export function chatOn(platform: Platform, guard: Guard, wanted: ChatRequest, handlers: ChatHandlers): Chat {
  const context = contextOf(guard);
  const body = wanted.body === undefined || typeof wanted.body === 'string' ? wanted.body : JSON.stringify(wanted.body);
  // Words for help are heard also while the service is closed.
  if (context.hears() && context.said(lastWordsIn(body ?? ''))) throw exited();
  let abort = (): void => {};
  const chat = new ChatSession(context, handlers, () => abort());
  let hasPieces = false;
  const listener: MiniListener = {
    chunk: (bytes) => {
      hasPieces = true;
      chat.bytes(bytes);
    },
    event: (event) => {
      hasPieces = true;
      chat.event(event);
    },
    done: (response) => {
      if (hasPieces) chat.end();
      else chat.whole(response);
    },
    fail: (cause) => chat.fail(cause),
  };
  const { url, method = 'POST', headers = {}, timeout } = wanted;
  const task = platform.request({
    url, method, headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }), ...(timeout === undefined ? {} : { timeout }),
  }, listener);
  abort = () => task.abort();
  return chat;
}
