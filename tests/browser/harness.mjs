/**
 * What the browser tests share: a collector of their own, a proxy in front of
 * it that can misbehave, a browser of `browsers.mjs`, and the page's controls.
 *
 * TIDEGATE_SITE       built page, default dist/www
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { By, Key } from 'selenium-webdriver';
import { addAccount, PROGRAM, startProgram } from '../collector-process.mjs';
import { BROWSER, freePort, startBrowser } from './browsers.mjs';
import { probe } from './probe.mjs';

export { BESIDE, BROWSER, CHROMIUM_ONLY, browserPath } from './browsers.mjs';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const SITE = process.env.TIDEGATE_SITE ?? join(ROOT, 'dist/www');
const ADMIN_TOKEN = 'browser-tests-only-0123456789';
/** Longest wait for a process or for the page, ms. */
const PATIENCE_MS = 30_000;

/** So that children end with the tests. */
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** Resolves once `fact` gives something truthy; fails with `what` after `ms`. */
export async function until(what, fact, ms = PATIENCE_MS) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await fact();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}`);
    await sleep(50);
  }
}

/** The conversations that the collector plays, by locale. */
export async function conversations(locale) {
  return JSON.parse(await readFile(join(ROOT, `data/conversations/${locale}.json`), 'utf8'));
}

/** A collector process with a database of its own that survives `kill`. */
export class Collector {
  #process;

  /**
   * `delay`: ms between tokens; `site`: directory served at `/`; `play`: conversations instead of the
   * built-in ones; `pack`: a policy; `demo`: it issues assertions to anybody.
   */
  static async start({ delay = 1, site = SITE, play, pack, demo = false } = {}) {
    for (const [what, path] of [['collector', PROGRAM], ['page', join(site, 'index.html')]]) {
      if (!existsSync(path)) throw new Error(`${what} not built: ${path} is missing`);
    }
    const collector = new Collector();
    collector.directory = await mkdtemp(join(tmpdir(), 'tidegate-browser-'));
    collector.port = await freePort();
    collector.url = `http://127.0.0.1:${collector.port}`;
    collector.args = [
      '--listen', `127.0.0.1:${collector.port}`, '--database', `sqlite://${join(collector.directory, 'test.db')}`,
      '--site', site, '--token-delay', String(delay),
    ];
    if (demo) collector.args.push('--demo');
    const files = { conversations: play && JSON.stringify(play), policy: pack };
    for (const [option, content] of Object.entries(files)) {
      if (!content) continue;
      const file = join(collector.directory, option);
      await writeFile(file, content);
      collector.args.push(`--${option}`, file);
    }
    await collector.resume();
    return collector;
  }

  /** Starts the process, also again after `kill`. */
  async resume() {
    const { child, url } = startProgram(this.args, ADMIN_TOKEN);
    this.#process = child;
    await url;
  }

  /** Ends it without warning, as a crash would. */
  async kill() {
    if (!this.#process || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await gone;
  }

  async dispose() {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Makes an account of the staff; the password has at least 12 characters. */
  async account(name, role, password) {
    const database = this.args[this.args.indexOf('--database') + 1];
    await addAccount(database, name, role, password);
  }

  /** Asks with the admin token, with `headers` and `body` as `fetch` takes them; the answer's JSON. */
  async ask(method, path, body, headers = {}) {
    const answer = await fetch(`${this.url}${path}`, {
      method, body, headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...headers },
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : await answer.json();
  }

  /** Every record the collector has behind that row, oldest first. */
  async records(row = 0) {
    const all = [];
    let after = row;
    do {
      const { records, next } = await this.ask('GET', `/v1/reports?limit=500&after=${after}`);
      all.push(...records);
      after = next;
    } while (after);
    return all;
  }

  /** One counter of `/metrics`, e.g. `generations_cancelled_total`. */
  async metric(name) {
    const text = await fetch(`${this.url}/metrics`).then((response) => response.text());
    const line = text.split('\n').find((one) => one.startsWith(`tidegate_${name} `));
    if (!line) throw new Error(`no metric tidegate_${name}`);
    return Number(line.split(' ')[1]);
  }
}

/**
 * A proxy that tests can make misbehave. `intercept(request, forward, body)` may
 * await `forward()` for the whole answer `{status, headers, body}`, change
 * the world, and return an answer, `'drop'` to cut the line, or nothing to
 * let the request pass as usual.
 */
export class Proxy {
  intercept = async () => undefined;

  static async start(target) {
    const proxy = new Proxy();
    proxy.server = createServer((from, to) => {
      proxy.#serve(new URL(target), from, to).catch(() => to.destroy());
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => proxy.server.once('listening', resolve));
    proxy.url = `http://127.0.0.1:${proxy.server.address().port}`;
    return proxy;
  }

  async #serve(target, from, to) {
    const parts = [];
    for await (const part of from) parts.push(part);
    const ask = () => new Promise((resolve, reject) => {
      const headers = { ...from.headers, host: target.host };
      const out = request({ host: target.hostname, port: target.port, method: from.method, path: from.url, headers }, resolve);
      out.once('error', reject);
      to.once('close', () => out.destroy());
      out.end(Buffer.concat(parts));
    });
    const forward = async () => {
      const answer = await ask();
      const body = [];
      for await (const part of answer) body.push(part);
      return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(body) };
    };
    const answer = await this.intercept(from, forward, Buffer.concat(parts));
    if (answer === 'drop') return to.destroy();
    if (answer) return to.writeHead(answer.status, answer.headers).end(answer.body);
    const streamed = await ask();
    to.writeHead(streamed.statusCode, streamed.headers);
    streamed.pipe(to);
  }

  async dispose() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A browser with a fresh profile and the page in it. */
export class Page {
  /** Where a proxy puts the probe into pages, by the address that it stands before. */
  #probed = new Map();

  static async start() {
    const page = new Page();
    Object.assign(page, await startBrowser());
    return page;
  }

  async dispose() {
    await this.stop();
    for (const { proxy } of this.#probed.values()) await proxy.dispose();
  }

  /** Installs the probe for `terms` and opens the page; `query` as in `?lang=en`. */
  async open(base, query = '', terms = []) {
    const source = `(${probe})(${JSON.stringify(terms)})`;
    if (this.preload) this.script = await this.preload(source, this.script);
    await this.driver.get(`${this.preload ? base : await this.#probedUrl(base, source)}/${query}`);
  }

  /** `base` behind a proxy that makes the probe the first script of every page. */
  async #probedUrl(base, script) {
    const { origin, pathname } = new URL(base);
    let probed = this.#probed.get(origin);
    if (!probed) {
      probed = { proxy: await Proxy.start(origin), script };
      probed.proxy.intercept = (from, forward) => withProbe(probed.script, from, forward);
      this.#probed.set(origin, probed);
    }
    probed.script = script;
    return probed.proxy.url + pathname.replace(/\/$/, '');
  }

  /** Shows this tab; other browsers do so when a driver turns to it. */
  async bringToFront() {
    if (BROWSER === 'chromium') await this.driver.sendDevToolsCommand('Page.bringToFront', {});
  }

  /** Forgets what pages of this address stored. */
  async clear(base) {
    if (BROWSER === 'chromium') {
      await this.driver.sendDevToolsCommand('Storage.clearDataForOrigin', { origin: base, storageTypes: 'all' });
      return;
    }
    const origin = this.#probed.get(base)?.proxy.url ?? base;
    // A document of the same origin without a guard that holds the database open.
    await this.driver.get(`${origin}/icon.svg`);
    await this.driver.executeAsyncScript(`const done = arguments[0];
      localStorage.clear();
      const forget = ({ name }) => new Promise((resolve) => { const request = indexedDB.deleteDatabase(name); request.onsuccess = request.onerror = request.onblocked = resolve; });
      indexedDB.databases().then((all) => Promise.all(all.map(forget))).then(() => done())`);
  }

  /** Opens the page and waits for the guard. */
  async openReady(base, query, terms) {
    await this.open(base, query, terms);
    await this.guard('ready');
  }

  /** Waits until the guard is `ready`, `failed` or `loading`. */
  async guard(state) {
    await until(`the guard is ${state}`, () => this.run('return document.documentElement?.dataset.guard === arguments[0]', state))
      .catch(async (error) => { throw new Error(`${error.message}; the page says: ${await this.text('#status-line')}`); });
  }

  run(script, ...values) {
    return this.driver.executeScript(script, ...values);
  }

  async find(selector) {
    return this.driver.findElement(By.css(selector));
  }

  async text(selector) {
    return this.run('return document.querySelector(arguments[0])?.innerText ?? ""', selector);
  }

  async count(selector) {
    return this.run('return document.querySelectorAll(arguments[0]).length', selector);
  }

  async isVisible(selector) {
    return this.run('return document.querySelector(arguments[0])?.checkVisibility() ?? false', selector);
  }

  /** Types `text` into the message box and presses Enter. */
  async type(text) {
    await (await this.find('#composer-input')).sendKeys(text, Key.ENTER);
  }

  /** Asks, waits for the end, and tells how the answer ended and what it shows. */
  async ask(question) {
    const before = await this.count('.turn.answer');
    await this.type(question);
    return await this.ended(before);
  }

  /** Waits for the end of the answer with this index. */
  async ended(index) {
    return await until(`answer ${index} ends`, () => this.run(`
      const article = document.querySelectorAll('.turn.answer article')[arguments[0]];
      if (!article?.dataset.end) return null;
      return {
        end: article.dataset.end,
        shown: article.querySelector('.prose').innerText,
        thoughts: article.querySelector('.thoughts')?.textContent ?? '',
        notice: article.querySelector('.notice')?.innerText ?? '',
      };`, index));
  }

  /** What the probe saw; waits for two more frames so that nothing is late. */
  async seen() {
    const frames = await this.run('return window.__probe.frames');
    await until('two more frames', async () => await this.run('return window.__probe.frames') >= frames + 2);
    return await this.run('return window.__probe');
  }
}

const PROBE = '/__probe.js';

/** Answers for the probe, and puts it before the other scripts of a page. */
async function withProbe(script, from, forward) {
  const headers = { 'content-type': 'text/javascript', 'cache-control': 'no-store' };
  if (from.url === PROBE) return { status: 200, headers, body: script };
  if (from.method !== 'GET' || !from.headers.accept?.includes('text/html')) return undefined;
  delete from.headers['accept-encoding'];
  const answer = await forward();
  if (!answer.headers['content-type']?.startsWith('text/html')) return answer;
  const { 'content-length': _, etag: __, ...rest } = answer.headers;
  const body = answer.body.toString().replace(/<head>/, `<head><script src="${PROBE}"></script>`);
  return { ...answer, headers: rest, body };
}

/** Whether something listens on this port. */
export async function isListening(port) {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}

/** Milliseconds since the epoch for a time of day in China, on a Tuesday without holidays. */
export function chinaTime(clock) {
  return Date.parse(`2026-11-24T${clock}+08:00`);
}
