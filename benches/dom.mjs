/**
 * What `guard.attach` costs a page, in Chromium:
 *
 *     node benches/dom.mjs [--nodes 10000] [--seconds 4] [--rounds 3] [--trace FILE]
 *
 * Measured is the time in the guard's own callbacks (its observer and its frames), added up by frame, and in the call of
 * `attach`: what they used of a processor, and how long that took beside all else that ran. Printed are medians of the
 * rounds, each in a page of its own. Nothing is judged. The first row has no guard: so exact is the measure. `--trace`
 * keeps the trace of the first round, with more in it.
 */
import { createServer } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { browserPath } from '../tests/browser/browsers.mjs';
import { CATEGORIES, costsIn } from './dom/costs.mjs';
import { ATTACH, BEGIN, CONTROL, END, FRAME, exercise } from './dom/page.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NAMES = { attach: ATTACH, control: CONTROL, frame: FRAME, begin: BEGIN, end: END };
/** What else is in a trace that is kept. */
const MORE_CATEGORIES = ['v8', 'v8.wasm', 'disabled-by-default-v8.gc', 'disabled-by-default-v8.compile', 'toplevel'];
const number = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({ options: { nodes: number(10_000), seconds: number(4), rounds: number(3), trace: { type: 'string' } } });
const [nodes, seconds, rounds] = [values.nodes, values.seconds, values.rounds].map(Number);

const types = { js: 'text/javascript', wasm: 'application/wasm' };
// Isolated, so that the clock counts in 5 µs.
const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const site = createServer(async ({ url }, to) => {
  const file = url === '/starter.pack' ? join(ROOT, 'dist/www/starter.pack') : join(ROOT, url);
  const body = url === '/' ? '<!doctype html><meta charset="utf-8"><main></main>' : await readFile(file).catch(() => undefined);
  return to.writeHead(body === undefined ? 404 : 200, { ...headers, 'content-type': types[url.split('.').at(-1)] ?? 'text/html' }).end(body);
}).listen(0, '127.0.0.1');
await new Promise((resolve) => site.once('listening', resolve));
const browser = await chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
const load = () => loadavg()[0].toFixed(1);

/** The parts of one round. */
async function round(traceFile) {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  await browser.startTracing(page, { categories: [...CATEGORIES, ...(traceFile ? MORE_CATEGORIES : [])] });
  await page.evaluate(exercise, { nodes, seconds, names: NAMES });
  const trace = await browser.stopTracing();
  await page.close();
  if (traceFile) await writeFile(traceFile, trace);
  return costsIn(JSON.parse(trace.toString()).traceEvents);
}

/** Rows of a name, how many frames, and of their costs p50, p99, most, and how many are over a millisecond. */
function rowsOf(parts) {
  return parts.flatMap(({ name, calls, frames }) => [
    ...calls.map((cost) => row(`${name}, the call`, [cost])),
    row(name, frames),
  ]);
}

function row(name, costs) {
  const read = (key) => costs.map((cost) => cost[key]).sort((a, b) => a - b);
  const figures = (sorted) => [quantile(sorted, 0.5), quantile(sorted, 0.99), sorted.at(-1) ?? 0, sorted.filter((ms) => ms > 1).length];
  return [name, costs.length, ...figures(read('cpu')), ...figures(read('wall'))];
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function print(all) {
  const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
  const line = (name, cells) => console.log(name.padEnd(36) + cells.map((cell) => String(cell).padStart(8)).join(''));
  const figures = ['p50', 'p99', 'most', '> 1 ms'];
  line("ms of the guard's in a frame", ['', 'CPU', '', '', '', 'wall']);
  line('', ['frames', ...figures, ...figures]);
  for (const [at, [name]] of all[0].entries()) {
    const [count, ...cells] = all[0][at].slice(1).map((_, column) => median(all.map((rows) => rows[at][column + 1])));
    line(name, [count, ...cells.map((cell, column) => column % 4 === 3 ? cell : cell.toFixed(2))]);
  }
}

try {
  const before = load();
  const all = [];
  for (let count = 0; count < rounds; count += 1) all.push(rowsOf(await round(count === 0 ? values.trace : undefined)));
  console.log(`Chromium ${browser.version()}, a page of ${nodes} nodes, medians of ${rounds} rounds; ${cpus().length} cores, load ${before} before, ${load()} after`);
  print(all);
} finally {
  await browser.close();
  site.close();
}
