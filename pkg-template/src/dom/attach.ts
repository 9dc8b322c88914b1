/**
 * `guard.attach`: the page's side of the core's DOM guard. The core decides which
 * nodes are read together and what they may show; here is when it is asked. Its
 * hands are in `hands.ts`; styles, originals, attributes and what is told beside it.
 */
import type { DomGuard } from '../../wasm/tidegate_bg.js';
import { GuardError } from '../error.js';
import type { AttachOptions } from '../types.js';
import { ADDRESSES } from './addresses.js';
import { Attributes } from './attributes.js';
import { Backlog, hostOf, isLarge } from './backlog.js';
import { Changes } from './changes.js';
import { UNSEEN } from './flow.js';
import { Finds, type FoundContext } from './found.js';
import { handsOf } from './hands.js';
import { Holds } from './holds.js';
import { LaterAttachment, type Beginning } from './later.js';
import { LiveDomGuard, type LiveContext } from './live.js';
import { checkOptions, type Checked } from './options.js';
import { Originals } from './originals.js';
import { rehearsalsOf } from './rehearsals.js';
import { Scope } from './scope.js';
import { shadowOf, watchShadows } from './shadows.js';
import { Slices } from './slices.js';
import { unveil, veil } from './veil.js';

/** Batches within one frame in which something was rewritten; who needs more works against the guard. */
const MAX_BATCHES = 1_000;
/** How long such a page is hidden before it is looked at again, ms. */
const PAUSE_MS = 1_000;
/** Between two tries to go on after the core has trapped, ms: the page is hidden meanwhile. */
const AGAIN_MS = 200;

/** What an attachment needs of its guard. */
export interface AttachContext extends LiveContext, FoundContext {
  /** The page is guarded from now on. */
  begins(): void;
}

export interface Attachment {
  /** Judges everything anew, by the policies that are in use now. */
  load(): void;
  stop(): void;
}

export function attach(root: Element | ShadowRoot, options: AttachOptions, context: AttachContext): Attachment {
  if (typeof MutationObserver === 'undefined') throw new GuardError('attach/unsupported', 'there is no MutationObserver');
  const checked = checkOptions(root, options);
  const changes = new Changes();
  const make = (): Beginning => new PageAttachment(root, checked, context, changes);
  if (isLarge(root)) return new LaterAttachment(root, changes, make, context);
  const attachment = make();
  changes.observe(root);
  context.begins();
  attachment.begin();
  return attachment;
}

class PageAttachment implements Beginning {
  readonly #root: Element | ShadowRoot;
  readonly #host: Element;
  readonly #context: AttachContext;
  readonly #originals = new Originals((part) => ADDRESSES.includes(part.slice(1)));
  readonly #attributes: Attributes;
  readonly #backlog: Backlog;
  readonly #scope: Scope;
  readonly #finds: Finds;
  readonly #holds: Holds;
  readonly #slices: Slices;
  readonly #changes: Changes;
  readonly #watchesFields: boolean;
  readonly #core: LiveDomGuard;
  /** There is none between two instances of it, after too many traps, and once detached. */
  #hasCore = true;
  /** The core may not be called while it is at work, and what it does may run code of the page. */
  #isBusy = false;
  readonly #steps: ((inner: DomGuard) => void)[] = [];
  #wrote = false;
  #batches = 0;
  /** Changes are not looked at: the page is hidden. */
  #isPaused = false;
  #cancelAgain = (): void => {};
  readonly #stops: (() => void)[] = [];

  constructor(root: Element | ShadowRoot, options: Checked, context: AttachContext, changes: Changes) {
    this.#root = root;
    this.#host = hostOf(root);
    this.#context = context;
    this.#scope = new Scope(root, options);
    this.#finds = new Finds(context, options.onVerdict);
    this.#attributes = new Attributes(this.#originals, this.#finds.judge(), options);
    this.#backlog = new Backlog(this.#host);
    this.#holds = new Holds(root, (ms, run) => context.timer(ms, run));
    this.#slices = new Slices(() => this.#newFrame());
    const hands = handsOf({
      scope: this.#scope, originals: this.#originals, backlog: this.#backlog, finds: this.#finds, holds: this.#holds,
      instance: () => context.instance(),
      beside: (element) => this.#beside(element),
      note: (wrote) => this.#note(wrote),
      isLate: (nodes) => this.#slices.isLate(nodes),
      restart: () => this.#restart(),
    });
    this.#watchesFields = options.editable;
    this.#core = new LiveDomGuard(context, root, hands, options.messages !== '');
    this.#changes = changes;
  }

  rehearsals(): (() => void)[] {
    return rehearsalsOf({
      document: this.#host.ownerDocument,
      scope: this.#scope, finds: this.#finds, attributes: this.#attributes, backlog: this.#backlog, core: this.#core,
      run: (step) => this.#run(step),
    });
  }

  begin(): void {
    this.#stops.push(() => this.#changes.stop());
    this.#stops.push(watchShadows((shadow) => this.#run(() => this.#newShadow(shadow))));
    if (this.#watchesFields) this.#watchFields();
    this.#watchParser();
    this.#changes.take = (records) => this.#changed(records);
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
    this.#finds.settle();
    this.#finds.deliver();
    this.#hasCore = false;
    try {
      this.#core.free();
    } catch {
      // What belonged to a core that trapped is gone.
    }
    this.#originals.restore();
    this.#holds.clear();
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
    if (this.#scope.reaches(target) && this.#scope.flow(target) !== UNSEEN) this.#note(this.#attributes.take(target as Element));
    return true;
  }

  #newShadow(shadow: ShadowRoot): void {
    if (this.#scope.reaches(shadow.host)) this.#enter(shadow);
  }

  #enter(shadow: ShadowRoot): void {
    this.#changes.observe(shadow);
    this.#backlog.add(shadow, true);
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
      if (this.#slices.takeNew()) this.#steps.unshift((inner) => inner.begin());
      for (let next = this.#steps.shift(); next; next = this.#steps.shift()) {
        const now = next;
        this.#core.use((inner) => {
          now(inner);
          this.#backlog.run(inner);
        });
      }
      this.#slices.ask(() => this.#backlog.isEmpty);
    } catch (thrown) {
      this.#fail();
      throw GuardError.from(thrown);
    } finally {
      this.#isBusy = false;
      this.#finds.deliver();
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

  #newFrame(): void {
    this.#batches = 0;
    this.#backlog.begin();
    if (!this.#backlog.isEmpty) this.#run(() => {});
  }

  /** What a field holds changes without a change of the document. */
  #watchFields(): void {
    const onInput = (event: Event): void => {
      const [field] = event.composedPath();
      if (field instanceof Element && this.#scope.reaches(field)) this.#run(() => this.#note(this.#attributes.take(field)));
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

  /** What an element has beside the text around it. */
  #beside(element: Element): void {
    this.#note(this.#attributes.take(element));
    const shadow = shadowOf(element);
    if (shadow) this.#enter(shadow);
  }
}
