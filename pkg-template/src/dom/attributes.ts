/** Attributes that show text, and those that are addresses; and what fields hold. */
import { ADDRESSES, addressesIn } from './addresses.js';
import { isField } from './flow.js';
import type { Originals } from './originals.js';

const TEXTS: readonly string[] = [
  'title', 'alt', 'placeholder', 'label', 'value', 'aria-label', 'aria-description', 'aria-placeholder',
  'aria-roledescription', 'aria-valuetext', 'aria-braillelabel', 'aria-brailleroledescription',
];

/** Those whose changes an observer tells; of one with a namespace it tells nothing. */
export const OBSERVED: readonly string[] = [...TEXTS, ...ADDRESSES].filter((name) => !name.includes(':'));
/** Elements whose addresses belong to the page. */
const OF_THE_PAGE: readonly string[] = ['script', 'link', 'base'];

/** Judges one text that stands by itself. */
export interface Judge {
  /** What may be shown of it. */
  text(element: Element, attribute: string, text: string): string;
  /** Whether the policy hides anything in it. */
  hides(element: Element, attribute: string, address: string): boolean;
}

export class Attributes {
  readonly #originals: Originals;
  readonly #judge: Judge;
  readonly #names: ReadonlySet<string>;
  readonly #editable: boolean;

  constructor(originals: Originals, judge: Judge, { addresses, editable }: { addresses: boolean; editable: boolean }) {
    this.#originals = originals;
    this.#judge = judge;
    this.#names = new Set(addresses ? [...TEXTS, ...ADDRESSES] : TEXTS);
    this.#editable = editable;
  }

  /** Judges those of an element; `true` if anything was changed. */
  take(element: Element): boolean {
    const field = isField(element) ? element : undefined;
    let changes = false;
    for (const name of this.#namesOf(element)) changes = this.#one(element, name) || changes;
    if (field && this.#editable) changes = this.#held(field) || changes;
    return changes;
  }

  /** Most elements have none, and were not changed. */
  #namesOf(element: Element): Iterable<string> {
    if (this.#originals.isKnown(element)) return this.#names;
    return element.hasAttributes() ? element.getAttributeNames().filter((name) => this.#names.has(name)) : [];
  }

  #one(element: Element, name: string): boolean {
    const part = `@${name}` as const;
    const raw = this.#originals.raw(element, part);
    if (raw === null || !shows(element, name)) return false;
    const shown = ADDRESSES.includes(name) ? this.#address(element, name, raw) : this.#judge.text(element, name, raw);
    return this.#originals.show(element, part, raw, shown);
  }

  /** An address that may not be reached is taken out; a frame that had one goes on showing it until it gets another. */
  #address(element: Element, name: string, raw: string): string | null {
    if (!addressesIn(name, raw).some((address) => this.#judge.hides(element, name, address))) return raw;
    return name === 'src' && /^i?frame$/.test(element.localName) ? 'about:blank' : null;
  }

  /** What the user or the page wrote into a field. */
  #held(field: HTMLInputElement | HTMLTextAreaElement): boolean {
    if (/^(password|file|hidden|checkbox|radio)$/.test(field.type)) return false;
    const raw = this.#originals.raw(field, 'value') ?? '';
    return this.#originals.show(field, 'value', raw, this.#judge.text(field, 'value', raw));
  }
}

/** Whether the attribute is what it is for other elements. */
function shows(element: Element, name: string): boolean {
  if (name === 'value') return isField(element) && /^(button|submit|reset)$/.test(element.type);
  if (name === 'data') return element.localName === 'object';
  return !(name === 'href' || name === 'src') || !OF_THE_PAGE.includes(element.localName);
}
