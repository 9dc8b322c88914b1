/** `tidegate/adapters/anthropic`: for `@anthropic-ai/sdk` and servers that stream as Anthropic's Messages do. */
import { isObject } from '../chat.js';
import type { Channel, Guard } from '../types.js';
import { GuardedAnswer, type Ending } from './answer.js';
import { guardIterable, judged, protocolFetch, type FetchOptions, type Json, type Protocol } from './protocol.js';

/** Deltas that carry text: its field, its channel. */
const DELTAS: Readonly<Record<string, [field: string, channel: Channel]>> = {
  text_delta: ['text', 'text'],
  thinking_delta: ['thinking', 'reasoning'],
  input_json_delta: ['partial_json', 'tool-input'],
};
/** How the text that a block begins with would be continued. */
const BEGINNINGS: Readonly<Record<string, string>> = { text: 'text_delta', thinking: 'thinking_delta' };
const MESSAGE_FIELDS = ['id', 'type', 'role', 'model', 'content', 'stop_reason', 'stop_sequence', 'usage'];

/** `new Anthropic({ fetch: anthropicFetch(guard) })`. */
export function anthropicFetch(guard: Guard, options: FetchOptions = {}): typeof fetch {
  return protocolFetch(guard, () => new AnthropicAnswer(guard), options);
}

/** Guards a stream of `client.messages.create({ stream: true })` that was made without `anthropicFetch`. */
export function guardMessages<T>(guard: Guard, stream: AsyncIterable<T>): AsyncIterable<T> {
  return guardIterable(stream, new AnthropicAnswer(guard));
}

class AnthropicAnswer implements Protocol {
  readonly answer: GuardedAnswer;
  /** Types of the last delta of each open block. */
  readonly #blocks = new Map<number, string | undefined>();

  constructor(guard: Guard) {
    this.answer = new GuardedAnswer(guard);
  }

  take(event: Json): Json[] {
    const { type, index } = event;
    if (type === 'ping') return [{ type }];
    if (type === 'message_start') return this.#start(event);
    if (type === 'message_delta') return [...this.finish(), ...this.#shown(this.#judged({ type, delta: event.delta, usage: event.usage }))];
    if (type === 'message_stop') return this.#shown({ type });
    if (type === 'error') {
      this.answer.drop();
      return this.#shown(this.#judged({ type, error: event.error }, 'error'));
    }
    if (typeof index !== 'number') return [];
    if (type === 'content_block_start' && isObject(event.content_block)) return this.#block(index, event.content_block);
    if (type === 'content_block_delta' && isObject(event.delta)) return this.#delta(index, event.delta);
    if (type !== 'content_block_stop') return [];
    const tail = this.#tail(index);
    if (!this.answer.ending) this.#blocks.delete(index);
    return [...tail, ...this.#shown({ type, index })];
  }

  finish(): Json[] {
    return [...this.#blocks.keys()].flatMap((index) => this.#tail(index));
  }

  end({ state, notice }: Ending): Json[] {
    const stops = [...this.#blocks.keys()].map((index) => ({ type: 'content_block_stop', index }));
    const delta = { stop_reason: 'refusal', stop_sequence: null };
    return [...stops, { type: 'message_delta', delta, usage: { output_tokens: 0 }, tidegate: { state, notice } }, { type: 'message_stop' }];
  }

  whole(value: Json): Json {
    const message = this.#judged(Array.isArray(value.content) ? only(MESSAGE_FIELDS, value) : value);
    const { ending } = this.answer;
    if (!ending) return message;
    return { ...message, content: [{ type: 'text', text: ending.notice }], stop_reason: 'refusal', tidegate: ending };
  }

  #start(event: Json): Json[] {
    const message = isObject(event.message) ? event.message : {};
    this.answer.name(message.id);
    return this.#shown({ type: 'message_start', message: this.#judged({ ...only(MESSAGE_FIELDS, message), content: [] }) });
  }

  #block(index: number, block: Json): Json[] {
    const { text, thinking, ...rest } = block;
    const continuation = BEGINNINGS[String(block.type)];
    const channel = block.type === 'thinking' ? 'reasoning' : String(block.type).endsWith('_result') ? 'tool-output' : 'tool-input';
    const empty = block.type === 'text' ? { text: '' } : block.type === 'thinking' ? { thinking: '' } : {};
    this.#blocks.set(index, continuation);
    const shown = this.#shown({ type: 'content_block_start', index, content_block: { ...this.#judged(rest, channel), ...empty } });
    const beginning = text ?? thinking;
    if (typeof beginning !== 'string' || beginning === '' || !continuation) return shown;
    return [...shown, ...this.#delta(index, { type: continuation, text: beginning, thinking: beginning })];
  }

  #delta(index: number, delta: Json): Json[] {
    const type = String(delta.type);
    const known = Object.hasOwn(DELTAS, type) ? DELTAS[type] : undefined;
    if (!known) {
      const field = type === 'signature_delta' ? 'signature' : type === 'citations_delta' ? 'citation' : undefined;
      return field ? this.#shown({ type: 'content_block_delta', index, delta: this.#judged({ type, [field]: delta[field] }, 'source') }) : [];
    }
    const [field, channel] = known;
    const given = delta[field];
    if (typeof given !== 'string') return [];
    this.#blocks.set(index, type);
    const shown = this.answer.push(`${index} ${type}`, channel, given, type === 'input_json_delta');
    return shown === '' ? [] : [{ type: 'content_block_delta', index, delta: { type, [field]: shown } }];
  }

  #tail(index: number): Json[] {
    const type = this.#blocks.get(index);
    const [field = ''] = DELTAS[type ?? ''] ?? [];
    const text = this.answer.finish(`${index} ${type}`);
    return text === '' ? [] : [{ type: 'content_block_delta', index, delta: { type, [field]: text } }];
  }

  #judged(value: Json, channel: Channel = 'text'): Json {
    return judged(this.answer, channel, value) as Json;
  }

  #shown(event: Json): Json[] {
    return this.answer.ending ? [] : [event];
  }
}

function only(fields: string[], value: Json): Json {
  return Object.fromEntries(fields.filter((field) => value[field] !== undefined).map((field) => [field, value[field]]));
}
