/**
 * Brings a module down to the first version of WebAssembly, the MVP: mini-programs
 * run in engines of 2018, which refuse a module with one newer instruction.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withoutBulkMemory } from './memory.mjs';
import { trapping, withoutPlaces } from './panics.mjs';
import { CUSTOM, numberBytes, readNumber, sectionsOf, textAt } from './sections.mjs';

const run = promisify(execFile);
const binaryen = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules', 'binaryen', 'bin');

/** What the standard library was built with, though the target CPU is `mvp`; each is lowered. */
const LOWERED = [
  ['sign-ext', '--signext-lowering'],
  ['nontrapping-float-to-int', '--llvm-nontrapping-fptoint-lowering'],
  ['mutable-globals'],
];
/**
 * Functions that differ in constants become one, and only small ones of one caller become part of it:
 * large ones have no more in common with what is around them, and compress worse there.
 */
const SMALLER = [
  '--merge-similar-functions', '-Oz', '--converge', '--one-caller-inline-max-function-size', '100',
  // The first kilobyte is the end of the stack, which nothing comes near: constants may join an address.
  '--low-memory-unused',
];
/** The generator of the glue takes these for leave to use them. */
const FEIGNED = new Set(['reference-types', 'multivalue', 'call-indirect-overlong']);

/** Optimises `source` for size into `target`, which only the MVP is needed to read. */
export async function lower(source, target) {
  await writeFile(target, withoutBulkMemory(withoutPlaces(trapping(await readFile(source)))));
  const words = LOWERED.flat();
  const features = words.filter((word) => !word.startsWith('--')).map((name) => `--enable-${name}`);
  const passes = words.filter((word) => word.startsWith('--'));
  const strip = ['--strip-debug', '--strip-producers', '--strip-target-features'];
  await wasmOpt(target, ['--mvp-features', ...features, ...passes, ...SMALLER, ...strip, '-o', target]);
  // Reads it again with nothing allowed.
  await wasmOpt(target, ['--mvp-features']);
}

async function wasmOpt(file, options) {
  await run(process.execPath, [join(binaryen, 'wasm-opt'), file, ...options], { maxBuffer: 1 << 26 });
}

/** The same computation in JavaScript, as a module that imports the glue. */
export async function toJavaScript(source, target) {
  await run(process.execPath, [join(binaryen, 'wasm2js'), source, '--mvp-features', '-Oz', '-o', target], { maxBuffer: 1 << 26 });
  await writeFile(target, withFreshMemory(await readFile(target, 'utf8')));
}

/** An access to memory, and a call of one of the module's functions, as they are translated. */
const ACCESS = /\bHEAP\w+\[/g;
const CALL = /\$\d+\(/;

/**
 * The translation with the place of every access computed before the memory is looked at. JavaScript
 * looks first, and where the place is the result of a call, the call may have put a grown memory in
 * place of that one: what was read was of the past.
 */
export function withFreshMemory(text) {
  let fresh = 'var heapPlace = 0;\n';
  let from = 0;
  for (const { 0: access, index } of text.matchAll(ACCESS)) {
    const start = index + access.length;
    const end = closing(text, start);
    if (!CALL.test(text.slice(start, end))) continue;
    if (index < from || /^\s*=[^=]/.test(text.slice(end + 1))) throw new Error(`wasm2js writes otherwise: ${text.slice(index, end + 1)}`);
    fresh += `${text.slice(from, index)}(heapPlace = ${text.slice(start, end)}, ${access}heapPlace])`;
    from = end + 1;
  }
  return fresh + text.slice(from);
}

/** Where the bracket closes whose inside begins at `start`. */
function closing(text, start) {
  for (let at = start, depth = 1; at < text.length; at += 1) {
    if (text[at] === '[') depth += 1;
    if (text[at] === ']') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error('a bracket is not closed');
}

/**
 * The module without what its section `target_features` feigns: the prebuilt
 * standard library always lists them, and the glue would be made of them.
 */
export function withoutFeigned(bytes) {
  const parts = [bytes.subarray(0, 8)];
  for (const { id, at, content, end } of sectionsOf(bytes)) {
    const [length, name] = readNumber(bytes, content);
    const isList = id === CUSTOM && textAt(bytes, name, length) === 'target_features';
    parts.push(isList ? withoutListed(bytes, content, name + length) : bytes.subarray(at, end));
  }
  return Buffer.concat(parts);
}

function withoutListed(bytes, content, listAt) {
  const kept = [];
  let [count, at] = readNumber(bytes, listAt);
  for (; count > 0; count -= 1) {
    const [length, nameAt] = readNumber(bytes, at + 1);
    const end = nameAt + length;
    if (!FEIGNED.has(textAt(bytes, nameAt, length))) kept.push(bytes.subarray(at, end));
    at = end;
  }
  const body = Buffer.concat([bytes.subarray(content, listAt), numberBytes(kept.length), ...kept]);
  return Buffer.concat([Buffer.of(CUSTOM), numberBytes(body.length), body]);
}
