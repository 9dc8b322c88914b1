// Measures `push` by itself: the same tokens, without network or client.
import { tokens } from './tokens.mjs';

/** Tokens pushed before measuring, so that the engine has compiled everything. */
const WARM_UP = 2_000;

/** What each row's message released, and how long the pushes took, in µs. */
export function pushTimes(guard, rows) {
  const cut = rows.map((row) => tokens(row.text, row.id));
  let warm = 0;
  for (const row of cut) {
    if (warm >= WARM_UP) break;
    warm += row.length;
    run(guard, row, []);
  }
  const times = [];
  const shown = cut.map((row) => run(guard, row, times));
  times.sort((a, b) => a - b);
  return { shown, chunks: times.length, p50: quantile(times, 0.5), p99: quantile(times, 0.99), max: times.at(-1) ?? 0 };
}

function run(guard, row, times) {
  const message = guard.message();
  let shown = '';
  for (const token of row) {
    const start = performance.now();
    const outcome = message.push(token);
    times.push((performance.now() - start) * 1000);
    shown += outcome.text;
  }
  return shown + message.finish().text;
}

function quantile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
