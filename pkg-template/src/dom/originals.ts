/** What stood where something else is shown now, so that it can be judged again and put back. */

/** Most nodes whose original is known; of more it is not put back. */
const MAX_ORIGINALS = 10_000;
/** How many nodes are looked through for each batch of changes in which some were removed. */
const SWEPT_NODES = 64;

/** A text node or a field's value, or the attribute of this name. */
export type Part = 'data' | 'value' | `@${string}`;

/** `null`: there is no such attribute. */
interface Pair {
  raw: string | null;
  shown: string | null;
}

export class Originals {
  readonly #known = new WeakMap<Node, Map<Part, Pair>>();
  /** Those of `#known` that are in the page, as far as there is room. */
  readonly #nodes = new Set<Node>();
  readonly #isAddress: (part: Part) => boolean;
  #unswept = 0;

  /** Addresses are not put back into what left the page: it would load them. */
  constructor(isAddress: (part: Part) => boolean) {
    this.#isAddress = isAddress;
  }

  /** Whether anything of it is shown in place of something else. */
  isKnown(node: Node): boolean {
    return this.#known.has(node);
  }

  /** Whether what is there is what is shown in place of something else. */
  isShown(node: Node, part: Part): boolean {
    const pair = this.#known.get(node)?.get(part);
    return pair !== undefined && pair.shown === read(node, part);
  }

  /** What the page put there. It may have added to what is shown. */
  raw(node: Node, part: Part): string | null {
    const now = read(node, part);
    const pair = this.#known.get(node)?.get(part);
    if (!pair) return now;
    const { raw, shown } = pair;
    if (now === shown) return raw;
    if (part !== 'data' || !now || !shown || !now.startsWith(shown)) return now;
    return raw + now.slice(shown.length);
  }

  /** Shows something in place of `raw`, or `raw` itself; `true` if anything was to be changed. */
  show(node: Node, part: Part, raw: string | null, shown: string | null): boolean {
    const parts = this.#known.get(node);
    if (shown !== raw) {
      const room = this.#nodes.has(node) || this.#nodes.size < MAX_ORIGINALS;
      if (room) this.#known.set(node, (parts ?? new Map<Part, Pair>()).set(part, { raw, shown }));
      if (room) this.#nodes.add(node);
    } else if (parts?.delete(part) && parts.size === 0) {
      this.#known.delete(node);
      this.#nodes.delete(node);
    }
    if (read(node, part) === shown) return false;
    write(node, part, shown);
    return true;
  }

  /** Some nodes were removed: those that left the page get their text back, and are forgotten. */
  sweep(): void {
    this.#unswept += SWEPT_NODES;
    if (this.#unswept < this.#nodes.size) return;
    this.#unswept = 0;
    for (const node of this.#nodes) if (!node.isConnected) this.#putBack(node, (part) => !this.#isAddress(part));
  }

  /** Puts everything back. */
  restore(): void {
    for (const node of this.#nodes) this.#putBack(node, () => true);
  }

  #putBack(node: Node, goes: (part: Part) => boolean): void {
    this.#nodes.delete(node);
    const parts = this.#known.get(node) ?? [];
    for (const [part, { raw, shown }] of [...parts]) {
      if (!goes(part)) continue;
      if (read(node, part) === shown) write(node, part, raw);
      this.#known.get(node)?.delete(part);
    }
  }
}

function read(node: Node, part: Part): string | null {
  if (part === 'data') return (node as Text).data;
  if (part === 'value') return (node as HTMLInputElement).value;
  return (node as Element).getAttribute(part.slice(1));
}

function write(node: Node, part: Part, text: string | null): void {
  if (part === 'data') (node as Text).data = text ?? '';
  else if (part === 'value') (node as HTMLInputElement).value = text ?? '';
  else if (text === null) (node as Element).removeAttribute(part.slice(1));
  else (node as Element).setAttribute(part.slice(1), text);
}
