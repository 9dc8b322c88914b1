/** The scenarios of tests/vectors/usage in Chromium, all in one page, with the core that the package ships. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { publicKey, scenarios } from '../usage/language.mjs';
import { Page, ROOT, until } from './harness.mjs';

/** What the page loads, by path. */
const FILES = {
  '/core.mjs': ['text/javascript', 'tests/usage/core.mjs'],
  '/world.mjs': ['text/javascript', 'tests/usage/world.mjs'],
  '/glue.mjs': ['text/javascript', 'target/wasm-pack/tidegate_bg.js'],
  '/core.wasm': ['application/wasm', 'pkg/tidegate_bg.wasm'],
};
const DOCUMENT = `<!doctype html><meta charset="utf-8"><title>usage scenarios</title><script type="module">
  import * as glue from './glue.mjs';
  import { start } from './core.mjs';
  import { run } from './world.mjs';
  const { all, key } = await (await fetch('./scenarios.json')).json();
  const core = await start(glue, await (await fetch('./core.wasm')).arrayBuffer());
  const keys = [new Uint8Array(key)];
  window.found = all.map(([place, scenario]) => [place, run(scenario, core, keys)]);
</script>`;

let server;
let page;
before(async () => {
  server = createServer((request, response) => {
    answer(request.url).then(([type, body]) => response.writeHead(200, { 'content-type': type }).end(body))
      .catch(() => response.writeHead(404).end());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  page = await Page.start();
});
after(async () => {
  await page?.dispose();
  server?.closeAllConnections();
  server?.close();
});

async function answer(path) {
  if (path === '/') return ['text/html', DOCUMENT];
  if (path === '/scenarios.json') return ['application/json', JSON.stringify({ all: places(), key: [...publicKey] })];
  const [type, file] = FILES[path];
  return [type, await readFile(join(ROOT, file))];
}

/** Every scenario and where it stands. */
function places() {
  return Object.entries(scenarios()).flatMap(([file, all]) => (
    all.map((scenario) => [`tests/vectors/usage/${file}:${scenario.line}: ${scenario.name}`, scenario])));
}

test('usage_scenarios_hold_in_the_browser', async () => {
  await page.driver.get(`http://127.0.0.1:${server.address().port}/`);
  const found = await until('the scenarios ran', () => page.run('return window.found ?? null'), 120_000);
  assert.equal(found.length, places().length);
  const failed = found.filter(([, wrong]) => wrong).map(([place, wrong]) => `${place}\n    ${wrong}`);
  assert.equal(failed.length, 0, `${failed.length} of ${found.length} scenarios fail\n${failed.join('\n')}`);
});
