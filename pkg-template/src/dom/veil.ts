/** Hides elements of a page for as long as anybody has a reason to. */

/** `all`: nothing in it is seen or read out; `rest`: what is made visible within it shows through. */
export type Extent = 'all' | 'rest';

interface Veiled {
  /** By who hides it. */
  reasons: Map<object, Extent>;
  /** What its own style said: value and priority. */
  own: Map<string, [string, string]>;
  /** What its own `aria-hidden` said; absent while that is its own. */
  ownAria?: string | null;
}

const veils = new WeakMap<Element, Veiled>();
/**
 * What is inherited has the browser compute the styles of all that is in it: 20 ms for 10,000 nodes. So only what
 * others may show through is hidden by its visibility.
 */
const STYLES: Readonly<Record<Extent, Readonly<Record<string, string>>>> = {
  all: { opacity: '0', 'clip-path': 'inset(100%)' },
  rest: { visibility: 'hidden' },
};

export function veil(element: Element, owner: object, extent: Extent): void {
  const veiled = veils.get(element) ?? { reasons: new Map(), own: new Map() };
  veiled.reasons.set(owner, extent);
  veils.set(element, veiled);
  dress(element, veiled);
}

export function unveil(element: Element, owner: object): void {
  const veiled = veils.get(element);
  if (!veiled?.reasons.delete(owner)) return;
  dress(element, veiled);
  if (veiled.reasons.size > 0) return;
  veils.delete(element);
  if (element.getAttribute('style') === '') element.removeAttribute('style');
}

function dress(element: Element, veiled: Veiled): void {
  const extents = [...veiled.reasons.values()];
  for (const extent of ['all', 'rest'] as const) dressAs(element, veiled, extent, extents.includes(extent));
  silence(element, veiled, extents.includes('all'));
}

/** Through the object model, so that it is no inline style to a content security policy. */
function dressAs(element: Element, { own }: Veiled, extent: Extent, isHidden: boolean): void {
  const style = (element as HTMLElement).style as CSSStyleDeclaration | undefined;
  if (!style) return;
  for (const [name, value] of Object.entries(STYLES[extent])) {
    const before = own.get(name);
    if (isHidden && !before) {
      own.set(name, [style.getPropertyValue(name), style.getPropertyPriority(name)]);
      style.setProperty(name, value, 'important');
    } else if (!isHidden && before) {
      own.delete(name);
      style.setProperty(name, ...before);
    }
  }
}

/** What cannot be seen is not to be read out either. */
function silence(element: Element, veiled: Veiled, isHidden: boolean): void {
  const { ownAria } = veiled;
  if (isHidden && ownAria === undefined) {
    veiled.ownAria = element.getAttribute('aria-hidden');
    element.setAttribute('aria-hidden', 'true');
  } else if (!isHidden && ownAria !== undefined) {
    delete veiled.ownAria;
    if (ownAria === null) element.removeAttribute('aria-hidden');
    else element.setAttribute('aria-hidden', ownAria);
  }
}
