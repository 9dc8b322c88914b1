/** Hides elements of a page for as long as anybody has a reason to. */

/** `all`: nothing in it is painted; `rest`: what is made visible within it shows through. */
export type Extent = 'all' | 'rest';

interface Veiled {
  /** By who hides it. */
  reasons: Map<object, Extent>;
  /** What its own style said: value and priority. */
  own: Map<string, [string, string]>;
}

const veils = new WeakMap<Element, Veiled>();
const VALUES: Readonly<Record<string, string>> = { visibility: 'hidden', opacity: '0' };

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

/** Through the object model, so that it is no inline style to a content security policy. */
function dress(element: Element, { reasons, own }: Veiled): void {
  const style = (element as HTMLElement).style as CSSStyleDeclaration | undefined;
  if (!style) return;
  const hides = { visibility: reasons.size > 0, opacity: [...reasons.values()].includes('all') };
  for (const [name, isHidden] of Object.entries(hides)) {
    const before = own.get(name);
    if (isHidden && !before) {
      own.set(name, [style.getPropertyValue(name), style.getPropertyPriority(name)]);
      style.setProperty(name, VALUES[name] as string, 'important');
    } else if (!isHidden && before) {
      own.delete(name);
      style.setProperty(name, ...before);
    }
  }
}
