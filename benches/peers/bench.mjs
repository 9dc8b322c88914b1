/**
 * Measures tidegate and its peers in rounds, each in a process of its own, prints
 * tables and writes everything with ratios as JSON. Run by `cargo xtask bench`.
 *
 *     node bench.mjs '{"sizes", "only", "quick", "folder", "out"}'
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { argv, execPath, version } from 'node:process';
import { fileURLToPath } from 'node:url';
import { adapters } from './adapters.mjs';
import { inRounds, median, ratios } from './rounds.mjs';
import { SIZES } from './text.mjs';
import { printTables } from './table.mjs';

const US = 'tidegate';
/** Seconds for each timed part of one contender; what is not done by then is reported as a share. */
const SECONDS = { quick: 4, full: 8 };
const MESSAGES = { quick: 120, full: 600 };
/** The shorter a time to ready, the more it is disturbed: below this, the median of several processes counts. */
const SHORT_READY_MS = 50;
const READY_RUNS = 3;
const DEADLINE_MS = 180_000;

const { sizes, only, quick, folder, out } = JSON.parse(argv[2]);
const names = chosen(only);
const mode = quick ? 'quick' : 'full';
const report = {
  machine: { node: version, processor: cpus()[0]?.model, processors: cpus().length },
  mode,
  sizes: {},
};
for (const size of chosenSizes(sizes)) {
  const pack = child('packs.mjs', [folder, size]);
  const rows = inRounds(names, (name, round) => {
    process.stderr.write(`${size}, round ${round + 1}: ${name} (load ${loadavg()[0].toFixed(1)})\n`);
    return measure(name, size);
  });
  report.sizes[size] = { pack, rows: withRatios(rows, pack) };
  printTables(size, report.sizes[size]);
}
writeFileSync(out, `${JSON.stringify(report, null, 1)}\n`);

function chosen(only) {
  const all = Object.keys(adapters);
  if (!only) return all;
  const wanted = only.split(',');
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no contender ${unknown.join(', ')}; there are ${all.join(', ')}`);
  return wanted;
}

function chosenSizes(sizes) {
  const wanted = sizes ? sizes.split(',') : quick ? ['10k'] : Object.keys(SIZES);
  const unknown = wanted.filter((size) => !(size in SIZES));
  if (unknown.length > 0) throw new Error(`no size ${unknown.join(', ')}; there are ${Object.keys(SIZES).join(', ')}`);
  return wanted;
}

function measure(name, size) {
  const order = { adapter: name, size, folder, messages: MESSAGES[mode], seconds: SECONDS[mode] };
  const isFloor = Boolean(adapters[name].isFloor);
  const row = { ...child('measure.mjs', [JSON.stringify(order)]), isFloor };
  if (isFloor || row.readyMs > SHORT_READY_MS) return row;
  const ready = [row];
  while (ready.length < READY_RUNS) ready.push(child('measure.mjs', [JSON.stringify({ ...order, readyOnly: true })]));
  const middle = (key) => median(ready.map((one) => one[key]));
  return { ...row, readyMs: middle('readyMs'), initMs: middle('initMs') };
}

function child(script, given) {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const { stdout, stderr, status, error } = spawnSync(execPath, ['--expose-gc', '--max-old-space-size=4096', file, ...given], {
    encoding: 'utf8',
    timeout: DEADLINE_MS,
  });
  if (error?.code === 'ETIMEDOUT') throw new Error(`not done after ${DEADLINE_MS / 1000} s`);
  if (status !== 0) throw new Error(`${script} failed: ${stderr.trim().split('\n').find((line) => line.includes('Error')) ?? stderr}`);
  return JSON.parse(stdout);
}

/**
 * `ratio` of each row: how tidegate's values stand to this row's. `isFastest`:
 * the quickest peer that finds every planted term.
 */
function withRatios(rows, pack) {
  const us = rows.find(({ name, failed }) => name === US && !failed);
  if (us) us.packBytes = pack.brotli;
  for (const row of rows) {
    if (!us || row.failed) continue;
    if (row.planted > 0) row.foundShare = row.found / row.planted;
    row.ratio = ratios(us, row);
  }
  const complete = rows.filter(({ name, isFloor, failed, found, planted }) => !failed && !isFloor && !name.startsWith(US) && found === planted);
  const fastest = complete.reduce((best, row) => (row.mbPerSecond > (best?.mbPerSecond ?? 0) ? row : best), undefined);
  if (fastest) fastest.isFastest = true;
  return rows;
}
