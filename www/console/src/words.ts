/** The console's words; the two tables must have the same keys, which the types check. */
import type { Locale } from '../../src/locale.js';
import { Words } from '../../src/words.js';
import { EN } from './words-en.js';
import { ZH } from './words-zh.js';

export type Word = keyof typeof EN;

const words = new Words<Word>({ en: EN, 'zh-CN': ZH }, 'data-word');

export const say = words.say.bind(words);
export const isWord = words.has.bind(words);

export function setLocale(locale: Locale): void {
  words.speak(locale);
  document.title = say('title');
}
