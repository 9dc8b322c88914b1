/** What a frame may cost: what is left to read is read in slices, one a frame. */

/** What a slice of what is hidden may take, ms. The core looks after each node. */
const SLICE_MS = 0.4;
/**
 * So many are read in any case after some slices of fewer, or a slow device would hide a page for long. A single slow one
 * ends at once: the browser did something else meanwhile, such as compiling; and that may come twice in a row.
 */
const LEAST_NODES = 16;
const SHORT_SLICES = 2;

export class Slices {
  /** Begins the slice of a frame. */
  readonly #onFrame: () => void;
  #isAsked = false;
  #isNew = false;
  /** When the slice of this frame is to end; absent in one that began with nothing left to read. */
  #end: number | undefined;
  /** Slices of fewer nodes in a row. */
  #short = 0;
  /** Nodes that were read in this frame, and how many it reads in any case. */
  #nodes = 0;
  #least = 1;

  constructor(onFrame: () => void) {
    this.#onFrame = onFrame;
  }

  /** Whether this frame, in which so many nodes were read, has cost what it may. */
  isLate(nodes: number): boolean {
    this.#nodes = nodes;
    return this.#end !== undefined && nodes >= this.#least && performance.now() >= this.#end;
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
      this.#short = this.#end !== undefined && this.#nodes < LEAST_NODES ? this.#short + 1 : 0;
      this.#end = isEmpty() ? undefined : performance.now() + SLICE_MS;
      this.#least = this.#short > SHORT_SLICES ? LEAST_NODES : 1;
      this.#nodes = 0;
      this.#onFrame();
    });
  }
}
