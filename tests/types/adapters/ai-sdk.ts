/** The adapters of the AI SDK against the types of 5, 6 and 7: a chunk or a field that they add fails here. */
import * as ai5 from 'ai5';
import * as ai6 from 'ai6';
import * as ai7 from 'ai7';
import type { Guard } from 'tidegate';
import { guardChunks, guardHistory, guardTransport, visibleParts } from 'tidegate/adapters/ai-sdk';
import { guardMiddleware } from 'tidegate/adapters/ai-sdk-model';
import type { CHUNKS } from '../../../pkg-template/src/adapters/ai-sdk-chunks.js';
import type { MODEL_PARTS } from '../../../pkg-template/src/adapters/ai-sdk-model.js';

declare const guard: Guard;

function never<T extends never>(): T | undefined {
  return undefined;
}

/** The types of `C` that the table does not know, and the fields, as `type.field`. */
type UnknownTypes<C extends { type: string }, T> = Exclude<C['type'], keyof T | `data-${string}`>;
type UnknownFields<C extends { type: string }, T> = C extends { type: infer N extends keyof T & string }
  ? `${N}.${Exclude<keyof C & string, 'type' | (keyof T[N] & string)>}` : never;

type Chunk5 = ai5.UIMessageChunk;
type Chunk6 = ai6.UIMessageChunk;
type Chunk7 = ai7.UIMessageChunk;
type Chunks = typeof CHUNKS;
never<UnknownTypes<Chunk5, Chunks>>();
never<UnknownTypes<Chunk6, Chunks>>();
never<UnknownTypes<Chunk7, Chunks>>();
never<UnknownFields<Chunk5, Chunks>>();
never<UnknownFields<Chunk6, Chunks>>();
never<UnknownFields<Chunk7, Chunks>>();

type PartOf<M> = M extends { wrapStream?: (options: infer O) => unknown }
  ? O extends { doStream: () => PromiseLike<{ stream: ReadableStream<infer P> }> } ? P & { type: string } : 'no part' : 'no stream';
type Part5 = PartOf<ai5.LanguageModelMiddleware>;
type Part6 = PartOf<ai6.LanguageModelMiddleware>;
type Part7 = PartOf<ai7.LanguageModelMiddleware>;
/** Nobody can judge what a provider said raw. */
type Left = 'raw';
never<Exclude<UnknownTypes<Part5, typeof MODEL_PARTS>, Left>>();
never<Exclude<UnknownTypes<Part6, typeof MODEL_PARTS>, Left>>();
never<Exclude<UnknownTypes<Part7, typeof MODEL_PARTS>, Left>>();
/** `response-metadata` may carry headers, and the body, which holds the text. */
type LeftFields = 'response-metadata.headers' | 'response-metadata.body';
never<Exclude<UnknownFields<Part5, typeof MODEL_PARTS>, LeftFields>>();
never<Exclude<UnknownFields<Part6, typeof MODEL_PARTS>, LeftFields>>();
never<Exclude<UnknownFields<Part7, typeof MODEL_PARTS>, LeftFields>>();

const onEnd = ({ state, notice, id }: { state: 'terminated' | 'retracted'; notice: string; id: string }): void => console.log(state, notice, id);
export const transports: [ai5.ChatTransport<ai5.UIMessage>, ai6.ChatTransport<ai6.UIMessage>, ai7.ChatTransport<ai7.UIMessage>] = [
  guardTransport(guard, new ai5.DefaultChatTransport(), { onEnd }),
  guardTransport(guard, new ai6.DefaultChatTransport(), { file: async ({ url }) => url.startsWith('https:') }),
  guardTransport(guard, new ai7.DefaultChatTransport(), { notice: false }),
];
export const middlewares: [ai5.LanguageModelMiddleware, ai6.LanguageModelMiddleware, ai7.LanguageModelMiddleware] = [
  guardMiddleware(guard, { version: 'v2' }), guardMiddleware(guard, { version: 'v3' }), guardMiddleware(guard, { version: 'v4' }),
];
export const chunks: ReadableStream<ai6.UIMessageChunk> = new ReadableStream<ai6.UIMessageChunk>().pipeThrough(guardChunks(guard));
export const history: ai7.UIMessage[] = guardHistory(guard, [] as ai7.UIMessage[]);
export const visible: ai7.UIMessage['parts'] = visibleParts({ parts: [] } as unknown as ai7.UIMessage);
