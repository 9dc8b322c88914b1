/** Answers of a model that no model gave, cut as no good network would: for tests of what shows them. */
import { randomOf, randomPieces } from './cuts.js';
import { PROTOCOLS, type MockAnswer, type MockEvent, type MockProtocol } from './protocols.js';

export type { MockAnswer, MockProtocol };

/** What a client asked. */
export interface MockRequest {
  /** As the client gave it: absolute with `mockFetch`, the path with the server. */
  url: string;
  /** The parsed JSON, or the text. */
  body: unknown;
}

/** The answer to every request, or one made for each. */
export type Answering = MockAnswer | ((request: MockRequest) => MockAnswer);

/** How an answer is cut and sent. */
export interface MockOptions {
  /** Default: by the address that is asked; see the server. */
  protocol?: MockProtocol;
  /**
   * Cuts of each text, reasoning and tool input: `chars` (default), `units` (UTF-16 units, so also
   * inside an emoji), `random`, `whole`, or by a function.
   */
  cuts?: 'chars' | 'units' | 'random' | 'whole' | ((text: string) => string[]);
  /** Cuts of the bytes that are sent: at `events` (default), at each of the `bytes`, at `random`. */
  wire?: 'events' | 'bytes' | 'random';
  /** Of what is random; default 1. */
  seed?: number;
  /** How it ends: as it should (default), or the connection breaks after the last text, before any end is said. */
  end?: 'done' | 'broken';
}

/** The bytes of an answer. */
export function mockStream(protocol: MockProtocol, answer: MockAnswer, options: MockOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
  return streamUntil(undefined, protocol, answer, options);
}

/** As `mockStream`; an abort breaks it, as it does that of a real `fetch`. */
function streamUntil(
  signal: AbortSignal | undefined, protocol: MockProtocol, answer: MockAnswer, options: MockOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = wirePieces(protocol, answer, options);
  return new ReadableStream({
    start(controller) {
      signal?.addEventListener('abort', () => controller.error(signal.reason), { once: true });
    },
    pull(controller) {
      if (signal?.aborted) return;
      const { done, value } = pieces.next();
      if (!done) controller.enqueue(value);
      else if (options.end === 'broken') controller.error(new TypeError('network error'));
      else controller.close();
    },
  }, { highWaterMark: 0 });
}

/** A `fetch` without a network; every request is answered. */
export function mockFetch(answer: Answering, options: MockOptions = {}): typeof fetch {
  return async (input, init) => {
    const request = new Request(input instanceof Request ? input : new URL(String(input), 'http://mock.test'), init);
    const { url, signal } = request;
    signal.throwIfAborted();
    const protocol = options.protocol ?? protocolOf(url);
    const given = typeof answer === 'function' ? answer({ url, body: parsed(await request.text()) }) : answer;
    return new Response(streamUntil(signal, protocol, given, options), { headers: mockHeaders(protocol) });
  };
}

/** @internal The protocol by the end of an address. */
export function protocolOf(url: string): MockProtocol {
  const { pathname } = new URL(url, 'http://mock.test');
  if (pathname.endsWith('/chat/completions')) return 'openai';
  if (pathname.endsWith('/responses')) return 'responses';
  return pathname.endsWith('/messages') ? 'anthropic' : 'ai-sdk';
}

/** @internal */
export function mockHeaders(protocol: MockProtocol): Record<string, string> {
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
  return protocol === 'ai-sdk' ? { ...headers, 'x-vercel-ai-ui-message-stream': 'v1' } : headers;
}

/** @internal What is sent, piece by piece. */
export function* wirePieces(
  protocol: MockProtocol, answer: MockAnswer, { cuts = 'chars', wire = 'events', seed = 1, end = 'done' }: MockOptions,
): Generator<Uint8Array<ArrayBuffer>, undefined> {
  const random = randomOf(seed);
  const cut = (text: string): string[] => {
    if (typeof cuts === 'function') return cuts(text);
    if (cuts === 'random') return randomPieces(text, random);
    return cuts === 'whole' ? [text] : cuts === 'chars' ? [...text] : text.split('');
  };
  const encoder = new TextEncoder();
  for (const event of PROTOCOLS[protocol](answer, cut)) {
    if (end === 'broken' && event.isEnd) return;
    const bytes = encoder.encode(written(event));
    if (wire === 'events') yield bytes;
    for (let at = 0; wire !== 'events' && at < bytes.length;) {
      const size = wire === 'bytes' ? 1 : 1 + Math.floor(random() * MAX_BYTES);
      yield bytes.slice(at, at + size);
      at += size;
    }
  }
}

/** Largest random piece of bytes. */
const MAX_BYTES = 7;

function written({ event, data }: MockEvent): string {
  const line = typeof data === 'string' ? data : JSON.stringify(data);
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${line}\n\n`;
}

/** @internal */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
