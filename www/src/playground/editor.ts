/** A text box with line numbers, which can mark a line and go to a place. */

export class Editor {
  readonly box: HTMLTextAreaElement;
  readonly #numbers: HTMLElement;
  #lines = 0;

  constructor(root: HTMLElement) {
    this.box = root.querySelector('textarea') as HTMLTextAreaElement;
    this.#numbers = root.querySelector('.line-numbers') as HTMLElement;
    this.box.addEventListener('input', () => this.#number());
    this.box.addEventListener('scroll', () => { this.#numbers.scrollTop = this.box.scrollTop; });
  }

  set value(text: string) {
    this.box.value = text;
    this.box.scrollTop = 0;
    this.#number();
  }

  get value(): string {
    return this.box.value;
  }

  /** Marks a line, counted from 1; 0 marks none. */
  mark(line: number): void {
    this.box.setAttribute('aria-invalid', String(line > 0));
    [...this.#numbers.children].forEach((number, at) => number.classList.toggle('bad', at + 1 === line));
  }

  /** Moves the caret, and the line into sight. */
  goTo(at: number, line: number): void {
    this.box.focus();
    this.box.setSelectionRange(at, at);
    const height = this.box.scrollHeight / this.#lines;
    this.box.scrollTop = Math.max(0, (line - 1) * height - this.box.clientHeight / 2);
  }

  #number(): void {
    const lines = this.box.value.split('\n').length;
    if (lines === this.#lines) return;
    this.#lines = lines;
    this.#numbers.replaceChildren(...Array.from({ length: lines }, (_, at) => {
      const number = document.createElement('span');
      number.textContent = String(at + 1);
      return number;
    }));
    this.#numbers.scrollTop = this.box.scrollTop;
  }
}
