/**
 * `tidegate/adapters/ai-sdk`: for pages that use the AI SDK, `ai` 5, 6 or 7.
 * `guardTransport` wraps the transport of `useChat`. It needs nothing of `ai`
 * itself. Servers wrap the model: `tidegate/adapters/ai-sdk-model`.
 */
import type { Guard } from '../types.js';
import { GuardedAnswer, type Ending } from './answer.js';
import { LAYOUT } from './ai-sdk-chunks.js';
import { hear } from './hear.js';
import { GuardedParts, isPart, type Part } from './parts.js';

export type { Ending };

/** Chats whose answer is remembered, so that a resumed stream goes on under its id. */
const MAX_CHATS = 64;
/** Id of the text part that carries the notice. */
const NOTICE_ID = 'tidegate-notice';

/** How a stream of `UIMessageChunk`s is guarded. */
export interface ChunkOptions {
  /** Messages of one id end together; default: what the stream's `start` says, else an id of its own. */
  id?: string;
  /** Whether the notice is also put as a text part, which every interface shows; default true. */
  notice?: boolean;
  /** Whether a generated file may be shown, such as an image; without it none is. Held until it answers. */
  file?: (file: { url: string; mediaType: string }) => boolean | Promise<boolean>;
  /** The policy ended the answer. */
  onEnd?: (ending: Ending & { id: string }) => void;
}

/** How the answers of a transport are guarded; ids are those of the chats. */
export type TransportOptions = Omit<ChunkOptions, 'id'>;

/** What a `ChatTransport` of any version is at least. */
export interface AnyTransport {
  /** As that of `ChatTransport`. */
  sendMessages(options: never): Promise<ReadableStream<unknown>>;
  /** As that of `ChatTransport`; `null`: nothing to resume. */
  reconnectToStream(options: never): Promise<ReadableStream<unknown> | null>;
  /** Passed on as it is. */
  readonly resumeStreamIsReplay?: boolean;
  /** Passed on, where there is one. */
  close?: () => void;
}

/** As much of `T` as `useChat` needs. */
export type Guarded<T extends AnyTransport> = Pick<T, Extract<keyof T, keyof AnyTransport>>;

/** A transport whose streams are guarded, new ones and resumed ones. */
export function guardTransport<T extends AnyTransport>(guard: Guard, transport: T, options: TransportOptions = {}): Guarded<T> {
  const chats = new Map<string, string>();
  const guarded = (stream: ReadableStream<unknown>, id: string): ReadableStream<unknown> =>
    stream.pipeThrough(guardChunks(guard, { ...options, id }));
  const wrapped: AnyTransport = {
    async sendMessages(request: { chatId: string; messages: unknown[] }) {
      hear(guard, wordsOf(request.messages.at(-1)));
      // Refuses while the service is closed, before anything is asked.
      const { id } = new GuardedAnswer(guard);
      const stream = await transport.sendMessages(request as never);
      chats.delete(request.chatId);
      chats.set(request.chatId, id);
      for (const chat of chats.keys()) if (chats.size > MAX_CHATS) chats.delete(chat);
      return guarded(stream, id);
    },
    async reconnectToStream(request: { chatId: string }) {
      const stream = await transport.reconnectToStream(request as never);
      return stream && guarded(stream, chats.get(request.chatId) ?? new GuardedAnswer(guard).id);
    },
  };
  if (transport.resumeStreamIsReplay !== undefined) Object.assign(wrapped, { resumeStreamIsReplay: transport.resumeStreamIsReplay });
  if (transport.close) wrapped.close = () => transport.close?.();
  return wrapped as Guarded<T>;
}

/**
 * Guards a stream of `UIMessageChunk`s. When the policy ends the answer, the stream ends with a
 * part `data-tidegate`, whose data is `{state, notice}`, and `finish`, and its source is cancelled.
 */
export function guardChunks<C = unknown>(guard: Guard, options: ChunkOptions = {}): TransformStream<C, C> {
  const { file, onEnd, notice = true } = options;
  const parts = new GuardedParts(guard, LAYOUT, options.id);
  const send = (given: Part[], controller: TransformStreamDefaultController<C>): void => {
    for (const part of given) controller.enqueue(part as C);
    const { ending } = parts;
    if (!ending) return;
    for (const part of [...parts.close(), ...ended(ending, notice)]) controller.enqueue(part as C);
    onEnd?.({ ...ending, id: parts.answer.id });
    controller.terminate();
  };
  return new TransformStream<C, C>({
    async transform(chunk: unknown, controller) {
      if (!isPart(chunk)) return;
      const { type } = chunk;
      if (type === 'start') parts.answer.name(chunk.messageId);
      if ((type === 'file' || type === 'reasoning-file') && !await passes(chunk, file)) return;
      send(parts.take(type === 'steering-message' ? { ...chunk, parts: texts(chunk.parts) } : chunk), controller);
    },
    flush(controller) {
      send(parts.finish(), controller);
    },
  });
}

/** What an interface shows of a message: of a retracted one, only what follows the retraction. */
export function visibleParts<P extends { type: string }>(message: { parts: P[] }): P[] {
  const at = message.parts.findLastIndex((part) => {
    const { data } = part as { data?: { state?: unknown } };
    return part.type === 'data-tidegate' && data?.state === 'retracted';
  });
  return message.parts.slice(at + 1);
}

/** Messages of before, such as those that a page loads with a chat: strings are judged, files are left out. */
export function guardHistory<M extends { role: string; parts: unknown[] }>(guard: Guard, messages: M[]): M[] {
  return messages.map((message) => {
    if (message.role !== 'assistant') return message;
    const answer = new GuardedAnswer(guard);
    const parts = message.parts.filter((part) => isPart(part) && part.type !== 'file' && part.type !== 'reasoning-file');
    const clean = parts.map((part) => answer.strings('text', part)) as Part[];
    return { ...message, parts: answer.ending ? [{ type: 'text', text: answer.ending.notice }] : clean };
  });
}

async function passes(part: Part, file: ChunkOptions['file']): Promise<boolean> {
  const { url, mediaType } = part;
  return file !== undefined && typeof url === 'string' && typeof mediaType === 'string' && await file({ url, mediaType });
}

/** What the user wrote, if the message is the user's. */
function wordsOf(message: unknown): string {
  const { role, parts } = (message ?? {}) as { role?: unknown; parts?: unknown };
  return role === 'user' ? (texts(parts) as { text?: unknown }[]).map(({ text }) => String(text)).join('\n') : '';
}

function texts(parts: unknown): unknown {
  return Array.isArray(parts) ? parts.filter((part) => isPart(part) && part.type === 'text') : [];
}

/** `reset-step` takes back what version 7 shows of the step; others do not know it. */
function ended({ state, notice }: Ending, isShown: boolean): Part[] {
  const text: Part[] = [
    { type: 'text-start', id: NOTICE_ID }, { type: 'text-delta', id: NOTICE_ID, delta: notice }, { type: 'text-end', id: NOTICE_ID },
  ];
  return [
    ...state === 'retracted' ? [{ type: 'reset-step' }] : [],
    { type: 'data-tidegate', data: { state, notice } },
    ...isShown ? text : [],
    { type: 'finish', finishReason: 'content-filter' },
  ];
}
