/**
 * Measures one contender in a process of its own and prints one line of JSON:
 *
 *     node --expose-gc measure.mjs '{"adapter", "size", "folder", "messages", "seconds", "readyOnly"}'
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { adapters } from './adapters.mjs';
import { cut, load, random } from './text.mjs';

/**
 * Passes over the corpus; the best time of each message counts, so that other jobs on the machine do not,
 * nor the first pass, in which engines compile.
 */
const PASSES = 6;
/** Passes over the chunks; the best pass counts as a whole, its own garbage collection included. */
const CHUNK_PASSES = 4;
/** Without a stream of its own, a contender scans the message so far again; that is slow. */
const RESCANNED_MESSAGES = 40;
/** A long message: how much comes before, and how many chunks are timed then. */
const LONG_UNITS = 100_000;
const LONG_CHUNKS = 400;
const RESCANNED_LONG_CHUNKS = 20;
/** A message begins with this many chunks: about 100 characters. */
const FIRST_CHUNKS = 8;

const { adapter: name, size, folder, messages: count, seconds, readyOnly } = JSON.parse(argv[2]);
const { terms, messages: all, planted } = load(folder, size);
const adapter = adapters[name];
const pack = adapter.pack && new Uint8Array(readFileSync(join(folder, `${size}-${adapter.pack}.pack`)));
const contender = await adapter.load();
const messages = all.slice(0, count).map(contender.fold ?? ((text) => text));

// While nothing keeps its event loop alive, Node waits for V8's compilers before it looks what has come, which
// no page and no server does; and what follows an `await` of a module would still run within that wait.
const alive = setInterval(() => {}, 1_000_000);
await new Promise(setImmediate);

const coreBytes = contender.linearBytes?.() ?? 0;
const before = memory();
const started = performance.now();
const it = await contender.build(terms, pack, messages);
const readyMs = performance.now() - started;
const after = memory();
const result = { name, readyMs, initMs: contender.initMs ?? 0 };
if (!readyOnly) {
  const linear = contender.linearBytes?.() ?? 0;
  const heap = after.heap - before.heap;
  Object.assign(result, { coreBytes, heapBytes: heap, linearBytes: linear, memoryBytes: heap + linear, rssBytes: after.rss - before.rss });
  Object.assign(result, throughput());
  if (contender.stream) result.push = streamed();
  else if (!adapter.isFloor) result.push = rescanned();
}
clearInterval(alive);
console.log(JSON.stringify(result));

/** The JavaScript heap and what hangs on it, but not WebAssembly memory, after a collection. */
function memory() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heap: heapUsed + arrayBuffers, rss };
}

function throughput() {
  const deadline = performance.now() + seconds * 1000;
  const best = [];
  for (let pass = 0; pass < PASSES && performance.now() < deadline; pass += 1) {
    for (let i = 0; i < (pass === 0 ? messages.length : best.length) && performance.now() < deadline; i += 1) {
      const start = performance.now();
      contender.match(it, messages[i]);
      const took = performance.now() - start;
      best[i] = Math.min(best[i] ?? Infinity, took);
    }
  }
  const scanned = messages.slice(0, best.length);
  const bytes = scanned.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  let [hits, found, plants] = [0, 0, 0];
  scanned.forEach((text, i) => {
    const left = new Map();
    const own = contender.match(it, text);
    if (adapter.isFloor) hits += own;
    for (const hit of contender.found(own, text)) {
      hits += 1;
      left.set(hit, (left.get(hit) ?? 0) + 1);
    }
    for (const [, term] of planted[i]) {
      plants += 1;
      const times = left.get(term) ?? 0;
      if (times > 0) found += 1;
      left.set(term, times - 1);
    }
  });
  const ms = best.reduce((sum, took) => sum + took, 0);
  return { mbPerSecond: bytes / ms / 1000, share: scanned.length / messages.length, hits, found, planted: plants };
}

function streamed() {
  const rng = random(5);
  const runs = messages.map((text) => ({ chunks: cut(text, rng), skip: 0 }));
  const every = best(() => timed(runs), ({ p99 }) => p99);

  const { lead, tail } = long(rng, LONG_CHUNKS);
  const firsts = [];
  for (let at = 0; at < tail.length; at += FIRST_CHUNKS) firsts.push({ chunks: tail.slice(at, at + FIRST_CHUNKS), skip: 0 });
  const early = best(() => timed(firsts), ({ p50 }) => p50).p50;
  const late = best(() => timed([{ chunks: [...lead, ...tail], skip: lead.length }]), ({ p50 }) => p50);
  return { kind: 'stream', ...every, early, late: late.p50, lateP99: late.p99, lateToEarly: late.p50 / early };
}

/** Times each chunk of the runs but the first `skip` of each. */
function timed(runs) {
  const took = [];
  const held = [];
  let [left, last] = [0, 0];
  const mark = (characters) => {
    const now = performance.now();
    if (left > 0) left -= 1;
    else {
      took.push((now - last) * 1000);
      held.push(characters);
    }
    last = performance.now();
  };
  for (const { chunks, skip } of runs) {
    left = skip;
    last = performance.now();
    contender.stream(it, chunks, mark);
  }
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99), held: { p50: quantile(held, 0.5), p99: quantile(held, 0.99), max: held.reduce((a, b) => Math.max(a, b), 0) } };
}

function best(run, by) {
  const passes = Array.from({ length: CHUNK_PASSES }, run);
  return passes.reduce((least, pass) => (by(pass) < by(least) ? pass : least));
}

function rescanned() {
  const deadline = performance.now() + seconds * 1000;
  const rng = random(5);
  const took = [];
  for (const text of messages.slice(0, RESCANNED_MESSAGES)) took.push(...rescan('', cut(text, rng), deadline));
  const { lead, tail } = long(rng, RESCANNED_LONG_CHUNKS);
  const late = rescan(lead.join(''), tail, deadline + seconds * 1000);
  return { kind: 'rescan', p50: quantile(took, 0.5), p99: quantile(took, 0.99), late: quantile(late, 0.5), lateP99: quantile(late, 0.99) };
}

function rescan(lead, chunks, deadline) {
  const took = [];
  let text = lead;
  for (const chunk of chunks) {
    const start = performance.now();
    if (took.length > 0 && start > deadline) break;
    text += chunk;
    contender.match(it, text);
    took.push((performance.now() - start) * 1000);
  }
  return took;
}

/** Chunks of a long message, and those that come after it. */
function long(rng, count) {
  const text = all.join('');
  const chunks = cut(text.slice(LONG_UNITS, LONG_UNITS + count * 20), rng).slice(0, count);
  return { lead: cut(text.slice(0, LONG_UNITS), rng), tail: chunks };
}

function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
