/** What the bundlers' tests share: a project with the tarball, a strict server, and a browser that watches. */
import assert from 'node:assert/strict';
import { cp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compilePolicy, init } from 'tidegate';
import { expectNeverDisplayed, mockStream } from 'tidegate/testing';
import { launchChromium } from '../browser/playwright.mjs';
import { installed } from '../package/install.mjs';

/** Nothing inline, no `eval`, nothing of other origins; WebAssembly may be compiled. */
export const CSP = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; img-src 'self'";
const POLICY = {
  policy: 'bundlers',
  rules: [
    { id: 'mask', risk: 'x_gambling', action: 'mask', terms: ['赌博网站'] },
    { id: 'end', risk: 'a1_violence_obscenity', action: 'terminate', terms: ['终止词语'] },
  ],
};
export const ANSWER = { text: '请看 🙂 赌博网站，就这样。终止词语，再见。', reasoning: '终止' };
const SHOWN = '请看 🙂 ＊＊＊＊，就这样。';
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' };
/** Longest wait for an answer, ms. */
const PATIENCE_MS = 60_000;

export const HTML = (script) => `<!doctype html><html lang="zh"><meta charset="utf-8"><link rel="icon" href="/icon.svg"><title>chat</title>
<main></main><script type="module" src="${script}"></script></html>`;

export let app;
let browser;
let pack;

/** Registers the hooks: a project with the sample in it, `more` of it, and a browser. */
export function prepare(more = async () => {}) {
  before(async () => {
    ({ app } = await installed());
    await cp(fileURLToPath(new URL('app', import.meta.url)), app, { recursive: true });
    await more();
    await init();
    pack = Buffer.from(compilePolicy(POLICY));
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await rm(app, { recursive: true, force: true });
  });
}

/** The compiled policy. */
export const packOf = () => pack;

/** Answers what belongs to the backend; whether it did. */
export async function backend({ method, url }, to) {
  if (url === '/policy.pack') to.writeHead(200, { 'content-type': 'application/octet-stream' }).end(pack);
  else if (url === '/icon.svg') to.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg xmlns="http://www.w3.org/2000/svg"/>');
  else if (method === 'POST') {
    to.writeHead(200, { 'content-type': 'text/event-stream' });
    for await (const piece of mockStream('openai', ANSWER, { cuts: 'units', wire: 'random' })) to.write(piece);
    to.end();
  } else return false;
  return true;
}

/** Serves files of `directory`, and `pages` by path, under the strict policy or another one. */
export async function serve(t, directory, pages, csp = CSP) {
  const server = createServer(async (from, to) => {
    to.setHeader('content-security-policy', csp);
    if (await backend(from, to)) return;
    const path = normalize(new URL(from.url, 'http://x').pathname);
    const body = pages[path] ?? await readFile(join(directory, path)).catch(() => undefined);
    if (body === undefined) to.writeHead(404).end();
    else to.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/html' }).end(body);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** Opens the page: what it shows is what the policy leaves, nothing else was ever there, and the browser had nothing to object to. */
export async function shows(url) {
  const page = await browser.newPage();
  const objections = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content.Security/i.test(message.text())) objections.push(message.text());
  });
  page.on('pageerror', (error) => objections.push(String(error)));
  const watch = await expectNeverDisplayed(page, POLICY);
  const { end, shown } = await ended(page, url).catch((error) => assert.fail(`${error.message}\n${objections.join('\n')}`));
  const { mutations } = await watch.check();
  await page.close();
  assert.deepEqual({ end, shown, objections }, { end: 'done', shown: SHOWN, objections: [] });
  assert.ok(mutations > 5, 'the answer came in pieces');
}

/** Under a policy that does not let WebAssembly be compiled: nothing is shown, and why is said. */
export async function showsNothing(url) {
  const page = await browser.newPage();
  const { end, shown } = await ended(page, url);
  await page.close();
  assert.equal(shown, '');
  assert.match(end, /init\/wasm.*wasm-unsafe-eval/);
}

/** Opens the page and waits for its end. */
async function ended(page, url) {
  await page.goto(url);
  await page.waitForFunction(() => document.documentElement.dataset.end, undefined, { timeout: PATIENCE_MS });
  return page.evaluate(() => ({ end: document.documentElement.dataset.end, shown: document.querySelector('main').textContent }));
}
