/** A place that is filled from the network: loading, an error with a way out, or what came. */
import { el } from '../../src/dom.js';
import { Failure } from './api.js';
import { isWord, say } from './words.js';

/** What went wrong, in the page's language. */
export function reason(error: unknown): string {
  if (!(error instanceof Failure)) return say('failed', { code: String(error) });
  if (isWord(error.code)) return say(error.code);
  if (error.status === 403) return say('forbidden');
  if (error.status === 429) return say('tooMany', { s: error.retryAfterS ?? 60 });
  return say('failed', { code: error.code });
}

export class Panel {
  readonly node = el('div', { class: 'panel' });
  #asked: AbortController | undefined;

  /** Asks and shows; an older question that is still open is dropped. */
  async load<T>(ask: (signal: AbortSignal) => Promise<T>, draw: (answer: T) => Node | Node[]): Promise<void> {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    this.node.setAttribute('aria-busy', 'true');
    if (this.node.childElementCount === 0) this.node.replaceChildren(el('p', { class: 'state' }, say('loading')));
    try {
      const answer = await ask(asked.signal);
      if (asked.signal.aborted) return;
      const drawn = draw(answer);
      this.node.replaceChildren(...(Array.isArray(drawn) ? drawn : [drawn]));
    } catch (error) {
      if (asked.signal.aborted) return;
      this.#fail(error, () => { void this.load(ask, draw); });
    }
    this.node.removeAttribute('aria-busy');
  }

  #fail(error: unknown, retry: () => void): void {
    // A bug of the page must be found, not only told to the reader.
    if (!(error instanceof Failure)) console.error(error);
    const again = el('button', { type: 'button' }, say('retry'));
    again.addEventListener('click', () => {
      this.node.replaceChildren();
      retry();
    });
    this.node.replaceChildren(el('div', { class: 'state bad', role: 'alert' }, el('p', {}, reason(error)), again));
  }

  close(): void {
    this.#asked?.abort();
  }
}

/** What stands where there is nothing. */
export function emptyState(words: string): HTMLElement {
  return el('p', { class: 'state' }, words);
}
