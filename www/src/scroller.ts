/** Keeps the newest text in sight until the user scrolls up, and offers a way back. */

/** This close to the end, in CSS pixels, counts as being at the end. */
const NEAR_END_PX = 48;

export class Scroller {
  /** Until something is asked, the page begins at its beginning, however small the screen. */
  private started = false;
  private following = true;
  private lastTop = 0;

  constructor(private readonly box: HTMLElement, private readonly jump: HTMLButtonElement) {
    box.addEventListener('scroll', () => this.scrolled(), { passive: true });
    jump.addEventListener('click', () => this.toEnd());
    new ResizeObserver(() => this.grown()).observe(box);
  }

  /** Call after the content changed. */
  grown(): void {
    if (!this.started) return;
    if (this.following) this.box.scrollTop = this.box.scrollHeight;
    this.jump.hidden = this.following || this.distance() <= NEAR_END_PX;
  }

  /** Goes to the end and follows again. */
  toEnd(): void {
    this.started = true;
    this.following = true;
    this.grown();
  }

  private scrolled(): void {
    const top = this.box.scrollTop;
    // Growth never moves the view up; only the user does.
    if (top < this.lastTop - 1) this.following = false;
    if (this.distance() <= NEAR_END_PX) this.following = true;
    this.lastTop = top;
    this.jump.hidden = this.following || !this.started;
  }

  private distance(): number {
    return this.box.scrollHeight - this.box.clientHeight - this.box.scrollTop;
  }
}
