/**
 * JSON that comes in pieces, such as the input of a tool. Interfaces read it
 * before they show it, so a string is judged as it will be read: `\u8d4c` is
 * 赌. Each string is a text of its own, and so is what stands between two of
 * them, if it is more than punctuation.
 */

/** A text that comes in pieces; both return what may be shown now. */
export interface Text {
  push(delta: string): string;
  finish(): string;
}

const PUNCTUATION = /^[\s{}[\]:,]*$/;
const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
/** Of `\u0000`. */
const UNICODE_ESCAPE_UNITS = 6;

export class GuardedJson implements Text {
  readonly #open: () => Text;
  #text: Text | undefined;
  #isString = false;
  /** An escape that is not whole yet. */
  #escape = '';

  constructor(open: () => Text) {
    this.#open = open;
  }

  push(delta: string): string {
    let shown = '';
    let run = '';
    for (let at = 0; at < delta.length; at += 1) {
      const unit = delta.charAt(at);
      if (this.#escape !== '') {
        this.#escape += unit;
        const char = unescaped(this.#escape);
        if (char === undefined) continue;
        run += char;
        this.#escape = '';
      } else if (unit === '"') {
        shown += this.#add(run) + this.#close() + unit;
        run = '';
        this.#isString = !this.#isString;
      } else if (unit === '\\' && this.#isString) {
        this.#escape = unit;
      } else {
        run += unit;
      }
    }
    return shown + this.#add(run);
  }

  finish(): string {
    return this.#close();
  }

  #add(run: string): string {
    if (run === '' || (!this.#isString && !this.#text && PUNCTUATION.test(run))) return run;
    this.#text ??= this.#open();
    return this.#written(this.#text.push(run));
  }

  #close(): string {
    const text = this.#text;
    this.#text = undefined;
    return text ? this.#written(text.finish()) : '';
  }

  #written(text: string): string {
    return this.#isString ? JSON.stringify(text).slice(1, -1) : text;
  }
}

/** The character of an escape; `undefined` while it is not whole. */
function unescaped(escape: string): string | undefined {
  const kind = escape.charAt(1);
  if (kind !== 'u') return CONTROLS[kind] ?? kind;
  if (escape.length < UNICODE_ESCAPE_UNITS) return undefined;
  return String.fromCharCode(Number.parseInt(escape.slice(2), 16));
}
