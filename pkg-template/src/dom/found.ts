/** What is found in a page, and told once the core is done. */
import { GuardError } from '../error.js';
import { verdictOf, type Rule } from '../message.js';
import type { Attached } from '../types.js';
import { ADDRESSES } from './addresses.js';
import type { Judge } from './attributes.js';
import { hostOf } from './backlog.js';
import { Verdicts, type Hit, type Judged } from './verdicts.js';

const ROW_WORDS = 5;
/** The core's number of this state. */
const RETRACTED = 3;

/** A verdict on a text of the page. */
export interface Found extends Hit {
  element: Element;
  channel: 'text' | 'source';
  /** The text that was judged. */
  text: string;
}

/** What of the guard is needed for it. */
export interface FoundContext {
  rules(): readonly Rule[];
  /** Judges a text that stands by itself. */
  judge(text: string, channel: 'text' | 'source'): { text: string; hits: Hit[]; isWhole: boolean };
  timer(ms: number, run: () => void): () => void;
  /** Reports a verdict on a text of the page. */
  tell(found: Found): void;
}

export class Finds {
  readonly #context: FoundContext;
  readonly #onVerdict: ((found: Attached) => void) | undefined;
  readonly #verdicts: Verdicts;
  readonly #untold: [Judged, Hit][] = [];
  /** The element of the rehearsals: nobody wrote what is found in it. */
  #unheard: Node | undefined;

  constructor(context: FoundContext, onVerdict: ((found: Attached) => void) | undefined) {
    this.#context = context;
    this.#onVerdict = onVerdict;
    this.#verdicts = new Verdicts((ms, run) => context.timer(ms, run), (judged, hit) => {
      if (!this.#unheard?.contains(judged.place)) this.#untold.push([judged, hit]);
    });
  }

  /** Nothing in it is told. */
  ignore(place: Node): void {
    this.#unheard = place;
  }

  /** Whether a text of this element waits, and may have changed. */
  isWaiting(place: Node): boolean {
    return this.#verdicts.isWaiting(place);
  }

  /** What the core found in a text; of the verdicts, `settled` hold whatever is added. */
  inText(place: Node, text: string, rows: Uint32Array, settled: number, state: number): void {
    this.#verdicts.take({ place, attribute: undefined, text, hits: this.#hitsOf(rows, state), settled });
  }

  /** Judges attributes, which stand by themselves. */
  judge(): Judge {
    return {
      text: (element, attribute, text) => this.#inAttribute(element, attribute, text).text,
      hides: (element, attribute, address) => {
        const { hits, isWhole } = this.#inAttribute(element, attribute, address);
        return !isWhole || hits.some(({ verdict }) => verdict.action !== 'flag');
      },
    };
  }

  /** No more comes: what waits counts. */
  settle(): void {
    this.#verdicts.settle();
  }

  /** Not while the core is at work, because listeners may do anything. */
  deliver(): void {
    for (const [{ place, attribute, text }, hit] of this.#untold.splice(0)) {
      const element = hostOf(place);
      this.#context.tell({ ...hit, element, channel: channelOf(attribute), text });
      const told: Attached = { verdict: hit.verdict, element, ...(attribute === undefined ? {} : { attribute }) };
      try {
        this.#onVerdict?.(told);
      } catch (thrown) {
        queueMicrotask(() => { throw thrown; });
      }
    }
  }

  #inAttribute(element: Element, attribute: string, text: string): { text: string; hits: Hit[]; isWhole: boolean } {
    const result = this.#context.judge(text, channelOf(attribute));
    const { hits } = result;
    if (hits.length > 0) this.#verdicts.take({ place: element, attribute, text, hits, settled: hits.length });
    return result;
  }

  #hitsOf(rows: Uint32Array, state: number): Hit[] {
    const hits: Hit[] = [];
    for (let at = 0; at < rows.length; at += ROW_WORDS) {
      const [number = 0, start = 0, end = 0, bits = 0, shownUnits = 0] = rows.subarray(at, at + ROW_WORDS);
      const rule = this.#context.rules()[number];
      if (!rule) throw new GuardError('core/events', 'the core named an unknown rule');
      hits.push({ verdict: verdictOf(rule, start, end, bits, state === RETRACTED), rule, shownUnits });
    }
    return hits;
  }
}

function channelOf(attribute: string | undefined): 'text' | 'source' {
  return attribute !== undefined && ADDRESSES.includes(attribute) ? 'source' : 'text';
}
