/** Shows what strangers wrote: as text, isolated from what stands around it, and cut if it is huge. */
import { el } from '../../src/dom.js';
import { count } from './format.js';
import { say } from './words.js';

/** UTF-16 units of a value that are shown before it is cut. */
const SHOWN_UNITS = 400;

/** Any value as text; what is absent is an empty string. */
export function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** At most `most` UTF-16 units, not ending within a character. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const isSplit = /[\uD800-\uDBFF]/.test(text.charAt(most - 1));
  return `${text.slice(0, isSplit ? most - 1 : most)}…`;
}

/** One line of a table: cut, with no way to see more there. */
export function brief(value: unknown, most = 80): HTMLElement {
  return el('bdi', {}, cut(plain(value), most));
}

/** A value with a way to see all of it. `bdi` keeps its writing direction to itself. */
export function whole(value: unknown): HTMLElement {
  const text = plain(value);
  const shown = el('bdi', { class: 'whole' }, cut(text, SHOWN_UNITS));
  if (text.length <= SHOWN_UNITS) return shown;
  const more = el('button', { type: 'button', class: 'link' }, say('showAll', { count: count(text.length) }));
  more.addEventListener('click', () => {
    shown.textContent = text;
    more.remove();
  });
  return el('span', {}, shown, ' ', more);
}

/** A link to another site if the address is one, otherwise the address as text. */
export function outerLink(address: string): HTMLElement {
  let url: URL | undefined;
  try {
    url = new URL(address);
  } catch {
    // Then it is no address.
  }
  const isSafe = url !== undefined && ['https:', 'http:', 'mailto:'].includes(url.protocol);
  return isSafe ? el('a', { href: address, rel: 'noreferrer noopener', target: '_blank' }, el('bdi', {}, address)) : whole(address);
}
