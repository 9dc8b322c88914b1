// Prints what an evaluation found.

/** Rules listed as those with the most false hits; the JSON file has all. */
const MAX_RULES = 25;
const NAME_WIDTH = 34;
const CELL_WIDTH = 11;

export function printReport({ rows, benign, all, bySource, byCategory, byRisk, byRule, ms }) {
  table('By source', ['rows', 'unsafe', 'hit', 'recall', 'safe', 'hit', 'only flag', 'false rate', 'precision'],
    [...Object.entries(bySource), ['all', all]], (own) =>
      [own.rows, own.unsafe, own.unsafeHit, percent(own.recall), own.safe, own.safeHit, own.safeOnlyFlagged, percent(own.falsePositiveRate), percent(own.precision)]);
  table('Unsafe rows by category', ['rows', 'hit', 'recall'], Object.entries(byCategory), (own) => [own.rows, own.unsafeHit, percent(own.recall)]);
  const columns = ['unsafe hit', 'safe hit', 'benign hit', 'precision'];
  const cells = (own) => [own.unsafeHit, own.safeHit, own.benignHit, percent(own.precision)];
  table('Rows hit, by risk', columns, Object.entries(byRisk), cells);
  const falseRules = Object.entries(byRule).filter(([, { safeHit }]) => safeHit > 0);
  table('Rules with the most false hits', columns, falseRules.slice(0, MAX_RULES), cells);
  if (falseRules.length > MAX_RULES) console.log(`  … and ${falseRules.length - MAX_RULES} more; --json has all`);

  console.log(`\nBenign rows that are hit (${benign.sources.join(', ') || 'no such source here'})`);
  for (const { id, verdicts } of benign.hits) {
    for (const { rule, action, found } of verdicts) console.log(`  ${id}  ${rule} (${action})  ${JSON.stringify(found)}`);
  }
  console.log(`  ${benign.hit} of ${benign.rows}: ${percent(benign.rate)}, with 95 % confidence at most ${percent(benign.upTo)}`);
  console.log(`\n${rows} rows in ${(ms / 1000).toFixed(1)} s`);
}

function table(title, columns, entries, cells) {
  console.log(`\n${title}`);
  console.log(`  ${''.padEnd(NAME_WIDTH)}${columns.map((name) => name.padStart(CELL_WIDTH)).join('')}`);
  for (const [name, own] of entries) {
    console.log(`  ${name.padEnd(NAME_WIDTH)}${cells(own).map((cell) => String(cell).padStart(CELL_WIDTH)).join('')}`);
  }
  if (entries.length === 0) console.log('  none');
}

function percent(part) {
  return part === null ? '–' : `${(part * 100).toFixed(2)} %`;
}
