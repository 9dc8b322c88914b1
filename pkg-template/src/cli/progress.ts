/** A bar on stderr for work that takes a while; silent when nobody looks at it. */

/** Between two drawings, ms. */
const DRAW_MS = 100;
const WIDTH = 24;

export class Progress {
  readonly #what: string;
  readonly #total: number;
  #done = 0;
  #drawnAt = 0;
  #isShown = false;

  constructor(what: string, total: number) {
    this.#what = what;
    this.#total = total;
    this.#drawnAt = performance.now();
  }

  step(): void {
    this.#done += 1;
    if (!process.stderr.isTTY) return;
    const now = performance.now();
    if (now - this.#drawnAt < DRAW_MS) return;
    this.#drawnAt = now;
    this.#isShown = true;
    const part = Math.min(1, this.#done / Math.max(1, this.#total));
    const bar = '█'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '·');
    process.stderr.write(`\r\u001B[K${this.#what} ${bar} ${Math.floor(part * 100)} %`);
  }

  end(): void {
    if (this.#isShown) process.stderr.write('\r\u001B[K');
  }
}
