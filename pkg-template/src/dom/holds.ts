/**
 * The end of a message that may still become a term is not painted until that is decided. It is a range of a highlight
 * whose text is transparent, so nothing of the page changes. Where there are no such highlights nothing is held.
 */
import { QUIET_MS } from './verdicts.js';

const NAME = 'tidegate-held';
/** With forced colours a highlight would be painted as what is selected. */
const STYLE = `@media (forced-colors: none) { ::highlight(${NAME}) {
  color: transparent; -webkit-text-fill-color: transparent; -webkit-text-stroke-color: transparent; text-decoration: none; text-shadow: none;
} }`;
/** Above the highlights of the page. */
const PRIORITY = 2 ** 31 - 1;
/** Messages of which something is held at once; of more, the ends of the oldest are shown. */
const MAX_HELD = 64;

interface Hold {
  /** What tells the text from others. */
  text: string;
  range: StaticRange;
  /** Ends the wait for its end. */
  cancel: () => void;
}

export class Holds {
  readonly #root: Node;
  readonly #document: Document;
  readonly #timer: (ms: number, run: () => void) => () => void;
  /** By message, the one that changed last at the end. */
  readonly #held = new Map<Node, Hold>();
  /** Texts that stayed as they are for so long that they count as ended. */
  readonly #ended = new WeakMap<Node, string>();
  #sheet: CSSStyleSheet | undefined;

  constructor(root: Element | ShadowRoot, timer: (ms: number, run: () => void) => () => void) {
    this.#root = root;
    this.#document = root.ownerDocument;
    this.#timer = timer;
  }

  /** What is shown from a unit of one text node to the end of another is held; `text` tells it from others. */
  hold(message: Node, from: Text, unit: number, to: Text, text: string): void {
    const window = this.#document.defaultView;
    const highlight = window && highlightOf(window);
    if (!highlight || this.#ended.get(message) === text) return;
    const before = this.#held.get(message);
    const cancel = before?.text === text ? before.cancel : this.#timer(QUIET_MS, () => this.#end(message));
    if (before && before.cancel !== cancel) before.cancel();
    if (before) highlight.delete(before.range);
    const range = new window.StaticRange({ startContainer: from, startOffset: unit, endContainer: to, endOffset: to.length });
    this.#adopt(from.getRootNode(), window);
    highlight.add(range);
    // At the end of the map.
    this.#held.delete(message);
    this.#held.set(message, { text, range, cancel });
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= MAX_HELD) break;
      this.#end(oldest);
    }
  }

  /** Nothing of a message is held. */
  release(message: Node): void {
    this.#ended.delete(message);
    const hold = this.#held.get(message);
    if (!hold) return;
    this.#held.delete(message);
    hold.cancel();
    this.#document.defaultView?.CSS.highlights.get(NAME)?.delete(hold.range);
  }

  /** Shows all, and takes back what the page was given for it. */
  clear(): void {
    for (const message of [...this.#held.keys()]) this.release(message);
    const highlights = this.#document.defaultView?.CSS?.highlights;
    if (highlights?.get(NAME)?.size === 0) highlights.delete(NAME);
    // Shadow roots within keep it, empty.
    this.#sheet?.replaceSync('');
    const root = this.#root.getRootNode();
    if (styles(root)) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
    this.#sheet = undefined;
  }

  #end(message: Node): void {
    const text = this.#held.get(message)?.text;
    this.release(message);
    if (text !== undefined) this.#ended.set(message, text);
  }

  /** The style counts in one tree only; the page may have taken it away. */
  #adopt(root: Node, window: Window & typeof globalThis): void {
    if (!this.#sheet) {
      this.#sheet = new window.CSSStyleSheet();
      this.#sheet.replaceSync(STYLE);
    }
    if (styles(root) && !root.adoptedStyleSheets.includes(this.#sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, this.#sheet];
  }
}

/** The one of all guards of the page. */
function highlightOf({ CSS, Highlight }: typeof globalThis): Highlight | undefined {
  if (Highlight === undefined || CSS?.highlights === undefined) return undefined;
  const known = CSS.highlights.get(NAME);
  if (known) return known;
  const made = new Highlight();
  made.priority = PRIORITY;
  CSS.highlights.set(NAME, made);
  return made;
}

/** Not by its class, which is another in a frame. */
function styles(root: Node): root is Document | ShadowRoot {
  return 'adoptedStyleSheets' in root;
}
