/** Images wait until somebody has looked at them. */
import { GuardError } from '../error.js';

/** An image that waits. */
export interface HeldImage {
  /** Its address, as the attribute has it: `src`, `srcset`, `poster`, `href` or `xlink:href`. */
  url: string;
  /** Its text; empty: none. */
  alt: string;
  /** The element that would show it. */
  element: Element;
}

/** Which images wait. */
export interface HoldOptions {
  /** Selector of images that no model made, such as avatars: they are left alone. */
  ignore?: string;
}

type Verdict = 'checking' | 'passed' | 'refused';

/** Addresses whose verdict is remembered; the oldest is asked again. */
const MAX_REMEMBERED = 512;
/** Attributes that make an image, by element. */
// `srcset` would be taken in place of `src`, `xlink:href` where there is no `href`.
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  IMG: ['src', 'srcset'], SOURCE: ['srcset'], VIDEO: ['poster'], image: ['href', 'xlink:href'],
};
const XLINK = 'http://www.w3.org/1999/xlink';
/** Their local names, which are what an observer tells. */
const OBSERVED = new Set<string | null>(['src', 'srcset', 'poster', 'href']);
const SELECTOR = 'img, picture source, video, image';
/** For style sheets: `checking` or `refused`. */
const STATE = 'data-tidegate-held';

/**
 * Holds the images under `root`, those of now and of later, until `check` answers `true` for their
 * address. One that is refused, or whose check fails, is not shown. Acts before paint. Returns a
 * function that ends it; what is held then stays held.
 */
export function holdImages(
  root: Element, check: (image: HeldImage) => boolean | Promise<boolean>, { ignore }: HoldOptions = {},
): () => void {
  if (typeof check !== 'function') throw new GuardError('guard/options', 'check is a function');
  const verdicts = new Map<string, Verdict>();
  /** What each element shows once it may. */
  const held = new WeakMap<Element, Map<string, string>>();
  let isOver = false;

  const settle = (url: string, verdict: Verdict, element: Element, attribute: string): void => {
    // The element may show another image by now.
    if (isOver || held.get(element)?.get(attribute) !== url) return;
    if (verdict !== 'passed') return element.setAttribute(STATE, verdict);
    release(element, attribute);
    element.setAttributeNS(namespaceOf(attribute), attribute, url);
  };
  const release = (element: Element, attribute: string): void => {
    const own = held.get(element);
    own?.delete(attribute);
    if (own?.size === 0) element.removeAttribute(STATE);
  };
  const ask = async (url: string, element: Element): Promise<Verdict> => {
    try {
      return await check({ url, alt: element.getAttribute('alt') ?? '', element }) === true ? 'passed' : 'refused';
    } catch {
      return 'refused';
    }
  };
  const asking = new Map<string, Promise<Verdict>>();
  const hold = (element: Element, attribute: string): void => {
    const url = element.getAttributeNS(namespaceOf(attribute), localName(attribute));
    if (url === null || url === '') return;
    if (verdicts.get(url) === 'passed') return release(element, attribute);
    const own = held.get(element) ?? new Map<string, string>();
    held.set(element, own.set(attribute, url));
    element.removeAttributeNS(namespaceOf(attribute), localName(attribute));
    const known = verdicts.get(url);
    element.setAttribute(STATE, known ?? 'checking');
    if (known) return;
    let answer = asking.get(url);
    if (!answer) {
      answer = ask(url, element);
      asking.set(url, answer);
    }
    void answer.then((verdict) => {
      asking.delete(url);
      verdicts.delete(url);
      verdicts.set(url, verdict);
      for (const oldest of verdicts.keys()) if (verdicts.size > MAX_REMEMBERED) verdicts.delete(oldest);
      settle(url, verdict, element, attribute);
    });
  };
  const visit = (element: Element): void => {
    if (ignore !== undefined && element.closest(ignore)) return;
    for (const attribute of SOURCES[element.tagName] ?? []) hold(element, attribute);
  };
  const visitAll = (top: Element): void => {
    if (top.matches(SELECTOR)) visit(top);
    for (const element of top.querySelectorAll(SELECTOR)) visit(element);
  };

  const view = root.ownerDocument.defaultView ?? window;
  const observer = new view.MutationObserver((records) => {
    for (const { type, target, attributeName, addedNodes } of records) {
      if (type === 'attributes' && OBSERVED.has(attributeName)) visit(target as Element);
      for (const node of addedNodes) if (node.nodeType === 1) visitAll(node as Element);
    }
  });
  // Not filtered here: such a filter lets no attribute of a namespace through.
  observer.observe(root, { subtree: true, childList: true, attributes: true });
  visitAll(root);
  return () => {
    isOver = true;
    observer.disconnect();
  };
}

/** Whatever prefix an element has it under. */
function namespaceOf(attribute: string): string | null {
  return attribute === 'xlink:href' ? XLINK : null;
}

function localName(attribute: string): string {
  return attribute.replace('xlink:', '');
}
