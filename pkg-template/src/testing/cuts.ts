/** Ways to cut a text, as a stream may. */

/** Largest piece of a random cutting, UTF-16 units. */
const MAX_PIECE = 7;

export interface Cutting {
  name: string;
  pieces: string[];
}

/** Whole, by character, and `count` times at random places, also inside a character. */
export function* cutsOf(text: string, count: number, seed: number): Generator<Cutting> {
  yield { name: 'whole', pieces: [text] };
  yield { name: 'each character', pieces: [...text] };
  const random = randomOf(seed);
  for (let number = 1; number <= count; number += 1) yield { name: `random ${number}`, pieces: randomPieces(text, random) };
}

/** Whole, by character, by UTF-16 unit, and in two at every place, also inside a character. */
export function* everyCut(text: string): Generator<string[]> {
  yield [text];
  yield [...text];
  yield text.split('');
  for (let at = 1; at < text.length; at += 1) yield [text.slice(0, at), text.slice(at)];
}

/** Pieces of 1 to 7 UTF-16 units. */
export function randomPieces(text: string, random: () => number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const size = 1 + Math.floor(random() * MAX_PIECE);
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}

/** Mulberry32: the same numbers, from 0 to 1, for the same seed everywhere. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
