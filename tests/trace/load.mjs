/**
 * From the moment that a page wants a guard until the first text has gone through it, with a policy of
 * 100,000 terms: loaded by the page itself, and in a worker; and how a guard takes over a later revision.
 * `cargo xtask trace` runs it.
 *
 * TIDEGATE_TRACE_RUNS  default 5; the medians are printed
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { launchChromium } from '../browser/playwright.mjs';
import { ROOT } from '../browser/harness.mjs';
import { median, traced, workOf } from './trace.mjs';

const RUNS = Number(process.env.TIDEGATE_TRACE_RUNS ?? 5);
const FOLDER = join(ROOT, 'target/bench');
const PACK = join(FOLDER, '100k-mask.pack');
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** `begin` marks the beginning. */
const WAYS = {
  'by the page': `
    begin();
    await init({ compiler: false });
    return createGuard({ packs: [new Uint8Array(await (await fetch('/policy.pack')).arrayBuffer())] });`,
  'in a worker': `
    begin();
    const worker = new Worker('/loads.js', { type: 'module' });
    return createGuard({ packs: await loadInWorker(worker, { packs: ['/policy.pack'] }) });`,
  'a later revision, by the page': `
    await init({ compiler: false });
    const packs = [new Uint8Array(await (await fetch('/policy.pack')).arrayBuffer())];
    const guard = await createGuard({ packs });
    begin();
    // A task of its own, which begins after the mark.
    await new Promise((done) => setTimeout(done));
    guard.load(packs);
    return guard;`,
};
const PAGES = {
  '/': '<!doctype html><title>load</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
  '/loads.js': "import { serveLoads } from '/pkg/worker.js'; serveLoads();",
  '/page.js': `
    import { createGuard, init, loadInWorker } from '/pkg/index.js';
    const ways = { ${Object.entries(WAYS).map(([way, code]) => `'${way}': async (begin) => {${code}}`).join(', ')} };
    window.measure = async (way) => {
      const guard = await ways[way](() => performance.mark('tidegate-begin'));
      if (guard.message().push('你好，').text === '') throw new Error('nothing was shown');
      performance.mark('tidegate-shown');
    };`,
};

// Anew each time: what lies there may be of an older format.
mkdirSync(FOLDER, { recursive: true });
execFileSync(process.execPath, [join(ROOT, 'benches/peers/packs.mjs'), FOLDER, '100k'], { stdio: 'ignore' });
const server = createServer(async ({ url }, to) => {
  const file = url === '/policy.pack' ? PACK : url.startsWith('/pkg/') ? join(ROOT, url) : undefined;
  const body = PAGES[url] ?? (file && await readFile(file).catch(() => undefined));
  if (body === undefined) to.writeHead(404).end();
  else to.writeHead(200, { 'content-type': TYPES[extname(url)] ?? 'text/html' }).end(body);
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const url = `http://127.0.0.1:${server.address().port}/`;
const browser = await launchChromium();
try {
  console.log('a policy of 100,000 terms, medians of', RUNS, 'loads with an empty cache; ms. Chromium slows the main thread only, not workers');
  for (const slowdown of [1, 4]) {
    for (const way of Object.keys(WAYS)) {
      const runs = [];
      for (let run = 0; run < RUNS; run += 1) {
        const context = await browser.newContext();
        const page = await context.newPage();
        await page.goto(url);
        await page.waitForFunction(() => 'measure' in window);
        const events = await traced(browser, page, slowdown, () => page.evaluate((chosen) => window.measure(chosen), way));
        const [begun, shown] = ['tidegate-begin', 'tidegate-shown'].map((mark) => events.find(({ name }) => name === mark));
        runs.push({ shown: (shown.ts - begun.ts) / 1000, ...workOf(events, { from: begun.ts, to: shown.ts, pid: begun.pid, tid: begun.tid }) });
        await context.close();
      }
      const of = (field) => median(runs.map((one) => one[field])).toFixed(1);
      console.log(`  ${way}, processor ${slowdown === 1 ? 'as it is' : `${slowdown}× slower`}: main thread ${of('tasks')}, longest task ${of('longest')}; first text after ${of('shown')}`);
    }
  }
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}
