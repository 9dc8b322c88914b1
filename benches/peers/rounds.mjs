/**
 * Contenders in rounds: each round measures every one in a process of its own,
 * and medians over the rounds count. The speed of a machine that others share
 * changes within minutes, but a round is over sooner than that, so values are
 * compared within a round, and ratios vary much less than the values do.
 */
const ROUNDS = 5;
/** A contender whose process takes longer is measured in the first round only. */
const SLOW_MS = 15_000;

/** What is compared with tidegate's; of the floors, the time of passing text only. */
const COMPARED = ['mbPerSecond', 'readyMs', 'memoryBytes', 'push.p50', 'push.p99'];
const NOT_OF_FLOORS = ['readyMs', 'memoryBytes'];

/**
 * A row for each name: medians, and all `rounds` of which they are. `measure`
 * takes a name and the number of its round, and throws for one that cannot be
 * measured, which is `failed` then.
 */
export function inRounds(names, measure) {
  const rows = names.map((name) => ({ name, rounds: [], tookMs: 0 }));
  for (let round = 0; round < ROUNDS; round += 1) {
    // There and back, so that nobody always comes after the same other.
    for (const row of round % 2 === 0 ? rows : [...rows].reverse()) {
      if (row.failed || row.tookMs > SLOW_MS) continue;
      const started = performance.now();
      try {
        row.rounds.push(measure(row.name, round));
      } catch (error) {
        row.failed = error.message;
      }
      row.tookMs = Math.max(row.tookMs, performance.now() - started);
    }
  }
  return rows.map(({ name, rounds, failed }) => (failed ? { name, failed } : { ...merged(rounds), rounds }));
}

/** How `us` stands to a row: the median of the ratios within each round. */
export function ratios(us, row) {
  const ratio = {};
  for (const metric of COMPARED) {
    if (row.isFloor && NOT_OF_FLOORS.includes(metric)) continue;
    const within = row.rounds.map((theirs, round) => valueAt(us.rounds[round], metric) / valueAt(theirs, metric));
    const known = within.filter(Number.isFinite);
    if (known.length > 0) setAt(ratio, metric, median(known));
  }
  return ratio;
}

/** Values of the same shape: the median of each number, the first of all else. */
function merged(values) {
  const [first] = values;
  if (typeof first === 'number') return median(values);
  if (typeof first !== 'object' || first === null) return first;
  return Object.fromEntries(Object.keys(first).map((key) => [key, merged(values.map((value) => value[key]))]));
}

export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function valueAt(of, metric) {
  return metric.split('.').reduce((value, key) => value?.[key], of);
}

function setAt(of, metric, value) {
  const keys = metric.split('.');
  const last = keys.pop();
  const inner = keys.reduce((object, key) => (object[key] ??= {}), of);
  inner[last] = value;
}
