/** What the page changes under a root. Observed from the first moment on, so that observers of the page come after this one. */
import { OBSERVED } from './attributes.js';

export class Changes {
  /** Nobody, until the page is guarded. */
  take: (records: MutationRecord[]) => void = () => {};
  readonly #observer = new MutationObserver((records) => this.take(records));

  observe(root: Node): void {
    this.#observer.observe(root, { childList: true, characterData: true, subtree: true, attributeFilter: [...OBSERVED] });
  }

  stop(): void {
    this.#observer.disconnect();
  }
}
