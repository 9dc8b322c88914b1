/**
 * `guard.attach`: the page's side of the core's DOM guard. The core decides which
 * nodes are read together and what they may show; here are styles, originals,
 * attributes, frames, and what is told.
 */
import type { DomGuard, Hands } from '../../wasm/tidegate_bg.js';
import { GuardError } from '../error.js';
import { MAX_CROSSING_UNITS, verdictOf, type Rule } from '../message.js';
import type { Attached, AttachOptions } from '../types.js';
import { ADDRESSES } from './addresses.js';
import { Attributes, OBSERVED, type Judge } from './attributes.js';
import { Backlog, hostOf } from './backlog.js';
import { BLOCK, flowOf, isEditable, isField, MESSAGE, TEXT, UNSEEN } from './flow.js';
import { LiveDomGuard, type LiveContext } from './live.js';
import { checkOptions, type Checked } from './options.js';
import { Originals } from './originals.js';
import { shadowOf, watchShadows } from './shadows.js';
import { unveil, veil } from './veil.js';
import { Verdicts, type Hit, type Judged } from './verdicts.js';

/** Batches within one frame in which something was rewritten; who needs more works against the guard. */
const MAX_BATCHES = 1_000;
/** How long such a page is hidden before it is looked at again, ms. */
const PAUSE_MS = 1_000;
/** What a slice of what is hidden may take, ms. The core looks after each node. */
const SLICE_MS = 0.7;
/** Between two tries to go on after the core has trapped, ms: the page is hidden meanwhile. */
const AGAIN_MS = 200;
const ROW_WORDS = 5;
/** The core's number of this state. */
const RETRACTED = 3;

/** What an attachment needs of its guard. */
export interface AttachContext extends LiveContext {
  rules(): readonly Rule[];
  /** Judges a text that stands by itself. */
  judge(text: string, channel: 'text' | 'source'): { text: string; hits: Hit[]; isWhole: boolean };
  timer(ms: number, run: () => void): () => void;
  /** Reports a verdict on a text of the page. */
  tell(found: Found): void;
}

/** A verdict on a text of the page. */
export interface Found extends Hit {
  element: Element;
  channel: 'text' | 'source';
  /** The text that was judged. */
  text: string;
}

export interface Attachment {
  /** Judges everything anew, by the policies that are in use now. */
  load(): void;
  stop(): void;
}

export function attach(root: Element | ShadowRoot, options: AttachOptions, context: AttachContext): Attachment {
  if (typeof MutationObserver === 'undefined') throw new GuardError('attach/unsupported', 'there is no MutationObserver');
  return new PageAttachment(root, checkOptions(root, options), context);
}

class PageAttachment implements Attachment {
  readonly #root: Element | ShadowRoot;
  readonly #host: Element;
  readonly #options: Checked;
  readonly #context: AttachContext;
  readonly #originals = new Originals((part) => ADDRESSES.includes(part.slice(1)));
  readonly #attributes: Attributes;
  readonly #backlog: Backlog;
  readonly #verdicts: Verdicts;
  /** What is displayed of texts that the policy ended, by what holds them. */
  readonly #ended = new WeakMap<Node, string>();
  readonly #observer: MutationObserver;
  readonly #core: LiveDomGuard;
  /** There is none between two instances of it, after too many traps, and once detached. */
  #hasCore = true;
  /** The core may not be called while it is at work, and what it does may run code of the page. */
  #isBusy = false;
  readonly #steps: ((inner: DomGuard) => void)[] = [];
  readonly #found: [Judged, Hit][] = [];
  #wrote = false;
  #batches = 0;
  /** Changes are not looked at: the page is hidden. */
  #isPaused = false;
  #isFrameAsked = false;
  #isNewFrame = false;
  /** When the slice of this frame is to end; absent in one that began with nothing left to read. */
  #sliceEnd: number | undefined;
  #cancelAgain = (): void => {};
  readonly #stops: (() => void)[] = [];

  constructor(root: Element | ShadowRoot, options: Checked, context: AttachContext) {
    this.#root = root;
    this.#host = hostOf(root);
    this.#options = options;
    this.#context = context;
    this.#attributes = new Attributes(this.#originals, this.#judge(), options);
    this.#backlog = new Backlog(this.#host);
    this.#verdicts = new Verdicts((ms, run) => context.timer(ms, run), (judged, hit) => void this.#found.push([judged, hit]));
    this.#core = new LiveDomGuard(context, root, this.#hands(), options.messages !== '');
    this.#observer = new MutationObserver((records) => this.#changed(records));
    this.#stops.push(() => this.#observer.disconnect());
    this.#stops.push(watchShadows((shadow) => this.#run(() => this.#newShadow(shadow))));
    if (options.editable) this.#watchFields();
    this.#watchParser();
    this.#observe(root);
    try {
      this.#run((inner) => this.#readAll(inner));
    } catch (thrown) {
      // As of any later step: the root is hidden, and goes on when the core is back.
      queueMicrotask(() => { throw thrown; });
    }
  }

  load(): void {
    this.#run((inner) => {
      inner.load(this.#context.filter(), this.#context.notice());
      this.#readAll(inner);
    });
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#cancelAgain();
    this.#verdicts.settle();
    this.#deliver();
    this.#hasCore = false;
    try {
      this.#core.free();
    } catch {
      // What belonged to a core that trapped is gone.
    }
    this.#originals.restore();
    this.#backlog.clear();
    unveil(this.#host, this);
  }

  #readAll(inner: DomGuard): void {
    inner.forget();
    this.#restart();
  }

  #restart(): void {
    if (this.#root instanceof Element) this.#beside(this.#root);
    this.#backlog.restart(this.#root);
  }

  #changed(records: MutationRecord[]): void {
    if (this.#isPaused) return;
    this.#run((inner) => {
      const texts = records.filter((record) => !this.#isOwn(record));
      if (texts.length > 0) inner.changed(texts);
    });
    if (!this.#wrote) return;
    this.#wrote = false;
    this.#batches += 1;
    if (this.#batches > MAX_BATCHES) this.#pause();
  }

  /** A page that puts back what was taken away is not fought, but hidden. */
  #pause(): void {
    this.#isPaused = true;
    veil(this.#host, this, 'all');
    this.#stops.push(this.#context.timer(PAUSE_MS, () => {
      this.#isPaused = false;
      this.#batches = 0;
      this.#run((inner) => this.#readAll(inner));
      if (this.#hasCore) unveil(this.#host, this);
    }));
  }

  /** Whether a change needs no reading of text: attributes, and what the guard wrote itself. */
  #isOwn({ type, target }: MutationRecord): boolean {
    if (type === 'characterData') return this.#originals.isShown(target, 'data');
    if (type !== 'attributes') return false;
    if (this.#reaches(target) && this.#flow(target) !== UNSEEN) this.#note(this.#attributes.take(target as Element));
    return true;
  }

  #newShadow(shadow: ShadowRoot): void {
    if (this.#reaches(shadow.host)) this.#enter(shadow);
  }

  #enter(shadow: ShadowRoot): void {
    this.#observe(shadow);
    this.#backlog.add(shadow, true);
  }

  #observe(root: Node): void {
    this.#observer.observe(root, { childList: true, characterData: true, subtree: true, attributeFilter: [...OBSERVED] });
  }

  /** Runs a step and what can be read in this slice; a step within a step waits for its end. */
  #run(step: (inner: DomGuard) => void): void {
    // Whoever brings the core back reads all.
    if (!this.#hasCore) return;
    this.#steps.push(step);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      // It may have trapped where this one had no part in it.
      if (this.#core.revive()) this.#steps.unshift((inner) => this.#readAll(inner));
      if (this.#isNewFrame) this.#steps.unshift((inner) => inner.begin());
      this.#isNewFrame = false;
      for (let next = this.#steps.shift(); next; next = this.#steps.shift()) {
        const now = next;
        this.#core.use((inner) => {
          now(inner);
          this.#backlog.run(inner, this.#sliceEnd !== undefined);
        });
      }
      this.#askFrame();
    } catch (thrown) {
      this.#fail();
      throw GuardError.from(thrown);
    } finally {
      this.#isBusy = false;
      this.#deliver();
    }
  }

  /** What is not judged is not shown; it is judged when the core is back. */
  #fail(): void {
    this.#hasCore = false;
    this.#steps.length = 0;
    veil(this.#host, this, 'all');
    if (this.#core.isGivenUp) return;
    this.#cancelAgain = this.#context.timer(AGAIN_MS, () => {
      this.#hasCore = true;
      try {
        this.#run((inner) => this.#readAll(inner));
        // What is left to read is hidden by itself.
        if (!this.#isPaused) unveil(this.#host, this);
      } catch {
        // It is not back, or has trapped again; it is tried again.
      }
    });
  }

  /** What a frame may cost is counted anew in the next, and what is left is read. */
  #askFrame(): void {
    if (this.#isFrameAsked) return;
    this.#isFrameAsked = true;
    requestAnimationFrame(() => {
      this.#isFrameAsked = false;
      this.#isNewFrame = true;
      this.#batches = 0;
      const { isEmpty } = this.#backlog;
      this.#sliceEnd = isEmpty ? undefined : performance.now() + SLICE_MS;
      if (!isEmpty) this.#run(() => {});
    });
  }

  /** After the core is done, because listeners may do anything. */
  #deliver(): void {
    for (const [{ place, attribute, text }, hit] of this.#found.splice(0)) {
      const element = hostOf(place);
      this.#context.tell({ ...hit, element, channel: channelOf(attribute), text });
      const told: Attached = { verdict: hit.verdict, element, ...(attribute === undefined ? {} : { attribute }) };
      try {
        this.#options.onVerdict?.(told);
      } catch (thrown) {
        queueMicrotask(() => { throw thrown; });
      }
    }
  }

  /** What a field holds changes without a change of the document. */
  #watchFields(): void {
    const onInput = (event: Event): void => {
      const [field] = event.composedPath();
      if (field instanceof Element && this.#reaches(field)) this.#run(() => this.#note(this.#attributes.take(field)));
    };
    for (const type of ['input', 'change']) {
      this.#root.addEventListener(type, onInput, true);
      this.#stops.push(() => this.#root.removeEventListener(type, onInput, true));
    }
  }

  /** Shadow roots that the parser makes are told by nobody; it makes none once the document is whole. */
  #watchParser(): void {
    const { ownerDocument: document } = this.#root;
    if (document.readyState !== 'loading') return;
    const onReady = (): void => this.#run((inner) => this.#readAll(inner));
    document.addEventListener('DOMContentLoaded', onReady, { once: true });
    this.#stops.push(() => document.removeEventListener('DOMContentLoaded', onReady));
  }

  #note(wrote: boolean): void {
    this.#wrote ||= wrote;
  }

  #flow(node: Node): number {
    switch (node.nodeType) {
      case Node.TEXT_NODE:
      case Node.CDATA_SECTION_NODE:
        return TEXT;
      case Node.ELEMENT_NODE:
        break;
      case Node.DOCUMENT_FRAGMENT_NODE:
        return BLOCK;
      default:
        return UNSEEN;
    }
    const element = node as Element;
    const { editable, messages, ignore } = this.#options;
    if (!editable && isEditable(element) || ignore !== '' && element.matches(ignore)) return UNSEEN;
    // A message divides texts whatever its style.
    return messages !== '' && element.matches(messages) ? BLOCK + MESSAGE : flowOf(element);
  }

  /** Whether a node is under the root, in shadow roots as well, and not in what is left alone. */
  #reaches(node: Node): boolean {
    if (isField(node.parentNode)) return false;
    const { ignore } = this.#options;
    for (let at: Node = node; ;) {
      const element = at instanceof Element ? at : at.parentElement;
      if (ignore !== '' && element?.closest(ignore)) return false;
      if (this.#root.contains(at)) return true;
      const top = at.getRootNode();
      if (!(top instanceof ShadowRoot)) return false;
      at = top.host;
    }
  }

  /** What an element has beside the text around it. */
  #beside(element: Element): void {
    this.#note(this.#attributes.take(element));
    const shadow = shadowOf(element);
    if (shadow) this.#enter(shadow);
  }

  #hands(): Hands {
    return {
      flow: (node) => this.#flow(node),
      reaches: (node) => this.#reaches(node),
      beside: (element) => this.#beside(element),
      later: (element, apart) => {
        if (!isField(element)) this.#backlog.add(element, apart);
      },
      raw: (text, from) => this.#cross(this.#originals.raw(text, 'data') ?? '', from),
      show: (text, shown) => {
        const raw = this.#originals.raw(text, 'data');
        this.#note(this.#originals.show(text, 'data', raw, shown ?? raw));
      },
      ended: (place, from) => {
        const ended = this.#ended.get(place);
        return ended === undefined ? undefined : this.#cross(ended, from);
      },
      end: (place, displayed) => void this.#ended.set(place, displayed),
      hasFound: (place) => this.#verdicts.isWaiting(place),
      found: (place, text, rows, settled, state) => {
        this.#verdicts.take({ place, attribute: undefined, text, hits: this.#hitsOf(rows, state), settled });
      },
      isLate: () => this.#sliceEnd !== undefined && performance.now() >= this.#sliceEnd,
      removed: () => this.#originals.sweep(),
      all: () => this.#restart(),
    };
  }

  /** Writes a text from a unit on to the core's input, as far as there is room; how many units. */
  #cross(text: string, from: number): number {
    const instance = this.#context.instance();
    const at = instance.inputUnits();
    const units = instance.memoryUnits();
    const count = Math.min(text.length - from, MAX_CROSSING_UNITS);
    for (let i = 0; i < count; i += 1) units[at + i] = text.charCodeAt(from + i);
    return count;
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

  #judge(): Judge {
    const judged = (element: Element, attribute: string, text: string): { text: string; hits: Hit[]; isWhole: boolean } => {
      const result = this.#context.judge(text, channelOf(attribute));
      const { hits } = result;
      if (hits.length > 0) this.#verdicts.take({ place: element, attribute, text, hits, settled: hits.length });
      return result;
    };
    return {
      text: (element, attribute, text) => judged(element, attribute, text).text,
      hides: (element, attribute, address) => {
        const { hits, isWhole } = judged(element, attribute, address);
        return !isWhole || hits.some(({ verdict }) => verdict.action !== 'flag');
      },
    };
  }
}

function channelOf(attribute: string | undefined): 'text' | 'source' {
  return attribute !== undefined && ADDRESSES.includes(attribute) ? 'source' : 'text';
}

