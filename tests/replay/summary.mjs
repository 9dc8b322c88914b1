// Counts and prints what a replay found.

/** From mild to severe; a row counts under the most severe that happened to it. */
const FATES = ['untouched', 'flagged', 'masked', 'terminated', 'retracted', 'failed'];

/** What happened to one row. */
export function fateOf({ state, verdicts }) {
  if (state === 'failed' || state === 'open') return 'failed';
  if (state === 'retracted' || state === 'terminated') return state;
  if (verdicts.some(({ action }) => action === 'mask' || action === 'replace')) return 'masked';
  return verdicts.length > 0 ? 'flagged' : 'untouched';
}

export function summarize({ results, stats, stored, timing, upstream }) {
  const labels = {};
  const rules = {};
  for (const result of results) {
    const counts = (labels[result.label] ??= { rows: 0, ...Object.fromEntries(FATES.map((fate) => [fate, 0])) });
    counts.rows += 1;
    counts[fateOf(result)] += 1;
    for (const { rule } of result.verdicts) rules[rule] = (rules[rule] ?? 0) + 1;
  }
  const sum = (field) => results.reduce((total, result) => total + field(result), 0);
  const verdicts = sum(({ verdicts }) => verdicts.length);
  const records = {
    verdicts, accepted: stats.accepted, pending: stats.pending, dropped: stats.dropped, rejected: stats.rejected,
    stored: stored.length, storedIds: new Set(stored.map(({ id }) => id)).size,
  };
  const characters = { total: sum(({ total }) => total), shown: sum(({ shown }) => shown.length) };
  const differing = results.filter(({ sameWhenPushed }) => !sameWhenPushed).map(({ id }) => id);
  const unequal = results.filter(({ verdicts, reported }) => verdicts.length !== reported).map(({ id }) => id);
  const { chunks, p50, p99, max } = timing;
  const isSound =
    results.every((result) => fateOf(result) !== 'failed') && differing.length === 0 && unequal.length === 0 &&
    records.stored === verdicts && records.storedIds === verdicts;
  return { labels, rules, records, characters, differing, unequal, upstream, push: { chunks, p50, p99, max }, isSound };
}

/** One line for one row. */
export function printRow(result) {
  const rules = [...new Set(result.verdicts.map(({ rule }) => rule))].join(',') || '-';
  const shown = `${result.shown.length}/${result.total}`;
  const failure = result.error ? `  ${result.error}` : '';
  console.log(`${result.id}  ${result.label}  ${result.state}  ${rules}  shown ${shown}  reported ${result.reported}${failure}`);
}

export function printTotals({ labels, rules, records, characters, differing, unequal, upstream, push, isSound }) {
  console.log('\nTotals');
  console.log(`  ${['label', 'rows', ...FATES].map((word) => word.padEnd(11)).join('')}`);
  for (const [label, counts] of Object.entries(labels)) {
    console.log(`  ${[label, counts.rows, ...FATES.map((fate) => counts[fate])].map((cell) => String(cell).padEnd(11)).join('')}`);
  }
  const byCount = Object.entries(rules).sort(([, a], [, b]) => b - a).map(([rule, count]) => `${rule} ${count}`);
  console.log(`  verdicts by rule: ${byCount.join(', ') || 'none'}`);
  console.log(`  UTF-16 units: ${characters.shown} shown of ${characters.total}`);
  console.log(`  records: ${records.verdicts} verdicts, ${records.accepted} accepted, ${records.stored} stored`
    + ` (${records.storedIds} ids), ${records.dropped} dropped, ${records.rejected} rejected, ${records.pending} pending`);
  if (unequal.length > 0) console.log(`  rows whose verdicts and records differ in number: ${unequal.join(', ')}`);
  console.log(`  answers of the upstream: ${upstream.started} started, ${upstream.finished} finished, ${upstream.stopped} stopped early`);
  console.log(differing.length === 0
    ? '  every row shows the same text when its tokens are pushed directly'
    : `  rows that show another text when pushed directly: ${differing.join(', ')}`);
  console.log(`  time per chunk (push): p50 ${push.p50.toFixed(1)} µs, p99 ${push.p99.toFixed(1)} µs,`
    + ` max ${push.max.toFixed(0)} µs over ${push.chunks} chunks`);
  console.log(isSound ? '  sound: no row failed, no record was lost or doubled' : '  NOT SOUND: see above');
}
