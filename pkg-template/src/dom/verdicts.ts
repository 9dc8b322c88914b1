/** Tells each verdict on a page once, however often its text is read. */
import type { Rule } from '../message.js';
import type { Verdict } from '../types.js';

/** How long a text must stay as it is to count as ended, ms: then verdicts count that its next words could dismiss. */
export const QUIET_MS = 1_000;
/** Hits that are remembered. */
const MAX_REMEMBERED = 1_024;
/** Units before a hit that tell it from others. */
const CONTEXT_UNITS = 64;

export interface Hit {
  verdict: Verdict;
  rule: Rule;
  shownUnits: number;
}

/** A text that was judged. */
export interface Judged {
  /** The element or shadow root whose text it is. */
  place: Node;
  /** The attribute, or nothing. */
  attribute: string | undefined;
  text: string;
  hits: Hit[];
  /** How many of them hold whatever is added to the text. */
  settled: number;
}

export class Verdicts {
  readonly #timer: (ms: number, run: () => void) => () => void;
  readonly #tell: (judged: Judged, hit: Hit) => void;
  /** Where a hit was told, by what it is. */
  readonly #told = new Map<string, WeakRef<Node>[]>();
  /** Texts with hits that wait, by their elements. */
  readonly #waiting = new Map<Node, Map<string, Judged>>();
  #cancel: (() => void) | undefined;

  constructor(timer: (ms: number, run: () => void) => () => void, tell: (judged: Judged, hit: Hit) => void) {
    this.#timer = timer;
    this.#tell = tell;
  }

  /** Whether a text of this element waits, and may have changed. */
  isWaiting(place: Node): boolean {
    return this.#waiting.has(place);
  }

  take(judged: Judged): void {
    const { place, attribute = '', hits, settled } = judged;
    const waiting = this.#waiting.get(place) ?? new Map<string, Judged>();
    waiting.delete(attribute);
    for (const hit of hits.slice(0, settled)) this.#once(judged, hit);
    if (settled < hits.length) {
      waiting.set(attribute, judged);
      this.#cancel?.();
      this.#cancel = this.#timer(QUIET_MS, () => this.settle());
    }
    if (waiting.size > 0) this.#waiting.set(place, waiting);
    else this.#waiting.delete(place);
  }

  /** Tells all that wait. */
  settle(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const texts = [...this.#waiting.values()].flatMap((texts) => [...texts.values()]);
    this.#waiting.clear();
    for (const judged of texts) for (const hit of judged.hits.slice(judged.settled)) this.#once(judged, hit);
  }

  #once(judged: Judged, hit: Hit): void {
    const { rule, view, start, end } = hit.verdict;
    const { policy } = hit.rule;
    const text = judged.text.slice(Math.max(0, start - CONTEXT_UNITS), end);
    const key = [policy, rule, view, start, judged.attribute ?? '', text].join('\n');
    if (this.#isNew(key, judged.place)) this.#tell(judged, hit);
  }

  /** Not if it was told of this element, or of one that is gone: interfaces build their elements anew. */
  #isNew(key: string, place: Node): boolean {
    const before = (this.#told.get(key) ?? []).map((known) => known.deref());
    const others = before.filter((known) => known?.isConnected && known !== place) as Node[];
    const isNew = others.length === before.length;
    this.#told.delete(key);
    this.#told.set(key, [...others, place].map((known) => new WeakRef(known)));
    for (const oldest of this.#told.keys()) {
      if (this.#told.size <= MAX_REMEMBERED) break;
      this.#told.delete(oldest);
    }
    return isNew;
  }
}
