/**
 * `tidegate/adapters/ai-sdk-model`: a middleware for models of the AI SDK, on
 * servers. What a model sends is guarded before `streamText` sees it, so tools
 * get guarded inputs too.
 */
import { isObject } from '../chat.js';
import type { Guard } from '../types.js';
import { GuardedAnswer } from './answer.js';
import { GuardedParts, isPart, PROVIDER, SPEECH, type Layout, type Part } from './parts.js';

/** Id of the text that carries the notice. */
const NOTICE_ID = 'tidegate-notice';
const TOOL = { toolCallId: 'id', toolName: 'tool-input', providerExecuted: 'flag', dynamic: 'flag', ...PROVIDER } as const;

/** The parts of `LanguageModelV2`, `V3` and `V4`; `raw` is none that anybody could judge. */
export const MODEL_PARTS = {
  ...SPEECH,
  'tool-input-start': { id: 'id', toolName: 'tool-input', inputEncoding: 'id', providerExecuted: 'flag', dynamic: 'flag', title: 'title', ...PROVIDER },
  'tool-input-delta': { id: 'id', delta: 'free', ...PROVIDER },
  'tool-input-end': { id: 'id', ...PROVIDER },
  'tool-call': { ...TOOL, input: 'free' },
  'tool-result': { ...TOOL, result: 'tool-output', isError: 'flag', preliminary: 'flag' },
  'tool-approval-request': { approvalId: 'id', toolCallId: 'id', ...PROVIDER },
  source: { sourceType: 'id', id: 'id', url: 'source', title: 'source', mediaType: 'id', filename: 'source', ...PROVIDER },
  file: { mediaType: 'id', data: 'free', ...PROVIDER },
  'reasoning-file': { mediaType: 'id', data: 'free', ...PROVIDER },
  custom: { kind: 'id', ...PROVIDER },
  'stream-start': { warnings: 'error' },
  'response-metadata': { id: 'id', timestamp: 'free', modelId: 'id' },
  finish: { usage: 'free', finishReason: 'free', ...PROVIDER },
  error: { error: 'free' },
  ping: {},
  // Content of answers in one piece.
  text: { text: 'text', ...PROVIDER },
  reasoning: { text: 'reasoning', ...PROVIDER },
} as const satisfies Layout['shapes'];

const LAYOUT: Layout = {
  shapes: MODEL_PARTS,
  lanes: {
    text: { channel: 'text', id: 'id', delta: 'delta' },
    reasoning: { channel: 'reasoning', id: 'id', delta: 'delta' },
    'tool-input': { channel: 'tool-input', id: 'id', delta: 'delta' },
  },
  closes: {},
};

/** For which models the middleware is. */
export interface MiddlewareOptions<V extends string = string> {
  /** Of the models: `v2` for `ai` 5, `v3` for 6, `v4` for 7. */
  version: V;
  /** Whether generated files go on; default no. */
  files?: boolean;
}

/** What the AI SDK gives `wrapStream`. */
interface StreamCall {
  /** Asks the model. */
  doStream(): PromiseLike<unknown>;
}

/** What the AI SDK gives `wrapGenerate`. */
interface GenerateCall {
  /** Asks the model. */
  doGenerate(): PromiseLike<unknown>;
}

/** For `wrapLanguageModel({ model, middleware })`. */
export function guardMiddleware<V extends 'v2' | 'v3' | 'v4'>(guard: Guard, { version, files = false }: MiddlewareOptions<V>): {
  specificationVersion: V;
  wrapStream(call: StreamCall): Promise<never>;
  wrapGenerate(call: GenerateCall): Promise<never>;
} {
  const end = endOf(version);
  return {
    specificationVersion: version,
    async wrapStream({ doStream }) {
      const result = await doStream() as { stream: ReadableStream<unknown> };
      return { ...result, stream: withoutTexts(guard, result.stream).pipeThrough(guardModel(guard, files, end)) } as never;
    },
    async wrapGenerate({ doGenerate }) {
      const { response, ...result } = await doGenerate() as Record<string, unknown> & { content: unknown[] };
      const parts = new GuardedParts(guard, LAYOUT);
      const content: Part[] = [];
      for (const part of result.content) {
        if (parts.ending) break;
        content.push(...take(parts, part, files));
      }
      const { ending } = parts;
      if (ending?.state === 'retracted') content.length = 0;
      if (ending) content.push({ type: 'text', text: ending.notice });
      const { id, timestamp, modelId } = isObject(response) ? response : {};
      return { ...result, content, response: { id, timestamp, modelId }, ...ending ? { finishReason: end.finishReason } : {} } as never;
    },
  };
}

function guardModel(guard: Guard, files: boolean, end: Part): TransformStream<unknown, Part> {
  const parts = new GuardedParts(guard, LAYOUT);
  const send = (given: Part[], controller: TransformStreamDefaultController<Part>): void => {
    for (const part of given) controller.enqueue(part);
    const { ending } = parts;
    if (!ending) return;
    const notice = [
      { type: 'text-start', id: NOTICE_ID }, { type: 'text-delta', id: NOTICE_ID, delta: ending.notice }, { type: 'text-end', id: NOTICE_ID },
    ];
    for (const part of [...parts.close(), ...notice, end]) controller.enqueue(part);
    // Cancels the model.
    controller.terminate();
  };
  return new TransformStream<unknown, Part>({
    transform: (part, controller) => send(take(parts, part, files), controller),
    flush: (controller) => send(parts.finish(), controller),
  });
}

/** A stream that breaks with an error is told of in its words, so they are judged; an abort stays one. */
function withoutTexts(guard: Guard, stream: ReadableStream<unknown>): ReadableStream<unknown> {
  const reader = stream.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read().catch((thrown: unknown) => {
        throw (thrown as Error | undefined)?.name === 'AbortError' ? thrown : new Error(new GuardedAnswer(guard).whole('error', messageOf(thrown)));
      });
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** What was used is not known of a model that was cancelled. */
function endOf(version: string): Part {
  if (version === 'v2') {
    return { type: 'finish', finishReason: 'content-filter', usage: { inputTokens: undefined, outputTokens: undefined, totalTokens: undefined } };
  }
  const usage = {
    inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: undefined, text: undefined, reasoning: undefined },
  };
  return { type: 'finish', finishReason: { unified: 'content-filter', raw: undefined }, usage };
}

function take(parts: GuardedParts, part: unknown, files: boolean): Part[] {
  if (!isPart(part)) return [];
  if ((part.type === 'file' || part.type === 'reasoning-file') && !files) return [];
  if (part.type === 'tool-call') return parts.take({ ...part, input: guardedInput(parts.answer, part.input) });
  if (part.type === 'error') return parts.take({ ...part, error: new Error(parts.answer.whole('error', messageOf(part.error))) });
  return parts.take(part);
}

/** JSON, judged as it will be read. */
function guardedInput(answer: GuardedAnswer, input: unknown): unknown {
  if (typeof input !== 'string') return answer.strings('tool-input', input);
  return answer.push('tool-call', 'tool-input', input, true) + answer.finish('tool-call');
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : JSON.stringify(error) ?? '';
}
