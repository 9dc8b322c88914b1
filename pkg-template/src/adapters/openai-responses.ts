/**
 * An answer in the shape of OpenAI's Responses. Texts come in deltas and are
 * repeated by the events `….done`, `response.output_item.done` and
 * `response.completed`; the repeats are judged too. What a request said and the
 * server says back, such as the instructions, does not go on.
 */
import { isObject, numbers } from '../chat.js';
import type { Channel, Guard } from '../types.js';
import { GuardedAnswer, identifier, type Ending } from './answer.js';
import { judged, type Json, type Protocol } from './protocol.js';

interface Kind {
  channel: Channel;
  /** Field of the event `….done` that repeats the text. */
  repeat: string;
  json?: boolean;
}

/** Texts in deltas, by the name of their events. */
const TEXTS: Readonly<Record<string, Kind>> = {
  'response.output_text': { channel: 'text', repeat: 'text' },
  'response.reasoning_text': { channel: 'reasoning', repeat: 'text' },
  'response.reasoning_summary_text': { channel: 'reasoning', repeat: 'text' },
  'response.refusal': { channel: 'refusal', repeat: 'refusal' },
  'response.function_call_arguments': { channel: 'tool-input', repeat: 'arguments', json: true },
  'response.mcp_call_arguments': { channel: 'tool-input', repeat: 'arguments', json: true },
  'response.custom_tool_call_input': { channel: 'tool-input', repeat: 'input' },
  'response.code_interpreter_call_code': { channel: 'tool-input', repeat: 'code' },
};
/** Events that carry one value besides their place: its field. */
const VALUES: Readonly<Record<string, string>> = {
  'response.output_item': 'item',
  'response.content_part': 'part',
  'response.reasoning_summary_part': 'part',
  'response.output_text.annotation': 'annotation',
};
const RESPONSES = /^response\.(created|queued|in_progress|completed|failed|incomplete)$/;
/** Tools that tell how far they are. */
const PROGRESS = /^response\.\w+_call\.\w+$/;
const PLACE = ['sequence_number', 'item_id', 'output_index', 'content_index', 'summary_index', 'annotation_index'];
const RESPONSE_FIELDS = ['id', 'object', 'created_at', 'completed_at', 'status', 'model', 'previous_response_id'];

export class ResponsesAnswer implements Protocol {
  readonly answer: GuardedAnswer;
  /** Events of the texts that are open, without what they say. */
  readonly #open = new Map<string, Json>();
  #response: Json = { object: 'response', output: [] };

  constructor(guard: Guard, id?: string) {
    this.answer = new GuardedAnswer(guard, id);
  }

  take(event: Json): Json[] {
    const type = String(event.type);
    const [, name = '', step] = /^(.*)\.(delta|added|done)$/.exec(type) ?? [];
    const kind = Object.hasOwn(TEXTS, name) ? TEXTS[name] : undefined;
    if (kind && step === 'delta') return this.#delta(name, kind, event);
    if (kind && step === 'done') return this.#done(name, kind, event);
    if (RESPONSES.test(type) && isObject(event.response)) return this.#whole(type, event, event.response);
    if (type === 'error') {
      this.answer.drop();
      return this.#shown({ type, ...place(event), code: identifier(event.code), message: this.answer.strings('error', event.message) });
    }
    const field = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
    if (field) return this.#shown({ type, ...place(event), [field]: this.#judged(event[field]) });
    return PROGRESS.test(type) ? [{ type, ...place(event) }] : [];
  }

  finish(): Json[] {
    return [...this.#open].flatMap(([key, event]) => {
      const delta = this.answer.finish(key);
      return delta === '' ? [] : [{ ...event, delta }];
    });
  }

  end({ state, notice }: Ending): Json[] {
    const response = { ...this.#response, status: 'incomplete', incomplete_details: { reason: 'content_filter' }, error: null, output: [] };
    return [{ type: 'response.incomplete', sequence_number: 0, response, tidegate: { state, notice } }];
  }

  whole(value: Json): Json {
    if (!Array.isArray(value.output)) return this.answer.strings('text', value) as Json;
    const response = this.#responseOf(value);
    const { ending } = this.answer;
    return ending ? { ...this.end(ending)[0]?.response as Json, tidegate: ending } : response;
  }

  #delta(name: string, { channel, json }: Kind, event: Json): Json[] {
    if (typeof event.delta !== 'string') return [];
    const key = keyOf(name, event);
    const bare = { type: `${name}.delta`, ...place(event) };
    this.#open.set(key, bare);
    const delta = this.answer.push(key, channel, event.delta, json);
    return delta === '' ? [] : [{ ...bare, delta, ...name === 'response.output_text' ? { logprobs: [] } : {} }];
  }

  #done(name: string, { channel, repeat, json }: Kind, event: Json): Json[] {
    const key = keyOf(name, event);
    const tail = this.answer.finish(key);
    const bare = this.#open.get(key);
    this.#open.delete(key);
    const before = tail === '' || !bare ? [] : [{ ...bare, delta: tail }];
    const given = event[repeat];
    if (typeof given !== 'string') return before;
    const text = this.answer.push(key, channel, given, json) + this.answer.finish(key);
    return [...before, ...this.#shown({ type: `${name}.done`, ...place(event), [repeat]: text })];
  }

  #whole(type: string, event: Json, response: Json): Json[] {
    const before = type === 'response.completed' || type === 'response.incomplete' ? this.finish() : [];
    if (type === 'response.failed') this.answer.drop();
    this.answer.name(response.id);
    return [...before, ...this.#shown({ type, ...place(event), response: this.#responseOf(response) })];
  }

  #responseOf(response: Json): Json {
    const clean: Json = {};
    for (const field of RESPONSE_FIELDS) {
      const value = response[field];
      if (typeof value === 'string' ? identifier(value) : value !== undefined) clean[field] = typeof value === 'object' ? null : value;
    }
    this.#response = { ...clean, output: [] };
    const output = Array.isArray(response.output) ? response.output.map((item) => this.#judged(item)) : [];
    const error = this.#judged(response.error ?? null, 'error');
    return { ...clean, output, error, incomplete_details: this.#judged(response.incomplete_details ?? null, 'error'), usage: numbers(response.usage) };
  }

  /** An item, or a part of one; but no bytes of an image, which nobody judged. */
  #judged(value: unknown, channel = channelOf(value)): unknown {
    const isImage = isObject(value) && value.type === 'image_generation_call';
    return judged(this.answer, channel, isImage ? { ...value, result: null } : value);
  }

  #shown(event: Json): Json[] {
    return this.answer.ending ? [] : [event];
  }
}

function channelOf(value: unknown): Channel {
  const type = isObject(value) ? String(value.type) : '';
  if (type === 'refusal') return 'refusal';
  if (type.startsWith('reasoning') || type.startsWith('summary')) return 'reasoning';
  if (type.endsWith('_output')) return 'tool-output';
  if (/citation|file_path/.test(type)) return 'source';
  return type.endsWith('_call') ? 'tool-input' : 'text';
}

function place(event: Json): Json {
  const known = PLACE.filter((field) => typeof event[field] === 'number' || identifier(event[field]) !== undefined);
  return Object.fromEntries(known.map((field) => [field, event[field]]));
}

function keyOf(name: string, event: Json): string {
  return [name, event.item_id, event.output_index, event.content_index ?? event.summary_index].join(' ');
}
