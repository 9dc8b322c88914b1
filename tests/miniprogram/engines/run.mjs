/** Runs the builds in engines that are no browser's: JavaScriptCore's shell, with and without JIT, and QuickJS. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompressSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { withGlueShown } from '../sandbox.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const pkg = fileURLToPath(new URL('../../../pkg/', import.meta.url));
const prelude = join(here, 'prelude.js');
const tools = createRequire(fileURLToPath(new URL('../tools/package.json', import.meta.url)));

/** Ends a shell that hangs, ms. */
const PATIENCE_MS = process.env.TIDEGATE_ALL_WAYS === '1' ? 3_600_000 : 240_000;

/** JavaScriptCore's shell, if it is installed (Debian: libjavascriptcoregtk-4.0-bin). */
export const JSC = process.env.JSC ?? (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'jsc')).find((file) => existsSync(file));
export const hasQuickJs = existsSync(fileURLToPath(new URL('../tools/node_modules/quickjs-emscripten', import.meta.url)));

const program = () => buildSync({
  entryPoints: [join(here, 'program.mjs')], bundle: true, write: false, format: 'iife', target: 'es2020', logLevel: 'warning',
}).outputFiles[0].text;

/** Runs `job` in JavaScriptCore; `flags` are its own. `build` is a file of the package. */
export async function inJsc(job, { flags = [], build = 'miniprogram/index.js' } = {}) {
  const work = mkdtempSync(join(tmpdir(), 'tidegate-jsc-'));
  try {
    const wasm = join(work, 'core.wasm');
    writeFileSync(wasm, brotliDecompressSync(readFileSync(join(pkg, 'miniprogram/tidegate.wasm.br'))));
    const source = readFileSync(join(pkg, build), 'utf8');
    const given = `given = { source: ${JSON.stringify(build.includes('nowasm') ? withGlueShown(source) : source)}, module: readFile(${JSON.stringify(wasm)}, 'binary') };`;
    const files = { 'given.js': given, 'job.js': `job = ${JSON.stringify(job)};`, 'program.js': program() };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(work, name), text);
    const at = (name) => join(work, name);
    const { stdout } = await promisify(execFile)(JSC, [...flags, at('given.js'), prelude, at('job.js'), at('program.js')], { timeout: PATIENCE_MS, maxBuffer: 1 << 26 });
    return resultIn(stdout);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Runs `job` with the build without WebAssembly in QuickJS, which has no JIT, no WebAssembly and no timers. */
export async function inQuickJs(job) {
  const { getQuickJS } = tools('quickjs-emscripten');
  const context = (await getQuickJS()).newContext();
  let printed = '';
  try {
    const print = context.newFunction('print', (...args) => void (printed += `${args.map((arg) => context.dump(arg)).join(' ')}\n`));
    context.setProp(context.global, 'print', print);
    print.dispose();
    const run = (text) => context.unwrapResult(context.evalCode(text)).consume((value) => context.dump(value));
    run(`given = { source: ${JSON.stringify(withGlueShown(readFileSync(join(pkg, 'mp/nowasm.js'), 'utf8')))} };`);
    run(readFileSync(prelude, 'utf8'));
    run(`job = ${JSON.stringify(job)};`);
    run(program());
    do context.unwrapResult(context.runtime.executePendingJobs()); while (!printed.includes('RESULT') && run('runTimers()'));
  } finally {
    context.dispose();
  }
  return resultIn(printed);
}

function resultIn(printed) {
  const line = printed.split('\n').find((one) => one.startsWith('RESULT '));
  if (!line) throw new Error(`the engine gave no result:\n${printed.slice(-2_000)}`);
  const result = JSON.parse(line.slice('RESULT '.length));
  if (result.error) throw new Error(result.error);
  return result;
}
