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
const STYLES: Readonly<Record<Extent, readonly (readonly [string, string])[]>> = {
  all: [['opacity', '0'], ['clip-path', 'inset(100%)']],
  rest: [['visibility', 'hidden']],
};

/** One owner hides to one extent. */
export function veil(element: Element, owner: object, extent: Extent): void {
  const veiled: Veiled = veils.get(element) ?? { reasons: new Map(), own: new Map() };
  const isNew = !isHidden(veiled, extent);
  veiled.reasons.set(owner, extent);
  if (!isNew) return;
  veils.set(element, veiled);
  hide(element, veiled, extent);
}

export function unveil(element: Element, owner: object): void {
  const veiled = veils.get(element);
  const extent = veiled?.reasons.get(owner);
  if (!veiled || !extent) return;
  veiled.reasons.delete(owner);
  if (isHidden(veiled, extent)) return;
  show(element, veiled, extent);
  if (veiled.reasons.size > 0) return;
  veils.delete(element);
  if (element.getAttribute('style') === '') element.removeAttribute('style');
}

function isHidden({ reasons }: Veiled, extent: Extent): boolean {
  for (const other of reasons.values()) if (other === extent) return true;
  return false;
}

function hide(element: Element, veiled: Veiled, extent: Extent): void {
  const style = styleOf(element);
  if (style) {
    for (const [name, value] of STYLES[extent]) {
      veiled.own.set(name, [style.getPropertyValue(name), style.getPropertyPriority(name)]);
      style.setProperty(name, value, 'important');
    }
  }
  // What cannot be seen is not to be read out either.
  if (extent !== 'all') return;
  veiled.ownAria = element.getAttribute('aria-hidden');
  element.setAttribute('aria-hidden', 'true');
}

function show(element: Element, veiled: Veiled, extent: Extent): void {
  const style = styleOf(element);
  for (const [name] of STYLES[extent]) {
    style?.setProperty(name, ...veiled.own.get(name) ?? ['', '']);
    veiled.own.delete(name);
  }
  const { ownAria } = veiled;
  if (extent !== 'all' || ownAria === undefined) return;
  delete veiled.ownAria;
  if (ownAria === null) element.removeAttribute('aria-hidden');
  else element.setAttribute('aria-hidden', ownAria);
}

/** Through the object model, so that it is no inline style to a content security policy. */
function styleOf(element: Element): CSSStyleDeclaration | undefined {
  return (element as Partial<ElementCSSInlineStyle>).style;
}
