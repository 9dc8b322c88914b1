/** Whether somebody is here: the page is seen and has the focus, and something was done in it lately. */
import type { Signal } from './types.js';

export class Presence {
  readonly #idleMs: number;
  #isVisible = true;
  #isFocused = true;
  #isFrozen = false;
  /** Monotonic time of the last input or streamed text. */
  #activeAt: number;

  /** Somebody opens the page `now`, in monotonic time as below. */
  constructor(idleMs: number, now: number) {
    this.#idleMs = idleMs;
    this.#activeAt = now;
  }

  get isVisible(): boolean {
    return this.#isVisible;
  }

  /** When nobody is taken to be here any more, if nothing is done until then. */
  get until(): number {
    return this.#activeAt + this.#idleMs;
  }

  isHere(now: number): boolean {
    return this.#isVisible && this.#isFocused && !this.#isFrozen && now < this.until;
  }

  /** Something is done, or written by the model. */
  act(now: number): void {
    this.#activeAt = now;
  }

  /** Whoever left is not here until something is done again. */
  leave(): void {
    this.#activeAt = Number.NEGATIVE_INFINITY;
  }

  hear(signal: Signal): void {
    switch (signal) {
      case 'hidden':
        this.#isVisible = false;
        break;
      case 'visible':
        this.#isVisible = true;
        break;
      case 'freeze':
        this.#isFrozen = true;
        break;
      case 'resume':
        this.#isFrozen = false;
        break;
      case 'blur':
        this.#isFocused = false;
        break;
      case 'focus':
      case 'input':
        this.#isFocused = true;
        break;
      case 'online':
      case 'offline':
        break;
    }
  }
}
