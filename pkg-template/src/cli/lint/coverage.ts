/** How many terms a policy has for each risk, next to what the standard asks for. */
import type { PolicyRule } from '../../types.js';
import type { Entry } from './finder.js';
import { MIN_TERMS, SOURCES, STANDARD_RISKS } from './risks.js';
import type { Shadow } from './shadows.js';

export interface RiskCount {
  risk: string;
  /** Missing for risks that the standard does not name. */
  clause?: string;
  terms: number;
  combinations: number;
  /** 0: none is set. */
  minimum: number;
  isMet: boolean;
}

export interface Coverage {
  sources: string[];
  terms: number;
  minimum: number;
  isMet: boolean;
  risks: RiskCount[];
}

/** Duplicates count once; combinations are counted apart and reach no minimum. */
export function coverageOf(rules: readonly PolicyRule[], entries: readonly Entry[], shadows: readonly Shadow[]): Coverage {
  const duplicates = new Set(shadows.filter(({ why }) => why === 'duplicate').map(({ entry }) => entry));
  const counted = entries.filter((entry) => entry.text !== undefined && !duplicates.has(entry));
  const count = (risk: string, clause: string | undefined, minimum: number): RiskCount => {
    const terms = counted.filter(({ rule }) => rule.risk === risk).length;
    const combinations = rules.filter((rule) => rule.risk === risk && (rule.all?.length ?? 0) > 0).length;
    return { risk, ...(clause === undefined ? {} : { clause }), terms, combinations, minimum, isMet: terms >= minimum };
  };
  const known = new Set(STANDARD_RISKS.map(({ id }) => id));
  const others = [...new Set(rules.map(({ risk }) => risk))].filter((risk) => !known.has(risk)).sort();
  return {
    sources: SOURCES,
    terms: counted.length,
    minimum: MIN_TERMS,
    isMet: counted.length >= MIN_TERMS,
    risks: [
      ...STANDARD_RISKS.map(({ id, clause, minimum }) => count(id, clause, minimum)),
      ...others.map((risk) => count(risk, undefined, 0)),
    ],
  };
}
