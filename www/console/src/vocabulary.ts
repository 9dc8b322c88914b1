/** The fixed words of records, and how they are called in the page's language. */
import { currentLocale } from '../../src/words.js';
import { isWord, say } from './words.js';

export const KINDS = ['verdict', 'complaint', 'drops'] as const;
export const ACTIONS = ['flag', 'mask', 'replace', 'terminate', 'retract'] as const;
export const ESCALATIONS = ['self_harm', 'property', 'abuse'] as const;
export const REVIEWS = ['none', 'upheld', 'rejected'] as const;

export type Kind = (typeof KINDS)[number] | 'other';

export function kindOf(type: string): Kind {
  return KINDS.find((kind) => type === `dev.tidegate.${kind}.v1`) ?? 'other';
}

/** The name of a value of some vocabulary (`kind_verdict`), or the value itself. */
export function nameOf(vocabulary: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  const word = `${vocabulary}_${String(value)}`;
  return isWord(word) ? say(word) : String(value);
}

/** The name of a risk, or its id if the page does not know it. */
export function riskName(id: unknown): string {
  if (id === undefined || id === null) return '';
  const known = RISKS.find((risk) => risk.id === id);
  return known ? known[currentLocale()] : String(id);
}
