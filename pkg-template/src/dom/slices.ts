/** What a frame may cost: what is left to read is read in slices, one a frame. */

/** What a slice of what is hidden may take, ms. The core looks after each node. */
const SLICE_MS = 0.7;

export class Slices {
  /** Begins the slice of a frame. */
  readonly #onFrame: () => void;
  #isAsked = false;
  #isNew = false;
  /** When the slice of this frame is to end; absent in one that began with nothing left to read. */
  #end: number | undefined;

  constructor(onFrame: () => void) {
    this.#onFrame = onFrame;
  }

  /** Whether this frame began with something left to read. */
  get isOfFrame(): boolean {
    return this.#end !== undefined;
  }

  /** Whether this frame has cost what it may. */
  get isLate(): boolean {
    return this.#end !== undefined && performance.now() >= this.#end;
  }

  /** `true` once in each frame. */
  takeNew(): boolean {
    const isNew = this.#isNew;
    this.#isNew = false;
    return isNew;
  }

  /** What a frame may cost is counted anew in the next, and what is left is read. */
  ask(isEmpty: () => boolean): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      this.#isNew = true;
      this.#end = isEmpty() ? undefined : performance.now() + SLICE_MS;
      this.#onFrame();
    });
  }
}
