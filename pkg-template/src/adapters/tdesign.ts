/**
 * `tidegate/adapters/tdesign`: for TDesign Chat. Its engine asks by the global `fetch` and takes no other,
 * so what the `onMessage` of its `chatServiceConfig` makes of an event is guarded.
 */
import { isObject } from '../chat.js';
import type { Channel, Guard } from '../types.js';
import { GuardedAnswer, type Ending } from './answer.js';
import { guardCumulative, type Cumulative } from './generic.js';
import { hear } from './hear.js';

/** Contents whose text grows: its channel. */
const GROWING: Readonly<Record<string, Channel>> = { text: 'text', markdown: 'text', thinking: 'reasoning' };
/** Contents that are given whole: the channel of all strings in them. */
const WHOLE: Readonly<Record<string, Channel>> = { search: 'source', suggestion: 'text' };

/** What `guardService` uses of a `chatServiceConfig`. */
export interface ServiceLike {
  /** Before an answer is asked for. */
  onRequest?: (params: any) => any;
  /** Makes contents of an event. */
  onMessage?: (event: any, message?: any) => any;
  /** After an answer. */
  onComplete?: (isAborted: boolean, params?: any, result?: any) => any;
}

/** Of `guardService`. */
export interface ServiceOptions {
  /** Whether this event is the last of its answer, `data === '[DONE]'` for example. What is held is decided then; without it, never. */
  isLast: (event: { event?: string; data: any }) => boolean;
  /** Ends the request, as `abortChat` of the chat does. */
  stop: () => unknown;
}

/** A content, as the engine keeps one of each type. */
interface Content {
  type: string;
  id: string;
  status: 'streaming' | 'complete';
  data: unknown;
}

/**
 * Guards a `chatServiceConfig` of event streams. Of what its `onMessage` makes of an event, `text`, `markdown`, `thinking`,
 * `search` and `suggestion` go on, one content of each type; others, and what `onComplete` returns, do not.
 */
export function guardService<C extends ServiceLike>(guard: Guard, config: C, { isLast, stop }: ServiceOptions): C {
  let answer: Answer | undefined;
  return {
    ...config,
    // Whole answers and AG-UI do not pass by `onMessage` alone.
    stream: true,
    protocol: 'default',
    onRequest(params: { prompt?: unknown }) {
      hear(guard, String(params.prompt ?? ''));
      answer = new Answer(guard);
      return config.onRequest?.(params) as unknown;
    },
    onMessage(event: { event?: string; data: unknown }, message: unknown) {
      answer ??= new Answer(guard);
      const shown = answer.add(config.onMessage?.(event, message), isLast(event));
      if (answer.isEnded) stop();
      return shown;
    },
    // A message whose `onComplete` returns contents never becomes complete.
    onComplete(...how: [boolean, unknown?, unknown?]) {
      config.onComplete?.(...how);
    },
  };
}

/** All texts of a growing content. */
interface Growing {
  said: string;
  title: string;
  readonly text: Cumulative;
}

class Answer {
  readonly #guard: Guard;
  readonly #answer: GuardedAnswer;
  readonly #id: string;
  readonly #growing = new Map<string, Growing>();
  /** By type, in the order in which they came. */
  readonly #shown = new Map<string, Content>();
  #ending: Ending | undefined;

  /** Throws `usage/closed` while the service is closed. */
  constructor(guard: Guard) {
    this.#guard = guard;
    this.#answer = new GuardedAnswer(guard);
    this.#id = this.#answer.id;
  }

  get isEnded(): boolean {
    return this.#ending !== undefined;
  }

  /**
   * Takes what an event adds, or, in an array, contents in place of those before, as the engine does.
   * Gives all contents, in an array.
   */
  add(given: unknown, isLast: boolean): Content[] {
    if (!this.isEnded) {
      const isAdded = !Array.isArray(given);
      for (const content of [given].flat()) if (isObject(content)) this.#take(String(content.type), content.data, isAdded);
      for (const type of this.#growing.keys()) this.#grow(type, isLast);
      if (this.#ending) this.#end(this.#ending);
    }
    const status = isLast || this.isEnded ? 'complete' : 'streaming';
    return [...this.#shown.values()].map((content) => ({ ...content, status }));
  }

  #take(type: string, data: unknown, isAdded: boolean): void {
    const [growing, whole] = [GROWING, WHOLE].map((channels) => Object.hasOwn(channels, type) ? channels[type] : undefined);
    if (growing) {
      const given = isObject(data) ? data : { text: data };
      const content = this.#growing.get(type) ?? { said: '', title: '', text: guardCumulative(this.#guard, { id: this.#id, channel: growing }) };
      this.#growing.set(type, content);
      if (typeof given.text === 'string') content.said = isAdded ? content.said + given.text : given.text;
      if (typeof given.title === 'string') content.title = this.#judged('title', given.title) as string;
    } else if (whole) {
      this.#put(type, this.#judged(whole, data));
    }
  }

  #judged(channel: Channel, value: unknown): unknown {
    const judged = this.#answer.strings(channel, value);
    this.#ending ??= this.#answer.ending;
    return judged;
  }

  /** Shows what a text has more. */
  #grow(type: string, isLast: boolean): void {
    const content = this.#growing.get(type);
    if (!content) return;
    const { text, state, notice } = content.text.update(content.said, isLast);
    if ((state === 'terminated' || state === 'retracted') && notice !== undefined) this.#ending ??= { state, notice };
    this.#put(type, type === 'thinking' ? { text, title: content.title } : text);
  }

  #put(type: string, data: unknown): void {
    this.#shown.set(type, { type, id: type, status: 'streaming', data });
  }

  /** What was shown of a retracted answer goes; the notice comes after the rest. */
  #end({ state, notice }: Ending): void {
    if (state === 'retracted') for (const type of this.#shown.keys()) this.#put(type, EMPTY[type] ?? '');
    const before = this.#shown.get('markdown')?.data;
    this.#put('markdown', before ? `${String(before)}\n\n${notice}` : notice);
  }
}

/** Contents without anything in them. */
const EMPTY: Readonly<Record<string, unknown>> = { thinking: { text: '', title: '' }, search: { title: '', references: [] }, suggestion: [] };
