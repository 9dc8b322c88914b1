/**
 * A large page is hidden at once and guarded some frames later: what runs for the first time takes many times as long,
 * and all of it would be too much for one frame.
 */
import type { Attachment } from './attach.js';
import { hostOf } from './backlog.js';
import type { Changes } from './changes.js';
import { watchShadows } from './shadows.js';
import { unveil, veil } from './veil.js';

/** Between two tries to begin while there is no core, ms. */
const AGAIN_MS = 200;

/** An attachment that has not begun. */
export interface Beginning extends Attachment {
  /** Run what is needed for a page with an element that nobody sees, each a part of it. */
  rehearsals(): (() => void)[];
  begin(): void;
}

export class LaterAttachment implements Attachment {
  readonly #host: Element;
  readonly #changes: Changes;
  readonly #timer: (ms: number, run: () => void) => () => void;
  /** Closed shadow roots that are made meanwhile are known afterwards. */
  readonly #forget = watchShadows(() => {});
  #attachment: Beginning | undefined;
  /** One a frame. */
  readonly #steps: (() => void)[];
  #cancelAgain = (): void => {};

  constructor(root: Element | ShadowRoot, changes: Changes, make: () => Beginning, timer: (ms: number, run: () => void) => () => void) {
    this.#host = hostOf(root);
    this.#timer = timer;
    this.#changes = changes;
    changes.observe(root);
    this.#steps = [
      () => {
        const attachment = make();
        this.#attachment = attachment;
        // What has not been read is hidden when it has begun.
        this.#steps.push(...attachment.rehearsals(), () => attachment.begin(), () => this.#show());
      },
    ];
    veil(this.#host, this, 'all');
    this.#ask();
  }

  /** It begins with the policies that are in use then. */
  load(): void {
    this.#attachment?.load();
  }

  stop(): void {
    this.#steps.length = 0;
    this.#cancelAgain();
    this.#changes.stop();
    this.#attachment?.stop();
    this.#show();
  }

  #ask(): void {
    requestAnimationFrame(() => this.#step());
  }

  #step(): void {
    const [step] = this.#steps;
    try {
      step?.();
    } catch (thrown) {
      this.#cancelAgain = this.#timer(AGAIN_MS, () => this.#step());
      throw thrown;
    }
    this.#steps.shift();
    if (this.#steps.length > 0) this.#ask();
  }

  #show(): void {
    this.#forget();
    unveil(this.#host, this);
  }
}
