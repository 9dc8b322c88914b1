// Cuts a text into tokens as a model's tokenizer would, the same on every run:
// one to three characters of Chinese, pieces of words elsewhere.

import { randomOf } from '../random.mjs';

/** Longest piece of a word, in characters; longer words are cut. */
const LONGEST_PIECE = 6;
/** A word up to this long stays whole three times out of four. */
const SHORT_WORD = 8;

const PARTS = /\p{Script=Han}+|\s*[\p{L}\p{N}_'’]+|\s+|[^\s\p{L}\p{N}]/gu;
const HAN = /^\p{Script=Han}/u;

/** The tokens of `text`; joined they are `text`. `seed` chooses among plausible cuts. */
export function tokens(text, seed) {
  const random = randomOf(hashOf(seed));
  const found = [];
  let end = 0;
  for (const match of text.matchAll(PARTS)) {
    // Nothing may get lost between two parts, such as a lone combining mark.
    if (match.index > end) found.push(text.slice(end, match.index));
    found.push(...pieces([...match[0]], HAN.test(match[0]), random));
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push(text.slice(end));
  return found;
}

function pieces(characters, isHan, random) {
  if (!isHan && characters.length <= SHORT_WORD && random() < 0.75) return [characters.join('')];
  const longest = isHan ? 3 : LONGEST_PIECE;
  const cut = [];
  for (let at = 0; at < characters.length; ) {
    const next = at + 1 + Math.floor(random() * longest);
    cut.push(characters.slice(at, next).join(''));
    at = next;
  }
  return cut;
}

/** A number for a text (FNV-1a). */
function hashOf(text) {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193);
  return hash;
}
