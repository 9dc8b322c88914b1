/** The vectors of `tests/vectors` through the built package, in a page; `tests/node/vectors.test.mjs` runs the same in Node. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { after, before, test } from 'node:test';
import { Page, ROOT, until } from './harness.mjs';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };
/** Longest time for all vectors, ms. */
const RUNNING_MS = 10 * 60_000;
/** A script of the page itself: Firefox gives a driver's scripts objects of their own. */
const PAGES = {
  '/': '<!doctype html><title>vectors</title><script type="module" src="/in-page.js"></script>',
  '/in-page.js': `const tell = (wrong) => { document.documentElement.dataset.wrong = JSON.stringify(wrong); };
    (${inPage})().then(tell, (error) => tell({ failed: [String(error), error?.stack] }));`,
};

let server;
let page;
before(async () => {
  server = createServer(async ({ url }, to) => {
    const path = normalize(new URL(url, 'http://localhost').pathname);
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    const body = PAGES[path] ?? await readFile(join(ROOT, path)).catch(() => undefined);
    to.writeHead(body === undefined ? 404 : 200, { 'content-type': path === '/' ? TYPES['.html'] : type }).end(body);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  page = await Page.start();
  await page.driver.get(`http://127.0.0.1:${server.address().port}/`);
});
after(async () => {
  await page?.dispose();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Runs in the page: what is wrong by set of vectors. */
async function inPage() {
  const tidegate = await import('/pkg/index.js');
  const { disguised, SCRIPTS, sentences, texts } = await import('/tests/vectors/run.mjs');
  const read = async (name) => (await fetch(`/tests/vectors/${name}.json`)).json();
  await tidegate.init();
  const wrong = {};
  for (const script of SCRIPTS) wrong[`disguised ${script}`] = await disguised(tidegate, await read('evasion/cases'), script);
  wrong.innocents = await sentences(tidegate, await read('evasion/innocents'), false);
  wrong.hits = await sentences(tidegate, await read('evasion/hits'), true);
  for (const name of ['basics', 'around']) wrong[name] = await texts(tidegate, await read(`filter/${name}`));
  return wrong;
}

test('the_vectors_come_out_in_a_page_as_they_do_in_Node', async () => {
  const wrong = await until('the vectors ran', () => page.run('return document.documentElement.dataset.wrong'), RUNNING_MS);
  assert.deepEqual(JSON.parse(wrong), { 'disguised zh': [], 'disguised en': [], innocents: [], hits: [], basics: [], around: [] });
});
