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
  /** What is to run before it begins, each in a frame of its own. */
  rehearsals(): (() => void)[];
  begin(): void;
}

/** What it needs of its guard. */
export interface LaterContext {
  timer(ms: number, run: () => void): () => void;
  begins(): void;
}

export class LaterAttachment implements Attachment {
  readonly #host: Element;
  readonly #changes: Changes;
  readonly #context: LaterContext;
  /** Closed shadow roots that are made meanwhile are known afterwards. */
  readonly #forget = watchShadows(() => {});
  #attachment: Beginning | undefined;
  /** One a frame. */
  readonly #steps: (() => void)[];
  #cancelAgain = (): void => {};

  constructor(root: Element | ShadowRoot, changes: Changes, make: () => Beginning, context: LaterContext) {
    this.#host = hostOf(root);
    this.#context = context;
    this.#changes = changes;
    changes.observe(root);
    this.#steps = [
      () => {
        const attachment = make();
        this.#attachment = attachment;
        this.#steps.push(() => this.#rehearse(attachment));
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

  #rehearse(attachment: Beginning): void {
    // What has not been read is hidden when it has begun.
    this.#steps.push(...attachment.rehearsals(), () => this.#context.begins(), () => attachment.begin(), () => this.#show());
  }

  #ask(): void {
    requestAnimationFrame(() => this.#step());
  }

  #step(): void {
    const [step] = this.#steps;
    try {
      step?.();
    } catch (thrown) {
      this.#cancelAgain = this.#context.timer(AGAIN_MS, () => this.#step());
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
