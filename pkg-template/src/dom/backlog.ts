/** What is to be read and has not been: a slice a frame, and hidden until then. */
import type { DomGuard } from '../../wasm/tidegate_bg.js';
import { unveil, veil } from './veil.js';

/** How often reading a list begins anew because it changed meanwhile, before all of it is read at once. */
const MAX_RESTARTS = 8;

/** A page of more elements is read in several frames: to begin at once would show nothing sooner. */
const LARGE = 100;
/**
 * Such a page is read from the second frame on. In the first one the browser computes its styles, as it is hidden now;
 * whoever asks for one before waits for that.
 */
const WAITS = 2;

interface Task {
  /** An element or a shadow root. */
  node: Node;
  /** It is not text of the message around it. */
  apart: boolean;
  /** The child to go on with. */
  from: Node | undefined;
  restarts: number;
}

export class Backlog {
  readonly #tasks: Task[] = [];
  readonly #host: Element;
  readonly #hidden = new Set<Element>();
  /** All of the page is to be read. */
  #isWhole = false;
  /** Frames to wait for. */
  #waits = 0;

  constructor(host: Element) {
    this.#host = host;
  }

  get isEmpty(): boolean {
    return this.#tasks.length === 0;
  }

  add(node: Node, apart: boolean): void {
    this.#tasks.push({ node, apart, from: undefined, restarts: 0 });
  }

  /** All of `root` is to be read, whatever was left before. */
  restart(root: Element | ShadowRoot): void {
    this.#tasks.length = 0;
    this.#isWhole = true;
    this.#waits = isLarge(root) ? WAITS : 0;
    this.add(root, false);
  }

  /** A frame begins. */
  begin(): void {
    this.#waits = Math.max(0, this.#waits - 1);
  }

  /** Reads until the slice is full, and hides what is left. */
  run(inner: DomGuard): void {
    while (this.#waits === 0 && !inner.is_full()) {
      const task = this.#tasks.pop();
      if (!task) break;
      if (task.node.isConnected) this.#read(inner, task);
    }
    this.#hide();
    if (this.isEmpty) this.#isWhole = false;
  }

  /** Reads an element that is in no page. */
  rehearse(inner: DomGuard, element: Element): void {
    this.#read(inner, { node: element, apart: true, from: undefined, restarts: 0 });
  }

  /** Forgets what is left, and shows it. */
  clear(): void {
    this.#tasks.length = 0;
    this.#hide();
  }

  #read(inner: DomGuard, task: Task): void {
    const { node, apart, restarts } = task;
    const isLost = task.from !== undefined && task.from.parentNode !== node;
    const from = isLost ? undefined : task.from;
    const again = restarts + (isLost ? 1 : 0);
    const { length } = this.#tasks;
    const next = inner.read_in(node, from, apart, again <= MAX_RESTARTS);
    // Before it what was found in it, so that there is never much to remember.
    if (next) this.#tasks.splice(length, 0, { node, apart, from: next, restarts: again });
  }

  #hide(): void {
    const left = new Set(this.#isWhole && !this.isEmpty ? [this.#host] : this.#tasks.map(({ node }) => hostOf(node)));
    for (const element of this.#hidden) if (!left.has(element)) unveil(element, this);
    for (const element of left) if (!this.#hidden.has(element)) veil(element, this, 'all');
    this.#hidden.clear();
    for (const element of left) this.#hidden.add(element);
  }
}

/** Without a look at all of it. */
export function isLarge(root: Element | ShadowRoot): boolean {
  if (root.childElementCount > LARGE) return true;
  const elements = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_ELEMENT);
  for (let count = 0; count <= LARGE; count += 1) if (!elements.nextNode()) return false;
  return true;
}

/** The element that a shadow root belongs to; others are themselves. */
export function hostOf(node: Node): Element {
  return node.nodeType === Node.DOCUMENT_FRAGMENT_NODE ? (node as ShadowRoot).host : node as Element;
}
