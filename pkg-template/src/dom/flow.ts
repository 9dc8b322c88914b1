/** How nodes lie in the text around them: the numbers of `src/wasm/dom/nodes.rs`. */

export const INLINE = 0;
export const BLOCK = 1;
export const ATOM = 2;
export const ASIDE = 3;
export const BREAK = 4;
export const UNSEEN = 5;
export const TEXT = 6;
/** Added to these: the element is a message. */
export const MESSAGE = 8;

const NAMES: readonly (readonly [number, string])[] = [
  // Whatever their style: letters that are animated one by one are often blocks to a style sheet.
  [INLINE, 'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr output q rb rtc '
    + 'ruby s samp small span strike strong sub sup time tt u var wbr'],
  // So hardly ever anything else that their style need not be asked for.
  [BLOCK, 'article aside blockquote body dd details dialog dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 '
    + 'header hr legend li main nav ol option p pre section summary table tbody td tfoot th thead tr ul'],
  // They stand in the text like a character; what they hold is read by itself.
  [ATOM, 'audio button canvas embed iframe img input math meter object picture progress select svg textarea video'],
  // They stand beside the text.
  [ASIDE, 'rp rt'],
  [BREAK, 'br'],
  [UNSEEN, 'base head link meta noscript param script source style template track'],
];
const EDITABLE = '[contenteditable]';
const FLOWS = new Map(NAMES.flatMap(([flow, names]) => names.split(' ').map((name) => [name, flow] as const)));

/** The flow of an element; the style decides of one whose name does not. */
export function flowOf(element: Element): number {
  const known = FLOWS.get(element.localName);
  if (known !== undefined) return known;
  const { display } = getComputedStyle(element);
  if (display === 'none') return ASIDE;
  return /^(inline|ruby|contents$)/.test(display) ? INLINE : BLOCK;
}

/** Fields hold the user's text. */
export function isField(node: Node | null): node is HTMLInputElement | HTMLTextAreaElement {
  const name = (node as Element | null)?.localName;
  return name === 'input' || name === 'textarea';
}

/**
 * Whether the user edits what is in it. Not by `isContentEditable`, for which the browser brings the
 * styles of the page up to date first.
 */
export function isEditable(element: Element): boolean {
  for (let at = element.closest(EDITABLE); at; at = at.parentElement?.closest(EDITABLE) ?? null) {
    const value = at.getAttribute('contenteditable')?.toLowerCase() ?? '';
    if (value === 'false') return false;
    if (/^(true|plaintext-only|)$/.test(value)) return true;
  }
  return element.ownerDocument.designMode === 'on';
}
