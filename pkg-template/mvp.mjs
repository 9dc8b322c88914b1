/**
 * Brings a module down to the first version of WebAssembly, the MVP: mini-programs
 * run in engines of 2018, which refuse a module with one newer instruction.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { trapping } from './panics.mjs';

const run = promisify(execFile);
const binaryen = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules', 'binaryen', 'bin');

/** What the standard library was built with, though the target CPU is `mvp`; each is lowered. */
const LOWERED = [
  ['bulk-memory', 'bulk-memory-opt', '--llvm-memory-copy-fill-lowering'],
  ['sign-ext', '--signext-lowering'],
  ['nontrapping-float-to-int', '--llvm-nontrapping-fptoint-lowering'],
  ['mutable-globals'],
];
/** The generator of the glue takes these for leave to use them. */
const FEIGNED = new Set(['reference-types', 'multivalue', 'call-indirect-overlong']);
const CUSTOM = 0;

/** Optimises `source` for size into `target`, which only the MVP is needed to read. */
export async function lower(source, target) {
  await writeFile(target, trapping(await readFile(source)));
  const words = LOWERED.flat();
  const features = words.filter((word) => !word.startsWith('--')).map((name) => `--enable-${name}`);
  const passes = words.filter((word) => word.startsWith('--'));
  const strip = ['--strip-debug', '--strip-producers', '--strip-target-features'];
  await wasmOpt(target, ['--mvp-features', ...features, ...passes, '-Oz', '--converge', ...strip, '-o', target]);
  // Reads it again with nothing allowed.
  await wasmOpt(target, ['--mvp-features']);
}

async function wasmOpt(file, options) {
  await run(process.execPath, [join(binaryen, 'wasm-opt'), file, ...options], { maxBuffer: 1 << 26 });
}

/** The same computation in JavaScript, as a module that imports the glue. */
export async function toJavaScript(source, target) {
  await run(process.execPath, [join(binaryen, 'wasm2js'), source, '--mvp-features', '-Oz', '-o', target], { maxBuffer: 1 << 26 });
}

/**
 * The module without what its section `target_features` feigns: the prebuilt
 * standard library always lists them, and the glue would be made of them.
 */
export function withoutFeigned(bytes) {
  const parts = [bytes.subarray(0, 8)];
  for (let at = 8; at < bytes.length;) {
    const [size, content] = readLength(bytes, at + 1);
    const end = content + size;
    const [nameLength, nameAt] = readLength(bytes, content);
    const isList = bytes[at] === CUSTOM && text(bytes, nameAt, nameLength) === 'target_features';
    parts.push(isList ? withoutListed(bytes, content, nameAt + nameLength) : bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function withoutListed(bytes, content, listAt) {
  const kept = [];
  let [count, at] = readLength(bytes, listAt);
  for (; count > 0; count -= 1) {
    const [length, nameAt] = readLength(bytes, at + 1);
    const end = nameAt + length;
    if (!FEIGNED.has(text(bytes, nameAt, length))) kept.push(bytes.subarray(at, end));
    at = end;
  }
  const body = Buffer.concat([bytes.subarray(content, listAt), length(kept.length), ...kept]);
  return Buffer.concat([Buffer.of(CUSTOM), length(body.length), body]);
}

function text(bytes, at, length) {
  return Buffer.from(bytes.subarray(at, at + length)).toString();
}

/** A number in LEB128, and where it ends. */
function readLength(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at];
    at += 1;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

function length(value) {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 0x80)) bytes.push(value % 0x80 | 0x80);
  return Buffer.from([...bytes, value]);
}
