/**
 * What `guard.attach` costs a page, in Chromium: `node benches/dom.mjs [--nodes 10000] [--seconds 4] [--rounds 3]`.
 *
 * A page of that many nodes is attached to, then a stream types into it, a few tokens a frame, in several ways. Measured is
 * the time in the guard's own callbacks (its observer and its frames), added up by frame; printed are medians of the rounds,
 * each in a page of its own. Nothing is judged. The first row has no guard: by so much the machine itself lengthens a frame.
 */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { browserPath } from '../tests/browser/browsers.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const number = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({ options: { nodes: number(10_000), seconds: number(4), rounds: number(3) } });
const { nodes, seconds, rounds } = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));

/** In the page, before anything else: the time in callbacks, by frame. */
function instrument() {
  const costs = { frames: [], now: 0 };
  const timed = (run) => function (...given) {
    const begin = performance.now();
    try {
      return Reflect.apply(run, this, given);
    } finally {
      costs.now += performance.now() - begin;
    }
  };
  const { MutationObserver: Native, requestAnimationFrame: ask } = window;
  window.MutationObserver = class extends Native { constructor(run) { super(timed(run)); } };
  window.requestAnimationFrame = (run) => ask(timed(run));
  const frame = () => { costs.frames.push(costs.now); costs.now = 0; ask(frame); };
  ask(frame);
  window.costs = costs;
}

/** In the page. Rows of what, frames, p50, p99, most, and how many took over a millisecond. */
async function measure({ nodes, seconds }) {
  const { createGuard, init } = await import('/pkg/index.js');
  await init({ compiler: false });
  const guard = await createGuard({ packs: [new Uint8Array(await (await fetch('/starter.pack')).arrayBuffer())] });
  const main = document.querySelector('main');
  const paragraph = '<div class="turn"><p>今天天气<b>不错</b>，我们去<a href="https://example.org/">公园</a>散步吧。The weather is fine today.</p></div>';
  const NODES = 9;
  const CONTROL_FRAMES = 200;
  const CONTROL_MS = 0.5;
  for (let count = 0; count < nodes; count += NODES) main.insertAdjacentHTML('beforeend', paragraph);
  const frames = (count) => new Promise((done) => { const wait = (left) => left === 0 ? done() : setTimeout(() => wait(left - 1), 17); wait(count); });
  await frames(10);
  /** All is read. */
  const whole = async () => { do await frames(3); while (getComputedStyle(main).opacity === '0'); };
  const percentile = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
  const rows = [];
  const row = (what, costs = window.costs.frames.filter((cost) => cost > 0)) => {
    if (costs.length > 0) rows.push([what, costs.length, percentile(costs, 0.5), percentile(costs, 0.99), Math.max(...costs), costs.filter((cost) => cost > 1).length]);
    window.costs.frames.length = 0;
  };
  /** Types into a new turn; `length`: tokens of a paragraph. */
  const type = async (what, write, length, before = 0) => {
    const turn = document.createElement('div');
    turn.className = 'turn';
    main.append(turn);
    let p = turn;
    for (let token = 0; token < before; token += 1) {
      if (token % length === 0) turn.append(p = document.createElement('p'));
      p.append('今天');
    }
    await whole();
    window.costs.frames.length = 0;
    for (let token = 0, end = performance.now() + seconds * 1_000; performance.now() < end; token += 1) {
      if (token % length === 0 && !(token === 0 && before > 0)) turn.append(p = document.createElement('p'));
      write(p, ['今天', '天气', '不错', '，the', ' fine'][token % 5]);
      if (token % 3 === 2) await frames(1);
    }
    await frames(3);
    row(what);
  };
  const append = (p, token) => p.append(token);
  const ways = {
    'text nodes into one paragraph': append,
    'one text node that grows': (p, token) => p.firstChild ? p.firstChild.appendData(token) : append(p, token),
    'an element a token': (p, token) => { const span = document.createElement('span'); span.textContent = token; p.append(span); },
    'the whole paragraph anew': (p, token) => { p.textContent += token; },
  };

  const attach = async (what, options) => {
    window.costs.frames.length = 0;
    const begin = performance.now();
    const detach = guard.attach(main, options);
    const first = performance.now() - begin;
    await whole();
    row(`${what}, the other slices`);
    rows.splice(-1, 0, [`${what}, the first slice`, 1, first, first, first, Number(first > 1)]);
    return detach;
  };
  // What the machine adds to a frame: a slice's time, of which nothing is used. It spins in calls that the instrument counts.
  for (let count = 0; count < CONTROL_FRAMES; count += 1) await new Promise((done) => window.requestAnimationFrame(() => {
    for (const end = performance.now() + CONTROL_MS; performance.now() < end;);
    done();
  }));
  await frames(3);
  row(`no guard, a loop of ${CONTROL_MS} ms`);
  const detach = await attach('attach');
  // A paragraph of about 500 characters.
  for (const [what, write] of Object.entries(ways)) await type(what, write, 170);
  detach();
  const detachAgain = await attach('attach again', { messages: '.turn' });
  await type('a message of 2,000 texts and more', append, 60, 2_040);
  await type('the same in one paragraph', append, Infinity, 2_000);
  detachAgain();
  return rows;
}

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
try {
  const before = load();
  const all = [];
  for (let round = 0; round < rounds; round += 1) {
    const page = await browser.newPage();
    await page.addInitScript(instrument);
    await page.goto(`http://127.0.0.1:${site.address().port}/`);
    all.push(await page.evaluate(measure, { nodes, seconds }));
    await page.close();
  }
  console.log(`Chromium ${browser.version()}, a page of ${nodes} nodes, medians of ${rounds} rounds; ${cpus().length} cores, load ${before} before, ${load()} after`);
  console.log("ms in the guard's callbacks per frame in which they ran");
  console.log(`${'what'.padEnd(34)}${['frames', 'p50', 'p99', 'most', 'over 1 ms'].map((name) => name.padStart(11)).join('')}`);
  const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
  for (const [at, [what]] of all[0].entries()) {
    const [frames, p50, p99, most, over] = [1, 2, 3, 4, 5].map((column) => median(all.map((rows) => rows[at][column])));
    console.log(what.padEnd(34) + [frames, ...[p50, p99, most].map((ms) => ms.toFixed(2)), over].map((text) => String(text).padStart(11)).join(''));
  }
} finally {
  await browser.close();
  site.close();
}
