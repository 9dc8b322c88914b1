/** Which nodes of a page are guarded, and how they lie in the text. */
import { BLOCK, flowOf, isEditable, isField, MESSAGE, TEXT, UNSEEN } from './flow.js';
import type { Checked } from './options.js';

export class Scope {
  readonly #root: Element | ShadowRoot;
  readonly #options: Checked;
  /** The element of the rehearsals, which is in no page. */
  #rehearsed: Node | undefined;

  constructor(root: Element | ShadowRoot, options: Checked) {
    this.#root = root;
    this.#options = options;
  }

  /** What is in it is reached as well. */
  rehearse(place: Node | undefined): void {
    this.#rehearsed = place;
  }

  /** A number of `flow.ts`. */
  flow(node: Node): number {
    switch (node.nodeType) {
      case Node.TEXT_NODE:
      case Node.CDATA_SECTION_NODE:
        return TEXT;
      case Node.ELEMENT_NODE:
        break;
      case Node.DOCUMENT_FRAGMENT_NODE:
        return BLOCK;
      default:
        return UNSEEN;
    }
    const element = node as Element;
    const { editable, messages, ignore } = this.#options;
    if (!editable && isEditable(element) || ignore !== '' && element.matches(ignore)) return UNSEEN;
    // A message divides texts whatever its style.
    return messages !== '' && element.matches(messages) ? BLOCK + MESSAGE : flowOf(element);
  }

  /** Whether a node is under the root, in shadow roots as well, and not in what is left alone. */
  reaches(node: Node): boolean {
    if (isField(node.parentNode)) return false;
    const { ignore } = this.#options;
    for (let at: Node = node; ;) {
      const element = at instanceof Element ? at : at.parentElement;
      if (ignore !== '' && element?.closest(ignore)) return false;
      if (this.#root.contains(at) || this.#rehearsed?.contains(at)) return true;
      const top = at.getRootNode();
      if (!(top instanceof ShadowRoot)) return false;
      at = top.host;
    }
  }
}
