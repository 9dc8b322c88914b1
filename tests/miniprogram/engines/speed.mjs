/**
 * Speed in JavaScriptCore without JIT, as mini-programs on iPhones may have it: until the first judgement, and for
 * 20 characters of text, with a signed pack of 10,000 terms. Prints both, with JIT and without the signature too, and
 * fails past the limits.
 *
 *     node tests/miniprogram/engines/speed.mjs [RUNS]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilePolicy, init, publicKey, signPack } from 'tidegate';
import { load } from '../../../benches/peers/text.mjs';
import { inJsc, JSC } from './run.mjs';

const LIMITS = { ready: 150, piece: 1 };
const FOLDER = fileURLToPath(new URL('../../../target/bench/', import.meta.url));
const SIZE = '10k';
const PIECE_UNITS = 20;
const PIECES = 1_000;
/** Of the key that signs; nothing here is a secret. */
const SEED = new Uint8Array(32).fill(7);
const runs = Number(process.argv[2] ?? 5);

if (!JSC) {
  console.error('jsc is not installed (Debian: libjavascriptcoregtk-4.0-bin)');
  process.exit(2);
}

const { terms, messages } = load(FOLDER, SIZE);
const file = join(FOLDER, `${SIZE}-mask.pack`);
await init();
if (!existsSync(file)) {
  writeFileSync(file, compilePolicy({ policy: `bench-${SIZE}`, rules: [{ id: 'all', risk: 'x_gambling', action: 'mask', terms }] }));
}
const text = messages.join('\n');
const pieces = Array.from({ length: PIECES }, (_, at) => text.slice(at * PIECE_UNITS, (at + 1) * PIECE_UNITS));
const pack = new Uint8Array(readFileSync(file));
const hexOf = (bytes) => Buffer.from(bytes).toString('hex');
const unsigned = { what: 'speed', packs: [['', hexOf(pack)]], pieces, rounds: 5 };
const signed = { ...unsigned, packs: [['', hexOf(signPack(pack, SEED))]], keys: [hexOf(publicKey(SEED))] };

/** Median and least: on a machine that has other work, the least is nearer to the truth. */
function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], least: sorted[0] };
}

const cell = ({ median, least }, digits, width) => `${median.toFixed(digits)} (${least.toFixed(digits)})`.padStart(width);
const ways = [
  { name: 'with JIT', flags: [] },
  { name: 'without JIT', flags: ['--useJIT=0'], limits: LIMITS },
  { name: 'without JIT, unsigned', flags: ['--useJIT=0'], job: unsigned },
  { name: 'without JIT and WebAssembly', flags: ['--useJIT=0', '--useWasm=0'], build: 'mp/nowasm.js' },
];
let isWithin = true;
console.log(`JavaScriptCore, a signed pack of ${terms.length} terms: median of ${runs} runs (and the least), ms; load ${loadavg()[0].toFixed(1)}`);
console.log(`${''.padEnd(30)}${'core'.padStart(14)}${'pack'.padStart(14)}${'ready'.padStart(14)}${`${PIECE_UNITS} characters`.padStart(18)}`);
for (const { name, flags, build, limits, job = signed } of ways) {
  const all = [];
  for (let run = 0; run < runs; run += 1) all.push(await inJsc(job, { flags, ...(build && { build }) }));
  const [start, load, ready, piece] = ['start', 'load', 'ready', 'piece'].map((key) => summary(all.map((one) => one[key])));
  console.log(`${name.padEnd(30)}${cell(start, 0, 14)}${cell(load, 0, 14)}${cell(ready, 0, 14)}${cell(piece, 3, 18)}`);
  if (limits && (ready.median > limits.ready || piece.median > limits.piece)) isWithin = false;
}
console.log(`limits without JIT: ready ${LIMITS.ready} ms, ${PIECE_UNITS} characters ${LIMITS.piece} ms: ${isWithin ? 'kept' : 'EXCEEDED'}`);
process.exitCode = isWithin ? 0 : 1;
