/** Ways to cut the text. */
import { randomOf, randomPieces } from '../../../pkg-template/src/testing/cuts.js';

export const CUTS = ['whole', 'character', 'random', 'hand'] as const;
export type Cut = typeof CUTS[number];

export const MAX_SEED = 2 ** 32 - 1;

export interface Cutting {
  cut: Cut;
  /** Of `random`; the same number cuts as `tidegate test --seed` does first. */
  seed: number;
  /** Of `hand`: where it stands the text is cut, and it is left out. */
  divider: string;
}

/** The pieces, none of them empty. */
export function piecesOf(text: string, { cut, seed, divider }: Cutting): string[] {
  return ways[cut](text, seed, divider).filter((piece) => piece !== '');
}

const ways: Record<Cut, (text: string, seed: number, divider: string) => string[]> = {
  whole: (text) => [text],
  character: (text) => [...text],
  random: (text, seed) => randomPieces(text, randomOf(seed)),
  hand: (text, _seed, divider) => divider === '' ? [text] : text.split(divider),
};

export function isCut(name: string): name is Cut {
  return (CUTS as readonly string[]).includes(name);
}
