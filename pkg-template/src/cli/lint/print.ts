/** What `lint` found, for people and as JSON. */
import type { TermHits } from './benign.js';
import type { Coverage } from './coverage.js';
import { OUTCOMES } from '../test/expectations.js';
import type { Entry } from './finder.js';
import type { Shadow } from './shadows.js';

/** Lines of a list before it is cut; `--json` has all. */
const MAX_LINES = 30;

export interface LintResult {
  policy: string;
  rules: number;
  benign: { files: string[]; rows: number; outcomes: Record<string, number>; maxRate: number } | undefined;
  hits: (TermHits & { rate: number })[];
  coverage: Coverage;
  shadows: Shadow[];
  dead: { entry: Entry; phrase: string }[];
  useless: string[];
  short: Entry[];
  written: { file: string; hitting: number; inVain: number; emptied: string[]; inlined: string[] } | undefined;
}

export function printLint(result: LintResult, asJson: boolean): void {
  if (asJson) console.log(JSON.stringify(plain(result), undefined, 2));
  else printText(result);
}

/** Terms instead of entries. */
function plain({ hits, shadows, dead, short, useless, ...rest }: LintResult): object {
  const term = ({ rule, text }: Entry): object => ({ rule: rule.id, ...(text === undefined ? {} : { term: text }) });
  return {
    ...rest,
    hits: hits.map(({ entry, ...counts }) => ({ ...term(entry), ...counts })),
    shadowed: shadows.map(({ entry, by, why }) => ({ ...term(entry), why, by: term(by) })),
    dead: dead.map(({ entry, phrase }) => ({ ...term(entry), phrase })),
    uselessAllow: useless,
    oneCharacter: short.map(term),
  };
}

function printText({ policy, rules, benign, hits, coverage, shadows, dead, useless, short, written }: LintResult): void {
  const combinations = coverage.risks.reduce((sum, risk) => sum + risk.combinations, 0);
  console.log(`${policy}: ${rules} rules, ${coverage.terms} different terms, ${combinations} combinations`);

  if (benign) {
    const hit = benign.rows - (benign.outcomes['clean'] ?? 0);
    const outcomes = OUTCOMES.slice(1).map((name) => `${name} ${benign.outcomes[name]}`).join(', ');
    console.log(`\nBenign texts: ${hit} of ${benign.rows} are hit (${percent(hit / benign.rows)}): ${outcomes}`);
    list('Terms that hit', hits, ({ entry, hits: count, rows, rate, example, where }) =>
      `${named(entry)}: ${rows} texts (${percent(rate)}), ${count} times; ${where}: ${example}`);
  } else {
    console.log('\nNo benign texts were given (--benign), so false hits were not measured.');
  }

  console.log(`\nCoverage of the standard: ${coverage.terms} terms of at least ${coverage.minimum}${coverage.isMet ? '' : ', NOT MET'}`);
  for (const source of coverage.sources) console.log(`  source: ${source}`);
  for (const { risk, clause = '–', terms, combinations, minimum, isMet } of coverage.risks) {
    const asked = minimum === 0 ? 'no minimum' : `of at least ${minimum}${isMet ? '' : ', not met'}`;
    const more = combinations === 0 ? '' : `; and ${combinations} combinations`;
    console.log(`  ${clause.padEnd(6)}${risk.padEnd(26)}${String(terms).padStart(6)} ${asked}${more}`);
  }

  list('Terms in vain (another of the same or a graver action hits wherever they stand)', shadows, ({ entry, by, why }) =>
    `${named(entry)}: ${why === 'duplicate' ? 'the same as' : why === 'covers' ? 'found by' : 'contains'} ${named(by)}`);
  list('Terms that an allow-list phrase dismisses', dead, ({ entry, phrase }) => `${named(entry)}: allowed as ${phrase}`);
  list('Allow-list phrases that cover nothing', useless, (phrase) => phrase);
  list('Terms of one character', short, named);

  if (!written) return;
  console.log(`\n${written.file}: without ${written.hitting} terms that hit and ${written.inVain} in vain; the revision went up by one`);
  if (written.emptied.length > 0) console.log(`  left out, since no term is left: ${written.emptied.join(', ')}`);
  if (written.inlined.length > 0) console.log(`  terms of files now stand in the policy: ${written.inlined.join(', ')}`);
  const whole = hits.filter(({ entry }) => entry.text === undefined);
  if (whole.length > 0) console.log(`  combinations are not pruned: ${whole.map(({ entry }) => entry.rule.id).join(', ')}`);
}

function list<Item>(title: string, items: readonly Item[], line: (item: Item) => string): void {
  console.log(`\n${title}: ${items.length === 0 ? 'none' : items.length}`);
  for (const item of items.slice(0, MAX_LINES)) console.log(`  ${line(item)}`);
  if (items.length > MAX_LINES) console.log(`  … and ${items.length - MAX_LINES} more; --json prints all`);
}

function named({ rule, text }: Entry): string {
  return text === undefined ? rule.id : `${text} (${rule.id})`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3).replace(/\.?0+$/, '')} %`;
}
