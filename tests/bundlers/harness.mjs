/**
 * What the bundlers' tests share: a project with the tarball, a strict server, and browsers that are watched.
 *
 * TIDEGATE_BROWSERS  with commas between; default `TIDEGATE_BROWSER`, see browsers.mjs
 */
import assert from 'node:assert/strict';
import { cp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { By, until } from 'selenium-webdriver';
import { compilePolicy, init } from 'tidegate';
import { expectNeverDisplayed, mockStream } from 'tidegate/testing';
import { BROWSER, startBrowser } from '../browser/browsers.mjs';
import { installed } from '../package/install.mjs';

/** Where browsers tell what the policy below made them refuse. */
const OBJECTIONS = '/objections';
/** Nothing inline, no `eval`, nothing of other origins; WebAssembly may be compiled. */
export const CSP = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; img-src 'self'; "
  + `report-uri ${OBJECTIONS}`;
const POLICY = {
  policy: 'bundlers',
  rules: [
    { id: 'mask', risk: 'x_gambling', action: 'mask', terms: ['赌博网站'] },
    { id: 'end', risk: 'a1_violence_obscenity', action: 'terminate', terms: ['终止词语'] },
  ],
};
export const ANSWER = { text: '请看 🙂 赌博网站，就这样。终止词语，再见。', reasoning: '终止' };
export const SHOWN = '请看 🙂 ＊＊＊＊，就这样。';
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' };
/** Longest wait for a page or an answer, ms. */
const PATIENCE_MS = 60_000;

export const HTML = (script) => `<!doctype html><html lang="zh"><meta charset="utf-8"><link rel="icon" href="/icon.svg"><title>chat</title>
<button disabled>问</button><main></main><script type="module" src="${script}"></script></html>`;

export let app;
const browsers = [];
let objections = [];
let pack;

/** Registers the hooks: a project with the sample in it, `more` of it, and the browsers, if they are needed. */
export function prepare({ more = async () => {}, inBrowsers = true } = {}) {
  before(async () => {
    ({ app } = await installed());
    await cp(fileURLToPath(new URL('app', import.meta.url)), app, { recursive: true });
    await more();
    await init();
    pack = Buffer.from(compilePolicy(POLICY));
    for (const name of inBrowsers ? (process.env.TIDEGATE_BROWSERS ?? BROWSER).split(',') : []) browsers.push(await startBrowser(name));
  });
  after(async () => {
    for (const { stop } of browsers) await stop();
    await rm(app, { recursive: true, force: true });
  });
}

/** The compiled policy. */
export const packOf = () => pack;

/** Answers what belongs to the backend; whether it did. */
export async function backend(from, to) {
  const { method, url } = from;
  if (url === '/policy.pack') to.writeHead(200, { 'content-type': 'application/octet-stream' }).end(pack);
  else if (url === '/icon.svg') to.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg xmlns="http://www.w3.org/2000/svg"/>');
  else if (url === OBJECTIONS) {
    let text = '';
    for await (const part of from.setEncoding('utf8')) text += part;
    objections.push(text);
    to.writeHead(204).end();
  } else if (method === 'POST') {
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

/**
 * In every browser: what the page shows is what the policy leaves, nothing else was ever there, and the
 * browser had nothing to object to. `objected` tells what it had; absent, what came to `backend`.
 */
export async function shows(t, where, url, objected = () => objections) {
  for (const browser of browsers) {
    await t.test(`${where}, ${browser.name}`, async () => {
      const { driver } = browser;
      await open(driver, url);
      // From before the answer is asked for, which a click does.
      const watch = await expectNeverDisplayed(driver, POLICY);
      const { end, shown } = await ask(driver).catch((error) => assert.fail(`${error.message}\n${objections.join('\n')}`));
      const { mutations } = await watch.check();
      await watch.stop();
      assert.deepEqual({ end, shown, objections: [...await objected(), ...await logged(browser)] }, { end: 'done', shown: SHOWN, objections: [] });
      // React draws several pieces at once.
      assert.ok(mutations > 1, 'the answer came in pieces');
    });
  }
}

/** Where something is missing, at first that WebAssembly may be compiled: nothing is shown, and why is said. */
export async function showsNothing(t, where, url, why = /init\/wasm.*wasm-unsafe-eval/) {
  for (const browser of browsers) {
    await t.test(`${where}, ${browser.name}`, async () => {
      await open(browser.driver, url);
      const { end, shown } = await ask(browser.driver);
      assert.equal(shown, '');
      assert.match(end, why);
      // Objections do arrive: WebKit reports no WebAssembly, but all report a style.
      await browser.driver.executeScript("document.body.setAttribute('style', 'color: red')");
      await browser.driver.wait(() => objections.some((text) => text.includes('style-src')), PATIENCE_MS, 'the browser objects');
      await logged(browser);
    });
  }
}

/** Opens the page and waits until one can ask. */
async function open(driver, url) {
  objections = [];
  await driver.get(url);
  const button = await driver.findElement(By.css('button'));
  await driver.wait(until.elementIsEnabled(button), PATIENCE_MS).catch((error) => assert.fail(`${error.message}\n${objections.join('\n')}`));
}

/** Asks and waits for the end. */
async function ask(driver) {
  await driver.findElement(By.css('button')).click();
  return driver.wait(() => driver.executeScript(`const { end } = document.documentElement.dataset;
    return end === undefined ? null : { end, shown: document.querySelector('main').textContent };`), PATIENCE_MS, 'the answer ends');
}

/** Errors in the console since it was last asked; only Chromium's driver tells. */
async function logged({ name, driver }) {
  if (name !== 'chromium') return [];
  return (await driver.manage().logs().get('browser')).map(({ message }) => message);
}
