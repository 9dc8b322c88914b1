/** Shadow roots that come while somebody guards the page; no observer tells of them. */

/** By host, closed ones too, as far as their making was seen. */
const made = new WeakMap<Element, ShadowRoot>();
const listeners = new Set<(shadow: ShadowRoot) => void>();
let putBack: (() => void) | undefined;

/** The shadow root of an element, if it can be known. */
export function shadowOf(element: Element): ShadowRoot | undefined {
  return element.shadowRoot ?? made.get(element);
}

/** Listens until the returned function is called. */
export function watchShadows(listen: (shadow: ShadowRoot) => void): () => void {
  listeners.add(listen);
  putBack ??= replaceAttachShadow();
  return () => {
    listeners.delete(listen);
    if (listeners.size > 0) return;
    putBack?.();
    putBack = undefined;
  };
}

function replaceAttachShadow(): () => void {
  const { prototype } = Element;
  const original = prototype.attachShadow;
  const attachShadow: Element['attachShadow'] = function (this: Element, init) {
    const shadow = Reflect.apply(original, this, [init]);
    made.set(this, shadow);
    for (const listen of [...listeners]) listen(shadow);
    return shadow;
  };
  prototype.attachShadow = attachShadow;
  return () => {
    // Whoever has replaced it meanwhile calls this one.
    if (prototype.attachShadow === attachShadow) prototype.attachShadow = original;
  };
}
