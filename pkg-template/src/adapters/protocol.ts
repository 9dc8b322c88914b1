/**
 * A fetch for servers that stream JSON events of a protocol of their own. Events
 * and fields that the protocol does not know do not go on; bodies that are
 * neither event streams nor JSON are withheld.
 */
import { isObject } from '../chat.js';
import { GuardError } from '../error.js';
import { parse, readText, replaced } from '../fetch.js';
import { lastWords } from '../said.js';
import { guardEvents, type Sent } from '../sse.js';
import type { Channel, Guard } from '../types.js';
import { identifier, type Ending, type GuardedAnswer } from './answer.js';
import { hear } from './hear.js';

export type Json = Record<string, unknown>;

/** Deeper values are cut off. */
const MAX_DEPTH = 64;

/** One answer in the words of a protocol. */
export interface Protocol {
  readonly answer: GuardedAnswer;
  /** What goes on in place of an event. */
  take(event: Json): Json[];
  /** The last pieces, when the source ends without saying so. */
  finish(): Json[];
  /** What tells a client that the policy ended the answer. */
  end(ending: Ending): Json[];
  /** An answer in one piece. */
  whole(value: Json): Json;
}

/** How a guarded `fetch` asks. */
export interface FetchOptions {
  /** The fetch that is called; default the global one. */
  fetch?: typeof fetch;
}

export function protocolFetch(guard: Guard, open: (input: RequestInfo | URL) => Protocol, { fetch }: FetchOptions = {}): typeof globalThis.fetch {
  return async (input, init) => {
    // Words for help are heard also while the service is closed.
    hear(guard, await lastWords(input, init));
    // Refuses while the service is closed, before anything is asked.
    guard.message().finish();
    const protocol = open(input);
    const response = await (fetch ?? globalThis.fetch)(input, init);
    const type = (response.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
    if (type === 'text/event-stream' && response.body) return replaced(response, guardBody(response.body, protocol));
    if (type === 'application/json' || type?.endsWith('+json')) {
      const value = parse(await readText(response));
      const judged = isObject(value) && response.ok ? protocol.whole(value) : protocol.answer.strings('error', value);
      return replaced(response, JSON.stringify(judged));
    }
    response.body?.cancel().catch(() => {});
    throw new GuardError('fetch/content-type', `status ${response.status} is withheld: no events, no JSON`);
  };
}

function guardBody(source: ReadableStream<Uint8Array>, protocol: Protocol): ReadableStream<Uint8Array> {
  const { answer } = protocol;
  let isOver = false;
  const sent = (events: Json[]): Sent[] => {
    const { ending } = answer;
    isOver = ending !== undefined;
    return [...events, ...ending ? protocol.end(ending) : []].map((event) => ({ event: String(event.type), data: JSON.stringify(event) }));
  };
  const { body } = guardEvents(source, {
    event: ({ data }) => {
      if (data === '' || data === '[DONE]') return [];
      const value = parse(data);
      return isObject(value) && identifier(value.type) ? sent(protocol.take(value)) : [];
    },
    finish: () => sent(protocol.finish()),
    hasEnded: () => isOver,
    close: () => answer.drop(),
  }, (thrown) => thrown);
  return body;
}

/** Guards the events of a stream that was opened elsewhere, such as one of an SDK. */
export async function* guardIterable<T>(source: AsyncIterable<T>, protocol: Protocol): AsyncGenerator<T, void, undefined> {
  for await (const event of source) {
    yield* (isObject(event) ? protocol.take(event) : []) as T[];
    if (protocol.answer.ending) break;
  }
  if (!protocol.answer.ending) yield* protocol.finish() as T[];
  if (protocol.answer.ending) yield* protocol.end(protocol.answer.ending) as T[];
}

/** Fields that hold names made by machines; other values of theirs are left out. */
const IDS = /^(type|object|status|role|model|reason|\w*_reason|error_code|service_tier|media_type)$|(^|_)id$/;
/** Fields that must not be altered; left out if a rule would. */
const OPAQUE = /^(encrypted_\w+|signature|data)$/;
/** Fields that hold JSON as a string. */
const JSON_FIELD = 'arguments';

/** Judges the strings of a value, field by field, names of fields too. */
export function judged(answer: GuardedAnswer, channel: Channel, value: unknown, field = '', depth = 0): unknown {
  if (typeof value === 'string') {
    if (IDS.test(field)) return identifier(value);
    if (OPAQUE.test(field)) return answer.isIntact(channel, value) ? value : undefined;
    if (field === JSON_FIELD) return answer.push(field, channel, value, true) + answer.finish(field);
    return answer.whole(channel, value);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  const inner = (item: unknown, name: string): unknown => judged(answer, channel, item, name, depth + 1);
  if (Array.isArray(value)) return value.map((item) => inner(item, field));
  // Inputs have names of their own, which a model may make.
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [identifier(name) ?? answer.whole(channel, name), inner(item, name)]));
}
