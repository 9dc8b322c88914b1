/**
 * Typed parts of a stream, as the AI SDK sends them to pages and gets them from
 * models. A table says of each type which fields go on and how; a type or a
 * field that is not in it does not go on.
 */
import { isObject } from '../chat.js';
import type { Channel, Guard } from '../types.js';
import { GuardedAnswer, identifier, type Ending } from './answer.js';

export type Part = { type: string } & Record<string, unknown>;

/**
 * How a field goes on. A channel: its strings are judged on it. `id`: only names made by machines.
 * `flag`: booleans and numbers. `opaque`: left out if a rule would change it. `free`: what no model writes.
 */
export type Field = Channel | 'id' | 'flag' | 'opaque' | 'free';
export type Shape = Readonly<Record<string, Field>>;

/** A text in pieces: the parts `…-start`, `…-delta`, `…-end` of one id. */
export interface Lane {
  channel: Channel;
  /** Field of the id, and of the piece. */
  id: string;
  delta: string;
}

export interface Layout {
  shapes: Readonly<Record<string, Shape>>;
  lanes: Readonly<Record<string, Lane>>;
  /** Parts whose lane ends with them although their name does not say so. */
  closes: Readonly<Record<string, string>>;
}

export const PROVIDER = { providerMetadata: 'opaque' } as const;
/** Text and reasoning, which models and servers send alike. */
export const SPEECH = {
  'text-start': { id: 'id', ...PROVIDER },
  'text-delta': { id: 'id', delta: 'free', ...PROVIDER },
  'text-end': { id: 'id', citations: 'source', ...PROVIDER },
  'reasoning-start': { id: 'id', ...PROVIDER },
  'reasoning-delta': { id: 'id', delta: 'free', ...PROVIDER },
  'reasoning-end': { id: 'id', ...PROVIDER },
} as const;

/** Types that decide all that is held. */
const ENDS = new Set(['finish', 'finish-step']);
/** Types after which what is held is never shown. */
const BREAKS = new Set(['abort', 'error', 'reset-step']);

export class GuardedParts {
  readonly answer: GuardedAnswer;
  readonly #layout: Layout;
  /** Open texts by the lane's name and the id. */
  readonly #lanes = new Map<string, { name: string; id: string }>();
  /** Ids of tool inputs that are not JSON. */
  readonly #plain = new Set<string>();

  constructor(guard: Guard, layout: Layout, id?: string) {
    this.#layout = layout;
    this.answer = new GuardedAnswer(guard, id);
  }

  get ending(): Ending | undefined {
    return this.answer.ending;
  }

  /** What goes on in place of `part`. */
  take(part: Part): Part[] {
    const [, name = '', step] = /^(.*)-(start|delta|end)$/.exec(part.type) ?? [];
    if (step && Object.hasOwn(this.#layout.lanes, name)) return this.#lane(name, step, part);
    const shape = this.#shapeOf(part.type);
    if (!shape) return [];
    const before: Part[] = [];
    if (BREAKS.has(part.type)) this.#drop();
    if (ENDS.has(part.type)) before.push(...this.finish());
    const lane = this.#layout.closes[part.type];
    const id = lane === undefined ? undefined : identifier(part[this.#laneOf(lane).id]);
    if (lane !== undefined && id !== undefined) before.push(...this.#tail(lane, id));
    const clean = this.#clean(part, shape);
    return clean && !this.ending ? [...before, clean] : before;
  }

  /** Decides what is held; the last pieces of all texts. */
  finish(): Part[] {
    return [...this.#lanes.values()].flatMap(({ name, id }) => this.#tail(name, id));
  }

  /** Ends the parts that are open, as interfaces expect. */
  close(): Part[] {
    const open = [...this.#lanes.values()].filter(({ name }) => name !== 'tool-input');
    this.#drop();
    return open.map(({ name, id }) => ({ type: `${name}-end`, [this.#laneOf(name).id]: id }));
  }

  #lane(name: string, step: string, part: Part): Part[] {
    const { channel, id: idField, delta: deltaField } = this.#laneOf(name);
    const id = identifier(part[idField]);
    const shape = this.#shapeOf(part.type);
    if (id === undefined || !shape) return [];
    const key = `${name}:${id}`;
    if (step === 'delta') {
      const delta = part[deltaField];
      if (typeof delta !== 'string') return [];
      this.#lanes.set(key, { name, id });
      const shown = this.answer.push(key, channel, delta, name === 'tool-input' && !this.#plain.has(id));
      const rest = this.#clean({ ...part, [deltaField]: '' }, shape);
      return rest && shown !== '' ? [{ ...rest, [deltaField]: shown }] : [];
    }
    const before = this.#tail(name, id);
    if (step === 'start') {
      this.#lanes.set(key, { name, id });
      if (part.inputEncoding === 'text') this.#plain.add(id);
    }
    const clean = this.#clean(part, shape);
    return clean && !this.ending ? [...before, clean] : before;
  }

  #tail(name: string, id: string): Part[] {
    const key = `${name}:${id}`;
    if (!this.#lanes.has(key)) return [];
    const lane = this.#laneOf(name);
    const text = this.answer.finish(key);
    if (!this.ending) this.#lanes.delete(key);
    return text === '' ? [] : [{ type: `${name}-delta`, [lane.id]: id, [lane.delta]: text }];
  }

  #drop(): void {
    this.#lanes.clear();
    this.answer.drop();
  }

  /** The fields that go on; nothing if one that must be a machine's name is not. */
  #clean(part: Part, shape: Shape): Part | undefined {
    const clean: Part = { type: part.type };
    for (const [field, kind] of Object.entries(shape)) {
      const value = part[field];
      if (value === undefined) continue;
      if (kind === 'id' && identifier(value) === undefined) return undefined;
      if (kind === 'flag' && typeof value !== 'boolean' && typeof value !== 'number') continue;
      if (kind === 'opaque' && !this.answer.isIntact('text', value)) continue;
      const goesOn = kind === 'id' || kind === 'flag' || kind === 'opaque' || kind === 'free';
      clean[field] = goesOn ? value : this.answer.strings(kind, value);
    }
    return clean;
  }

  #laneOf(name: string): Lane {
    return this.#layout.lanes[name] as Lane;
  }

  #shapeOf(type: string): Shape | undefined {
    const { shapes } = this.#layout;
    if (Object.hasOwn(shapes, type)) return shapes[type];
    return type.startsWith('data-') && identifier(type) ? shapes['data-'] : undefined;
  }
}

/** Whether a value can be a part at all. */
export function isPart(value: unknown): value is Part {
  return isObject(value) && typeof value.type === 'string';
}
