/**
 * One message on one channel. The core decides in numbers; here the text is
 * sliced. Only the held tail is kept, so the cost of a step does not depend on
 * the message so far.
 */
import { call, type Glue, type Instance } from './core.js';
import { GuardError } from './error.js';
import type { SpanText } from './runtime.js';
import type { Action, Channel, Escalation, Message, MessageState, Outcome, Verdict } from './types.js';

/** Most UTF-16 units that cross into the core at once, as the core has room; a longer delta crosses in parts. */
export const MAX_CROSSING_UNITS = 1 << 14;

const STATES: readonly MessageState[] = ['open', 'finished', 'terminated', 'retracted'];
/** By the core's numbers, which are bits. */
const VIEWS: Readonly<Record<number, Verdict['view']>> = { 1: 'tight', 2: 'joined', 4: 'leet', 8: 'sound', 16: 'pattern', 32: 'score' };

/** Layout of the events, in words. */
const HEAD_WORDS = 4;
const ROW_WORDS = 4;
const KEEP = 0;
const MASK = 1;
const REPLACE = 2;
const DROP = 3;

type FilterMessage = ReturnType<InstanceType<Glue['Filter']>['message']>;

export interface Rule {
  id: string;
  risk: string;
  action: Action;
  with: string;
  mask: string;
  /** 1 to 4; 0: not stated. */
  severity: number;
  /** What words of the user call for. */
  call: 'exit' | Escalation | undefined;
  policy: string;
  revision: number;
  digest: string;
}

/** What a message needs of its guard; `rules` are those of the moment it was opened. */
export interface MessageContext {
  /** That the message belongs to. */
  instance: Instance;
  rules: readonly Rule[];
  notice: string;
  /** UTF-16 units of judged text that verdicts may ask for. */
  remember: number;
  /** Before text is judged; a returned notice ends the message. */
  gate(): string | undefined;
  /** A notice while the service closes: the message may finish its sentence, then ends with it. */
  closing(): string | undefined;
  /** After each verdict, with the UTF-16 units shown before it; `text` is of this moment only. */
  verdict(verdict: Verdict, rule: Rule, shownUnits: number, text: SpanText): void;
}

export class GuardedMessage implements Message {
  readonly id: string;
  readonly channel: Channel;
  #state: MessageState = 'open';
  #inner: FilterMessage | undefined;
  readonly #context: MessageContext;
  #notice: string;
  /** Received, not yet released. */
  #held = '';
  /** UTF-16 offset in the raw message of the first held unit. */
  #heldAt = 0;
  #shownUnits = 0;
  /** The last of what was released, raw, for those who want evidence. */
  #past = '';
  /** The last texts that were shown, to tell whether a sentence is under way. */
  #last = '';
  #lastButOne = '';

  constructor(id: string, channel: Channel, inner: FilterMessage, context: MessageContext) {
    this.id = id;
    this.channel = channel;
    this.#inner = inner;
    this.#context = context;
    this.#notice = context.notice;
    const state = call(() => inner.state());
    if (state !== 0) this.#end(STATES[state] ?? 'terminated');
  }

  get state(): MessageState {
    return this.#state;
  }

  push(delta: string): Outcome {
    if (typeof delta !== 'string') throw new GuardError('message/not-text', 'a delta is a string');
    const total = this.#begin();
    for (let at = 0; at < delta.length && this.#inner; at += MAX_CROSSING_UNITS) {
      const part = delta.length <= MAX_CROSSING_UNITS ? delta : delta.slice(at, at + MAX_CROSSING_UNITS);
      this.#step(part, total);
    }
    return this.#outcome(total);
  }

  finish(): Outcome {
    const total = this.#begin();
    if (this.#inner) this.#step(undefined, total);
    return this.#outcome(total);
  }

  /** Ends the message unseen: what is held is dropped, memory is freed. */
  drop(): void {
    if (this.#inner) this.#end('terminated');
  }

  #begin(): Decided {
    if (this.#inner) {
      const notice = this.#context.gate();
      if (notice !== undefined) {
        this.#notice = notice;
        this.#end('terminated');
      }
    }
    return { text: '', verdicts: [] };
  }

  #outcome({ text: decided, verdicts }: Decided): Outcome {
    const text = this.#endSentence(decided);
    if (text !== '') {
      this.#lastButOne = this.#last;
      this.#last = text;
    }
    const outcome: Outcome = { text, verdicts, state: this.#state, held: this.#held.length };
    if (this.#state === 'terminated' || this.#state === 'retracted') outcome.notice = this.#notice;
    return outcome;
  }

  /** All of `text`, unless the service closes: then what belongs to the sentence under way. */
  #endSentence(text: string): string {
    if (this.#state === 'terminated' || this.#state === 'retracted') return text;
    const notice = this.#context.closing();
    if (notice === undefined) return text;
    const units = BETWEEN.test(this.#lastButOne + this.#last) ? 0 : sentenceUnits(text);
    if (units === undefined) return text;
    this.#notice = notice;
    this.#end('terminated');
    return text.slice(0, units);
  }

  /** Nothing is shown after this, whatever comes. */
  #end(state: MessageState): void {
    this.#state = state;
    this.#held = '';
    const inner = this.#inner;
    this.#inner = undefined;
    try {
      inner?.free();
    } catch {
      // A core that trapped cannot free; the message is over all the same.
    }
  }

  /** `undefined` finishes. A core that fails ends the message: nothing unjudged is shown. */
  #step(part: string | undefined, total: Decided): void {
    const inner = this.#inner as FilterMessage;
    try {
      const { instance } = this.#context;
      const events = part === undefined ? inner.finish() : cross(instance, inner, part);
      this.#apply(instance.memoryWords(), events >>> 2, this.#held + (part ?? ''), total);
    } catch (thrown) {
      this.#end('terminated');
      throw GuardError.from(thrown);
    }
  }

  /** Reads the events at `at` and carries them out on `source`, the held text and the new. */
  #apply(words: Uint32Array, at: number, source: string, total: Decided): void {
    const word = (index: number): number => words[at + index] ?? 0;
    const state = STATES[word(0)] ?? 'terminated';
    const held = word(1);
    const verdicts = HEAD_WORDS + word(2) * ROW_WORDS;
    const end = verdicts + word(3) * ROW_WORDS;
    const hasVerdicts = verdicts < end;
    const segments = word(2);
    const isPlain = segments === 0 || segments === 1 && word(HEAD_WORDS) === KEEP;
    if (state === 'open' && !hasVerdicts && isPlain) {
      this.#release(source, segments === 0 ? 0 : word(HEAD_WORDS + 1), held, total);
      return;
    }

    let offset = 0;
    let text = '';
    /** Where each segment begins, raw and shown; only verdicts ask for them. */
    const places: Place[] = [{ raw: 0, shown: this.#shownUnits, isKept: false }];
    for (let row = HEAD_WORDS; row < verdicts; row += ROW_WORDS) {
      const kind = word(row);
      const next = offset + word(row + 1);
      if (hasVerdicts) places.push({ raw: this.#heldAt + offset, shown: this.#shownUnits + text.length, isKept: kind === KEEP });
      if (kind === MASK) text += this.#rule(word(row + 2)).mask.repeat(word(row + 3));
      else if (kind === REPLACE) text += this.#rule(word(row + 2)).with;
      else if (kind !== DROP) text += source.slice(offset, next);
      offset = next;
    }
    total.text += text;
    this.#shownUnits += text.length;

    const from = this.#heldAt - this.#past.length;
    const known = this.#past + source;
    const textOf: SpanText = (start, end) => {
      const first = Math.max(start, from);
      return { from: first, text: known.slice(first - from, Math.max(first, end) - from) };
    };
    const decided: [Verdict, Rule, number][] = [];
    for (let row = verdicts; row < end; row += ROW_WORDS) {
      const rule = this.#rule(word(row));
      const verdict = verdictOf(rule, word(row + 1), word(row + 2), word(row + 3), state === 'retracted');
      const ends = verdict.action === 'terminate' || verdict.action === 'retract';
      total.verdicts.push(verdict);
      decided.push([verdict, rule, ends ? this.#shownUnits : shownBefore(verdict.start, places)]);
    }

    if (state === 'open') this.#keep(source, offset, held);
    else this.#end(state);
    // Last: a listener may call into the core, which may move its memory.
    for (const [verdict, rule, units] of decided) this.#context.verdict(verdict, rule, units, textOf);
  }

  /** What nearly every step is: the front of the text is shown, the rest is held. */
  #release(source: string, units: number, held: number, total: Decided): void {
    total.text += units === source.length ? source : source.slice(0, units);
    this.#shownUnits += units;
    this.#keep(source, units, held);
  }

  #keep(source: string, from: number, held: number): void {
    const { remember } = this.#context;
    if (remember > 0 && from > 0) this.#past = (this.#past + source.slice(0, from)).slice(-remember);
    this.#held = held === 0 ? '' : source.slice(from);
    this.#heldAt += from;
    if (source.length - from !== held) throw new GuardError('core/events', 'the core lost count of the text');
  }

  #rule(index: number): Rule {
    const rule = this.#context.rules[index];
    if (!rule) throw new GuardError('core/events', 'the core named an unknown rule');
    return rule;
  }
}

/** A verdict in the core's numbers, of a message that it retracted or not. */
export function verdictOf({ id, risk, action: own }: Rule, start: number, end: number, bits: number, isRetracted: boolean): Verdict {
  const view = VIEWS[bits] ?? 'pattern';
  // A full score ends the message in this very step.
  const action = view !== 'score' ? own : isRetracted ? 'retract' : 'terminate';
  return { rule: id, risk, action, start, end, view };
}

/** Nothing was shown yet, or what was shown ends with a sentence. */
const BETWEEN = /(?:^|[。！？!?.…\n])[\s"'”’」』）)\]]*$/;
/**
 * The end of a sentence, not the dot in a number or an address: behind it comes nothing, a blank, punctuation or a symbol.
 * By ranges, because engines of mini-programs are older than `\p{L}`, and a script with it does not start there.
 */
const SENTENCE_END = /[。！？!?…\n]["'”’」』）)\]]*|\.(?=$|[\s!-/:-@[-`{-~\u00ab\u00bb\u2000-\u2bff\u3000-\u303f\ud83c-\ud83e\uff01-\uff0f\uff1a-\uff20])["'”’)\]]*/;

/** UTF-16 units up to the end of the sentence that `text` begins in; `undefined` if it does not end here. */
function sentenceUnits(text: string): number | undefined {
  const found = SENTENCE_END.exec(text);
  return found ? found.index + found[0].length : undefined;
}

interface Place {
  raw: number;
  shown: number;
  isKept: boolean;
}

/** UTF-16 units shown before the raw offset; if it was released earlier, before this step. */
function shownBefore(start: number, places: readonly Place[]): number {
  let at = places.length - 1;
  // The first begins with the message.
  while ((places[at] as Place).raw > start) at -= 1;
  const { raw, shown, isKept } = places[at] as Place;
  return shown + (isKept ? start - raw : 0);
}

interface Decided {
  text: string;
  verdicts: Verdict[];
}

/** Writes the text into the core's memory; returns a pointer to the events. */
function cross(instance: Instance, inner: FilterMessage, text: string): number {
  const at = instance.inputUnits();
  const units = instance.memoryUnits();
  for (let i = 0; i < text.length; i += 1) units[at + i] = text.charCodeAt(i);
  return inner.push(text.length);
}
