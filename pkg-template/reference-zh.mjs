/**
 * The Chinese of the API reference. `reference-zh.json` has it beside the English comments of the
 * types, comment by comment, so that a comment that changes is missed there until its Chinese is
 * written anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('./reference-zh.json', import.meta.url);

export class Chinese {
  #texts = JSON.parse(readFileSync(FILE, 'utf8'));
  /** In the order in which the pages ask, with what is not there as an empty text. */
  #asked = new Map();

  /** The Chinese of a comment, however its lines are broken; the English if there is none. */
  of(comment) {
    const key = unbroken(comment);
    if (key === '') return '';
    const text = this.#texts[key] ?? '';
    this.#asked.set(key, text);
    return text === '' ? comment : text;
  }

  /** What has no Chinese, and what has an English that no comment says. */
  complaints() {
    const missing = [...this.#asked].filter(([, text]) => text === '').map(([key]) => `no Chinese in pkg-template/reference-zh.json: ${key}`);
    const left = Object.keys(this.#texts).filter((key) => !this.#asked.has(key)).map((key) => `no comment says this any more, take it out of pkg-template/reference-zh.json: ${key}`);
    return [...missing, ...left];
  }

  /** Writes what was asked for: new comments with an empty text, for somebody to fill, and none that is not used. */
  write() {
    writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(this.#asked), undefined, 2)}\n`);
  }
}

/** Each paragraph on one line. */
function unbroken(comment) {
  return comment.split(/\n\s*\n/).map((paragraph) => paragraph.replace(/\s+/g, ' ').trim()).join('\n\n');
}
