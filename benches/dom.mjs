/**
 * What `guard.attach` costs a page, in Chromium: `node benches/dom.mjs [--nodes 10000] [--seconds 5]`.
 *
 * A page of that many nodes is attached to, then a stream types into it, a few tokens a frame, in three ways. Measured is
 * the time in the guard's own callbacks (its observer and its frames), added up by frame. Numbers are printed, nothing is judged.
 */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { browserPath } from '../tests/browser/browsers.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: options } = parseArgs({ options: { nodes: { type: 'string', default: '10000' }, seconds: { type: 'string', default: '5' } } });

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

/** In the page. */
async function measure({ nodes, seconds }) {
  const { createGuard, init } = await import('/pkg/index.js');
  await init({ compiler: false });
  const guard = await createGuard({ packs: [new Uint8Array(await (await fetch('/starter.pack')).arrayBuffer())] });
  const main = document.querySelector('main');
  const paragraph = '<div class="turn"><p>今天天气<b>不错</b>，我们去<a href="https://example.org/">公园</a>散步吧。The weather is fine today.</p></div>';
  for (let count = 0; count < nodes; count += 10) main.insertAdjacentHTML('beforeend', paragraph);
  const frames = (count) => new Promise((done) => { const wait = (left) => left === 0 ? done() : setTimeout(() => wait(left - 1), 17); wait(count); });
  await frames(10);
  const percentile = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))].toFixed(2);
  const rows = [];
  const row = (what) => {
    const busy = window.costs.frames.filter((cost) => cost > 0);
    if (busy.length > 0) rows.push([what, busy.length, percentile(busy, 0.5), percentile(busy, 0.99), Math.max(...busy).toFixed(2)]);
    window.costs.frames.length = 0;
  };
  window.costs.frames.length = 0;
  const begin = performance.now();
  guard.attach(main);
  const first = performance.now() - begin;
  while (getComputedStyle(main).opacity === '0') await frames(1);
  rows.push(['attach, the first slice', 1, first.toFixed(2), first.toFixed(2), first.toFixed(2)]);
  row('attach, the other slices');
  const ways = {
    'text nodes into one paragraph': (p, token) => p.append(token),
    'an element a token': (p, token) => { const span = document.createElement('span'); span.textContent = token; p.append(span); },
    'the whole paragraph anew': (p, token) => { p.textContent += token; },
  };
  for (const [what, write] of Object.entries(ways)) {
    const turn = document.createElement('div');
    main.append(turn);
    let p;
    for (let token = 0, end = performance.now() + seconds * 1_000; performance.now() < end; token += 1) {
      // A paragraph of about 500 characters.
      if (token % 170 === 0) turn.append(p = document.createElement('p'));
      write(p, ['今天', '天气', '不错', '，the', ' fine'][token % 5]);
      if (token % 3 === 2) await frames(1);
    }
    await frames(3);
    row(what);
  }
  return { nodes: document.querySelectorAll('*').length + nodes / 2, rows };
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
try {
  const page = await browser.newPage();
  await page.addInitScript(instrument);
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  const { rows } = await page.evaluate(measure, { nodes: Number(options.nodes), seconds: Number(options.seconds) });
  console.log(`${browser.version()}, a page of ${options.nodes} nodes; ms in the guard's callbacks per frame in which they ran`);
  console.log(`${'what'.padEnd(34)}${['frames', 'p50', 'p99', 'most'].map((name) => name.padStart(9)).join('')}`);
  for (const [what, ...numbers] of rows) console.log(`${what.padEnd(34)}${numbers.map((number) => String(number).padStart(9)).join('')}`);
} finally {
  await browser.close();
  site.close();
}
