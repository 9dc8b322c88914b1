// Counts what a policy hit. A row is hit when any rule hits it, whatever the
// action; a hit on a safe row is false, one on an unsafe row is wanted.

/** `benign`: names of the sources whose safe rows give the benign rate. */
export function summarize(results, benign) {
  const innocent = results.filter(({ label, source }) => label === 'safe' && benign.includes(source));
  const hit = innocent.filter(isHit);
  return {
    rows: results.length,
    benign: {
      sources: benign.filter((name) => results.some(({ source }) => source === name)),
      rows: innocent.length,
      hit: hit.length,
      rate: share(hit.length, innocent.length),
      /** What the true rate hardly exceeds: a sample without hits is not a rate of 0. */
      upTo: upperBound(hit.length, innocent.length),
      hits: hit.map(({ id, verdicts }) => ({ id, verdicts })),
    },
    all: count(results),
    bySource: grouped(results, ({ source }) => source),
    byCategory: grouped(results.filter(({ label }) => label === 'unsafe'), ({ category }) => category),
    byRisk: tally(results, ({ risk }) => risk, benign),
    byRule: tally(results, ({ rule }) => rule, benign),
  };
}

function isHit({ verdicts }) {
  return verdicts.length > 0;
}

function grouped(results, keyOf) {
  const groups = groupBy(results, keyOf);
  return Object.fromEntries([...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, group]) => [key, count(group)]));
}

/** Node 20 has no `Map.groupBy`. */
function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}

/** Rates are `null` where there is nothing to divide by. */
function count(results) {
  const unsafe = results.filter(({ label }) => label === 'unsafe');
  const safe = results.filter(({ label }) => label === 'safe');
  const unsafeHit = unsafe.filter(isHit).length;
  const safeHit = safe.filter(isHit);
  return {
    rows: results.length,
    unsafe: unsafe.length,
    unsafeHit,
    recall: share(unsafeHit, unsafe.length),
    safe: safe.length,
    safeHit: safeHit.length,
    /** Of these, the ones whose text is shown all the same. */
    safeOnlyFlagged: safeHit.filter(({ verdicts }) => verdicts.every(({ action }) => action === 'flag')).length,
    falsePositiveRate: share(safeHit.length, safe.length),
    precision: share(unsafeHit, unsafeHit + safeHit.length),
  };
}

/** Rows that each risk or rule hit, most false ones first. */
function tally(results, keyOf, benign) {
  const counts = {};
  for (const { label, source, verdicts } of results) {
    for (const key of new Set(verdicts.map(keyOf))) {
      const own = (counts[key] ??= { unsafeHit: 0, safeHit: 0, benignHit: 0 });
      own[label === 'unsafe' ? 'unsafeHit' : 'safeHit'] += 1;
      if (label === 'safe' && benign.includes(source)) own.benignHit += 1;
    }
  }
  const rows = Object.entries(counts).map(([key, own]) => [key, { ...own, precision: share(own.unsafeHit, own.unsafeHit + own.safeHit) }]);
  return Object.fromEntries(rows.sort(([, a], [, b]) => b.benignHit - a.benignHit || b.safeHit - a.safeHit || b.unsafeHit - a.unsafeHit));
}

/** Upper end of Wilson's 95 % interval. */
function upperBound(part, whole) {
  if (whole === 0) return null;
  const z = 1.96;
  const p = part / whole;
  const spread = z * Math.sqrt((p * (1 - p)) / whole + (z * z) / (4 * whole * whole));
  return (p + (z * z) / (2 * whole) + spread) / (1 + (z * z) / whole);
}

function share(part, whole) {
  return whole === 0 ? null : part / whole;
}
