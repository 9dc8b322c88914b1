/** Which step is looked at: by buttons, by a slider, or by itself. */
import { byId } from '../dom.js';
import { icon } from '../icons.js';
import { say } from './words.js';

export class Player {
  readonly #slider = byId<HTMLInputElement>('step');
  readonly #speed = byId<HTMLSelectElement>('speed');
  readonly #show: (step: number, isPlaying: boolean) => void;
  #timer: number | undefined;

  /** `show` is called whenever another step is looked at. */
  constructor(show: (step: number, isPlaying: boolean) => void) {
    this.#show = show;
    const onClick = (id: string, act: () => void): void => byId(id).addEventListener('click', act);
    onClick('first', () => this.#go(0));
    onClick('back', () => this.#go(this.step - 1));
    onClick('forward', () => this.#go(this.step + 1));
    onClick('last', () => this.#go(this.#last));
    onClick('play', () => { if (this.#timer === undefined) this.#play(); else this.#go(this.step); });
    this.#slider.addEventListener('input', () => this.#go(this.step));
    this.#speed.addEventListener('change', () => { if (this.#timer !== undefined) this.#play(); });
  }

  get step(): number {
    return Number(this.#slider.value);
  }

  get #last(): number {
    return Number(this.#slider.max);
  }

  /** Begins anew, with the last step in sight. */
  load(steps: number): void {
    this.#slider.max = String(steps - 1);
    this.#go(steps - 1);
  }

  /** Draws everything again, as after a change of the language. */
  refresh(): void {
    const isPlaying = this.#timer !== undefined;
    const words = say(isPlaying ? 'pause' : 'play');
    byId('play').replaceChildren(icon(isPlaying ? 'pause' : 'play'), words);
    const count = say('stepCount', { step: this.step, steps: this.#last });
    byId('step-count').textContent = count;
    this.#slider.setAttribute('aria-valuetext', count);
    for (const id of ['first', 'back']) byId<HTMLButtonElement>(id).disabled = this.step === 0;
    for (const id of ['forward', 'last']) byId<HTMLButtonElement>(id).disabled = this.step === this.#last;
    this.#show(this.step, isPlaying);
  }

  #play(): void {
    this.stop();
    if (this.step === this.#last) this.#slider.value = '0';
    this.#timer = window.setInterval(() => {
      this.#slider.value = String(this.step + 1);
      if (this.step === this.#last) this.stop();
      this.refresh();
    }, 1_000 / Number(this.#speed.value));
    this.refresh();
  }

  #go(step: number): void {
    this.stop();
    this.#slider.value = String(step);
    this.refresh();
  }

  stop(): void {
    window.clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
