/**
 * Chromium and the collector are killed (SIGKILL) at random moments while two pages make records:
 *
 *   node tests/kill/rounds.mjs [--rounds 200] [--seed 1] [--max-bytes 262144] [--burst 1] [--tear 0]
 *
 * Whatever the collector acknowledged is stored after it was killed; whatever the browser's store has
 * taken is there when it starts again, unless the browser began the store anew, which is counted; and
 * in the end every record that was made is stored, or named by a count of losses, and none is both.
 * Rounds that end otherwise leave all that happened, the browser's profile and the collector's
 * database. Run by `cargo xtask kill-rounds`; the variables of tests/browser/harness.mjs name the
 * programs.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { browserPath, Collector, ROOT, until } from '../browser/harness.mjs';
import { randomOf } from '../random.mjs';
import { assertStored, Books } from './books.mjs';
import { tear } from './tear.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' },
    'max-bytes': { type: 'string', default: '262144' }, burst: { type: 'string', default: '1' },
    tear: { type: 'string', default: '0' },
  },
});
const ROUNDS = Number(options.rounds);
const SEED = Number(options.seed);
/** The outbox's bound: some tens of records fill 256 KiB, and what counts may take of that names some thousands. */
const MAX_BYTES = Number(options['max-bytes']);
/** Records that a page makes together. */
const BURST = Number(options.burst);
/** Of a hundred kills of the browser, how many are in the middle of a write. */
const TEAR = Number(options.tear);
/** Counts of records that are made one by one never take so much of 256 KiB that they do not name the lost. */
const ARE_NAMED = MAX_BYTES >= 256 * 1024 && BURST === 1;
/** Longest time that a round lets things run before something is killed, ms. */
const LIFE_MS = 1_500;
/** Longest time that what was killed stays dead, ms; now and then long enough to fill the outbox. */
const DEATH_MS = 600;
const LONG_DEATH_MS = 3_000;
/** Longest wait for a page to start and make a record, ms, on a slow machine. */
const MAKE_MS = 120_000;
/** Longest wait for the end, ms: a back-off may have grown to five minutes. */
const DRAIN_MS = 400_000;
/** As many as frames.html has. */
const PAGES = 2;
const FILES = {
  '/': 'tests/kill/frames.html', '/page.html': 'tests/kill/page.html', '/page.js': 'tests/kill/page.js',
  '/pack': 'dist/www/starter.pack',
};
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

const directory = await mkdtemp(join(tmpdir(), 'tidegate-kill-'));
const events = createWriteStream(join(directory, 'events.jsonl'));
const note = (event) => events.write(`${JSON.stringify({ at: Date.now(), ...event })}\n`);
const books = new Books();
let isLast = false;
/** The first thing that did not hold of what a page said. */
let wrong;
let pages = 0;

/** One life of the browser: its pages wait for each other before they begin. */
class Life {
  #looks = [];
  #goOn;
  #haveLooked = new Promise((resolve) => {
    this.#goOn = resolve;
  });

  constructor(number) {
    this.number = number;
  }

  async look(found) {
    this.#looks.push(found);
    if (this.#looks.length === PAGES) {
      books.looked(this.#looks);
      this.#goOn();
    }
    return this.#haveLooked;
  }
}
let life = new Life(0);

/** Serves the pages, which must outlive the collector, and passes reports on to it. */
async function serve(collector) {
  const server = createServer((request, response) => {
    answer(collector, request, response).catch((error) => {
      // The collector is often dead; what a page says must hold.
      if (error instanceof assert.AssertionError) wrong ??= error;
      response.destroy();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}

async function answer(collector, request, response) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const { pathname } = new URL(request.url, 'http://here');
  const json = (value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  if (pathname === '/begin') {
    pages += 1;
    return json({ name: `p${pages}`, life: life.number, isLast, maxBytes: MAX_BYTES, burst: BURST });
  }
  if (pathname === '/told') {
    const told = JSON.parse(body);
    note({ told });
    if (!told.found) books.told(told);
    else if (told.life === life.number) await life.look(told.found);
    return json({});
  }
  if (pathname === '/v1/reports') {
    const { 'content-type': type } = request.headers;
    const answered = await fetch(`${collector.url}${pathname}`, { method: 'POST', headers: { 'content-type': type }, body });
    const text = await answered.text();
    note({ status: answered.status, answer: text });
    // Before the page hears of it: what was acknowledged is owed from here on.
    if (answered.ok) books.acknowledged(JSON.parse(text));
    return response.writeHead(answered.status, { 'content-type': 'application/json' }).end(text);
  }
  const path = FILES[pathname] ?? normalize(pathname).replace(/^\/+/, '');
  const file = await readFile(join(ROOT, path)).catch(() => undefined);
  if (!file) return response.writeHead(404).end();
  return response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(file);
}

/** Chromium on one profile, which outlives it. */
class Browser {
  #child;

  constructor(profile, url) {
    this.arguments = [
      '--headless=new', '--no-first-run', '--no-default-browser-check', '--disable-gpu', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--mute-audio', `--user-data-dir=${profile}`,
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      url,
    ];
  }

  start() {
    const program = browserPath();
    assert.ok(program, 'no chromium in PATH');
    life = new Life(life.number + 1);
    note({ starts: 'browser', life: life.number });
    // A group of its own, so that every process of it is killed at once.
    this.#child = spawn(program, this.arguments, { detached: true, stdio: 'ignore' });
    this.#child.once('error', (error) => { throw error; });
  }

  async kill() {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGKILL');
    await gone;
  }
}

const collector = await Collector.start();
const server = await serve(collector);
const profile = join(directory, 'profile');
const browser = new Browser(profile, `http://127.0.0.1:${server.address().port}/`);
const draw = randomOf(SEED);
const kills = { browser: 0, collector: 0 };
/** What the collector was seen to have, and up to which row. */
const stored = new Set();
let lastRow = 0;
let isExact = false;
let torn = 0;
process.once('exit', () => void browser.kill());

async function round() {
  // Most rounds wait until records are made; some kill what is only just starting.
  const { made } = books;
  if (draw() < 0.8) await until('records are made', () => wrong || books.made > made, MAKE_MS);
  if (wrong) throw wrong;
  await sleep(draw() * LIFE_MS);
  const fate = draw();
  const victims = fate < 0.45 ? ['browser'] : fate < 0.9 ? ['collector'] : ['browser', 'collector'];
  const deathMs = draw() * (draw() < 0.15 ? LONG_DEATH_MS : DEATH_MS);
  if (victims.includes('browser')) await browser.kill();
  if (victims.includes('collector')) await collector.kill();
  note({ killed: victims });
  await sleep(deathMs);
  if (TEAR > 0 && victims.includes('browser') && draw() < TEAR / 100) torn += await tear(profile);
  if (victims.includes('collector')) {
    // What is acknowledged from now on may come after the look.
    const owed = books.owed();
    await collector.resume();
    // What was there at an earlier look is looked at once more in the end.
    for (const { row, id } of await collector.records(lastRow)) {
      stored.add(id);
      lastRow = row;
    }
    assertStored(owed, stored);
  }
  if (victims.includes('browser')) browser.start();
  for (const victim of victims) kills[victim] += 1;
}

try {
  const began = Date.now();
  browser.start();
  for (let n = 1; n <= ROUNDS; n += 1) {
    await round();
    if (n % 20 === 0) console.log(`round ${n}: ${books.summary()}`);
  }
  await browser.kill();
  isLast = true;
  books.beginEnd();
  browser.start();
  await until('everything that waits is sent', () => wrong || books.isDrained(PAGES), DRAIN_MS);
  if (wrong) throw wrong;
  const result = books.settle(await collector.records(), ARE_NAMED);
  const seconds = Math.round((Date.now() - began) / 1_000);
  console.log(JSON.stringify({ rounds: ROUNDS, seed: SEED, maxBytes: MAX_BYTES, burst: BURST, seconds, kills, torn, ...result }));
  isExact = true;
} catch (error) {
  console.error(`seed ${SEED}: ${books.summary()}; see ${directory} and ${collector.directory}`);
  throw error;
} finally {
  await browser.kill();
  server.closeAllConnections();
  server.close();
  events.end();
  if (isExact) {
    await collector.dispose();
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  } else await collector.kill();
}
