/** Terms as letters and words, roughly as the core sees them. */

const LETTER = /[\p{L}\p{N}]/u;
/** Letters of scripts that are written without spaces are words of their own. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Bopomofo}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Bopomofo}])[\p{L}\p{N}\p{M}])+/gu;
const LATIN_GAP = /[^\P{L}\p{Script=Han}][^\p{L}\p{N}]+[^\P{L}\p{Script=Han}]/u;

export interface Span {
  start: number;
  end: number;
}

/** The letters and digits, without case and width. */
export function letters(text: string): string[] {
  return [...text.normalize('NFKC').toLowerCase()].filter((letter) => LETTER.test(letter));
}

/** Where its words stand. */
export function words(text: string): Span[] {
  return Array.from(text.matchAll(WORD), (match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** Whether it has words that are also looked for without the gap between them (`new york`, `newyork`). */
export function hasLatinGap(text: string): boolean {
  return LATIN_GAP.test(text);
}
