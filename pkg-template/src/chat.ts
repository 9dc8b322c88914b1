/**
 * An answer in the shape of OpenAI's chat completions, streamed or whole. What
 * is not known here is dropped: a field nobody guards must not carry text past
 * the guard. Token probabilities are dropped too, they repeat the text.
 */
import { GuardError } from './error.js';
import { GuardedJson, type Text } from './json-text.js';
import type { GuardedMessage } from './message.js';
import type { Channel, MessageState, Outcome, Verdict } from './types.js';

/** Most choices of one answer, and most tool calls of one choice. */
const MAX_CHOICES = 128;
const MAX_TOOL_CALLS = 128;
/** Deeper JSON is cut off. */
const MAX_DEPTH = 64;
/** Longest id that is told apart, UTF-16 units. */
const MAX_ID_UNITS = 200;

type Json = Record<string, unknown>;

/** Fields of a delta or message that carry text, and their channels. */
const TEXT_FIELDS: Readonly<Record<string, Channel>> = {
  content: 'text',
  reasoning_content: 'reasoning',
  reasoning: 'reasoning',
  refusal: 'refusal',
};
const ROLES = new Set(['assistant', 'system', 'developer', 'user', 'tool', 'function']);
/** Fields around the choices that a server fills, not a model. */
const ENVELOPE_FIELDS = ['id', 'object', 'created', 'model', 'system_fingerprint', 'service_tier'];
/** Names made by machines, such as `tool_calls` or `chatcmpl-1a2b`. */
const IDENTIFIER = /^[\w.:|/@-]{1,200}$/;

/** How an answer was ended, as clients find it in the field `tidegate`. */
export interface Ending {
  state: MessageState;
  notice: string;
}

export interface AnswerContext {
  /** Opens a message; messages of one id end together. */
  open(id: string, channel: Channel): GuardedMessage;
  newId(): string;
}

/** One text of a choice, and where it stands in a delta. */
interface Slot {
  text: Text;
  put(delta: Json, text: string): void;
  /** What is held is never shown. */
  drop(): void;
}

interface Choice {
  index: number;
  id: string;
  slots: Map<string, Slot>;
  isFinished: boolean;
}

export class ChatAnswer {
  readonly #context: AnswerContext;
  readonly #choices = new Map<number, Choice>();
  #envelope: Json = {};
  #id = '';
  #verdicts: (Verdict & { choice: number; channel: Channel })[] = [];
  #ending: Ending | undefined;

  constructor(context: AnswerContext) {
    this.#context = context;
  }

  /** Whether the policy ended the answer; nothing more may be shown. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** One chunk of a stream becomes the chunks that may be shown now. */
  chunk(value: Json): Json[] {
    this.#keepEnvelope(value);
    const contents: Json[] = [];
    const finishes: Json[] = [];
    for (const [position, item] of list(value.choices).entries()) {
      const choice = this.#choice(item, position);
      const delta = choice.isFinished ? {} : this.#delta(choice, object(item.delta));
      if (typeof item.text === 'string' && !choice.isFinished) this.#push(choice, 'text', 'text', item.text, delta, put('text'));
      const reason = finishReason(item.finish_reason);
      if (reason !== null && !this.#ending) this.#finish(choice, delta);
      if (reason === null || Object.keys(delta).length > 0) contents.push(entry(choice, delta, null));
      if (reason !== null) finishes.push(entry(choice, {}, reason));
      if (this.#ending) return this.#ended(contents);
    }
    const chunks: Json[] = [];
    if (contents.length > 0) chunks.push(this.#wrap(contents));
    if (finishes.length > 0 || contents.length === 0) chunks.push(this.#wrap(finishes));
    const last = chunks[chunks.length - 1] as Json;
    if (value.usage !== undefined) last.usage = numbers(value.usage);
    return chunks;
  }

  /** The stream is over: what is held is decided. */
  finish(): Json[] {
    const contents: Json[] = [];
    for (const choice of this.#choices.values()) {
      const delta: Json = {};
      if (!choice.isFinished) this.#finish(choice, delta);
      if (Object.keys(delta).length > 0) contents.push(entry(choice, delta, null));
      if (this.#ending) return this.#ended(contents);
    }
    return contents.length > 0 ? [this.#wrap(contents)] : [];
  }

  /** An answer that came in one piece. */
  whole(value: Json): Json {
    this.#keepEnvelope(value);
    let ending: Ending | undefined;
    const choices = list(value.choices).map((item, position) => {
      this.#ending = undefined;
      const choice = this.#choice(item, position);
      const message = this.#delta(choice, object(item.message));
      const answer: Json = isObject(item.message) ? { index: choice.index, message } : { index: choice.index };
      if (typeof item.text === 'string') this.#push(choice, 'text', 'text', item.text, answer, put('text'));
      // The tails of texts that a `delta` would carry in pieces belong to the pieces.
      const tails: Json = {};
      if (!this.#ending) this.#finish(choice, tails);
      join(message, tails);
      if (typeof tails.text === 'string') answer.text = String(answer.text ?? '') + tails.text;
      answer.finish_reason = this.#ending ? 'content_filter' : finishReason(item.finish_reason);
      const ended = this.ending;
      if (ended) {
        if (ended.state === 'retracted') withdraw(answer, message);
        if (ending?.state !== 'retracted') ending = ended;
      }
      return answer;
    });
    this.#ending = ending;
    const answer = this.#wrap(choices);
    if (ending) answer.tidegate = { ...ending, ...object(answer.tidegate) };
    if (value.usage !== undefined) answer.usage = numbers(value.usage);
    return answer;
  }

  /** Frees what is still open; held text is dropped. */
  dispose(): void {
    for (const { slots } of this.#choices.values()) {
      for (const slot of slots.values()) slot.drop();
      slots.clear();
    }
  }

  #keepEnvelope(value: Json): void {
    for (const field of ENVELOPE_FIELDS) {
      const given = value[field];
      if (typeof given === 'number' || given === null || (typeof given === 'string' && IDENTIFIER.test(given))) {
        this.#envelope[field] = given;
      }
    }
    if (this.#id === '') {
      this.#id = typeof value.id === 'string' && value.id !== '' ? value.id.slice(0, MAX_ID_UNITS) : this.#context.newId();
    }
  }

  #choice(item: Json, position: number): Choice {
    const index = typeof item.index === 'number' ? item.index : position;
    let choice = this.#choices.get(index);
    if (!choice) {
      if (this.#choices.size >= MAX_CHOICES) throw new GuardError('fetch/too-many', `more than ${MAX_CHOICES} choices`);
      const id = index === 0 ? this.#id : `${this.#id}#${index}`;
      choice = { index, id, slots: new Map(), isFinished: false };
      this.#choices.set(index, choice);
    }
    return choice;
  }

  /** What may be shown of a delta or message now. */
  #delta(choice: Choice, delta: Json): Json {
    const shown: Json = {};
    for (const [field, value] of Object.entries(delta)) {
      const channel = Object.prototype.hasOwnProperty.call(TEXT_FIELDS, field) ? TEXT_FIELDS[field] : undefined;
      if (channel && typeof value === 'string') this.#push(choice, field, channel, value, shown, put(field));
      else if (channel && value === null) shown[field] = null;
      else if (field === 'role' && ROLES.has(String(value))) shown.role = value;
      else if (field === 'function_call') this.#call(choice, 'function_call', object(value), shown, putFunctionCall);
      else if (field === 'tool_calls') this.#toolCalls(choice, list(value), shown);
      if (this.#ending) break;
    }
    return shown;
  }

  #toolCalls(choice: Choice, calls: Json[], shown: Json): void {
    for (const [position, call] of calls.entries()) {
      const index = typeof call.index === 'number' ? call.index : position;
      const known = putToolCall(index)(shown, {});
      if (typeof call.id === 'string' && IDENTIFIER.test(call.id)) known.id = call.id;
      if (call.type === 'function') known.type = call.type;
      this.#call(choice, `tool_calls/${index}`, object(call.function), shown, putToolCall(index));
      if (this.#ending) return;
    }
  }

  /** A call of a function: its name comes in one piece, its arguments in many. */
  #call(choice: Choice, key: string, call: Json, shown: Json, place: (delta: Json, call: Json) => Json): void {
    if (typeof call.name === 'string') {
      const name = this.#whole(choice, call.name, 'tool-input');
      if (name !== undefined) place(shown, { name });
    }
    if (typeof call.arguments === 'string' && !this.#ending) {
      const add = (delta: Json, text: string): void => {
        const placed = place(delta, {});
        const target = object(placed.function ?? placed);
        target.arguments = String(target.arguments ?? '') + text;
      };
      this.#push(choice, key, 'tool-input', call.arguments, shown, add, true);
    }
  }

  #whole(choice: Choice, text: string, channel: Channel): string | undefined {
    const message = this.#context.open(choice.id, channel);
    const shown = this.#take(choice, channel, message.push(text)) + this.#take(choice, channel, message.finish());
    return this.#ending ? undefined : shown;
  }

  /** `isJson`: interfaces read the text before they show it, so its strings are judged as they will be read. */
  #push(choice: Choice, key: string, channel: Channel, text: string, delta: Json, place: Slot['put'], isJson = false): void {
    let slot = choice.slots.get(key);
    if (!slot) {
      if (choice.slots.size >= MAX_TOOL_CALLS + Object.keys(TEXT_FIELDS).length + 2) {
        throw new GuardError('fetch/too-many', `more than ${MAX_TOOL_CALLS} tool calls`);
      }
      slot = this.#slot(choice, channel, place, isJson);
      choice.slots.set(key, slot);
    }
    place(delta, slot.text.push(text));
  }

  #slot(choice: Choice, channel: Channel, put: Slot['put'], isJson: boolean): Slot {
    let message: GuardedMessage | undefined;
    const open = (): Text => {
      const opened = this.#context.open(choice.id, channel);
      message = opened;
      return { push: (text) => this.#take(choice, channel, opened.push(text)), finish: () => this.#take(choice, channel, opened.finish()) };
    };
    return { text: isJson ? new GuardedJson(open) : open(), put, drop: () => message?.drop() };
  }

  /** Decides what the choice holds; the text is added to `delta`. */
  #finish(choice: Choice, delta: Json): void {
    choice.isFinished = true;
    for (const slot of choice.slots.values()) {
      const text = slot.text.finish();
      if (text !== '') slot.put(delta, text);
      if (this.#ending) return;
    }
  }

  #take(choice: Choice, channel: Channel, outcome: Outcome): string {
    for (const verdict of outcome.verdicts) this.#verdicts.push({ choice: choice.index, channel, ...verdict });
    if (outcome.state === 'terminated' || outcome.state === 'retracted') {
      this.#ending = { state: outcome.state, notice: outcome.notice ?? '' };
    }
    return outcome.text;
  }

  /** What was released before the end, then the end of every choice. */
  #ended(contents: Json[]): Json[] {
    const ending = this.#ending as Ending;
    const verdicts = this.#verdicts.splice(0);
    const chunks = contents.length > 0 ? [this.#wrap(contents)] : [];
    const open = [...this.#choices.values()];
    const last = this.#wrap(open.map((choice) => entry(choice, {}, 'content_filter')));
    last.tidegate = { ...ending, verdicts };
    this.dispose();
    return [...chunks, last];
  }

  #wrap(choices: Json[]): Json {
    const chunk: Json = { ...this.#envelope, choices };
    const verdicts = this.#verdicts.splice(0);
    if (verdicts.length > 0) chunk.tidegate = { verdicts };
    return chunk;
  }
}

/** Guards every string of JSON that is not an answer, each as a text of its own. */
export function guardStrings(value: unknown, judge: (text: string) => string, depth = 0): unknown {
  if (typeof value === 'string') return judge(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => guardStrings(item, judge, depth + 1));
  const entries = Object.entries(value).map(([key, item]) => [judge(key), guardStrings(item, judge, depth + 1)] as const);
  return Object.fromEntries(entries);
}

function entry(choice: Choice, delta: Json, reason: string | null): Json {
  const { text } = delta;
  // Not `...rest`: mini-programs would need help for it that is longer than this function.
  const rest = { ...delta };
  delete rest.text;
  const whole: Json = { index: choice.index, delta: rest, finish_reason: reason };
  if (text !== undefined) whole.text = text;
  return whole;
}

function put(field: string): Slot['put'] {
  return (delta, text) => {
    delta[field] = String(delta[field] ?? '') + text;
  };
}

function putFunctionCall(delta: Json, call: Json): Json {
  const target = object(delta.function_call);
  delta.function_call = Object.assign(target, call);
  return target;
}

function putToolCall(index: number): (delta: Json, call: Json) => Json {
  return (delta, call) => {
    const calls = list(delta.tool_calls);
    let target = calls.find((known) => known.index === index);
    if (!target) {
      target = { index };
      calls.push(target);
    }
    target.function = Object.assign(object(target.function), call);
    delta.tool_calls = calls;
    return target;
  };
}

/** Adds the texts of `tails` to those of `message`. */
function join(message: Json, tails: Json): void {
  for (const field of Object.keys(TEXT_FIELDS)) {
    if (typeof tails[field] === 'string') put(field)(message, tails[field]);
  }
  const addArguments = (target: Json, tail: Json): void => {
    if (typeof tail.arguments === 'string') target.arguments = String(target.arguments ?? '') + tail.arguments;
  };
  if (tails.function_call) addArguments(object(message.function_call), object(tails.function_call));
  for (const call of list(tails.tool_calls)) {
    const target = list(message.tool_calls).find((known) => known.index === call.index);
    if (target) addArguments(object(target.function), object(call.function));
  }
}

/** Nothing of a retracted answer is shown. */
function withdraw(answer: Json, message: Json): void {
  const { role } = message;
  if (answer.message) answer.message = role === undefined ? { content: '' } : { role, content: '' };
  if (answer.text !== undefined) answer.text = '';
}

function finishReason(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return IDENTIFIER.test(value) ? value : 'stop';
}

/** Only the numbers, as in token counts. */
export function numbers(value: unknown, depth = 0): unknown {
  if (typeof value === 'number' || value === null) return value;
  if (typeof value !== 'object' || Array.isArray(value) || depth > 4) return undefined;
  const fields = Object.entries(value).filter(([key]) => IDENTIFIER.test(key));
  return Object.fromEntries(fields.map(([key, item]) => [key, numbers(item, depth + 1)]));
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object(value: unknown): Json {
  return isObject(value) ? value : {};
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
