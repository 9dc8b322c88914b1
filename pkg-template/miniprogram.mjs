/**
 * Builds what mini-programs load: `node pkg-template/miniprogram.mjs --module FILE --out DIR`.
 * FILE is the module as cargo made it for the target CPU `mvp`. Written are
 *
 * - `miniprogram/index.js` (ES2017) and `miniprogram/tidegate.wasm.br`: WeChat's npm
 *   copies this folder into the code package, and nothing else;
 * - `miniprogram/components/`: WeChat's native components;
 * - `mp/index.js` and `mp/nowasm.js` (ES5): for the others and for frameworks.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';
import { build, transform } from 'esbuild';
import { minify } from 'terser';
import typescript from 'typescript';
import { withShortExports } from './exports.mjs';
import { glueFactory } from './glue.mjs';
import { withShortImports } from './imports.mjs';
import { lower, toJavaScript, withoutFeigned } from './mvp.mjs';
import { replaced } from './replaced.mjs';

/** What the bundler puts first, before the comment that names the first file: help for syntax that is newer. */
const HELP = /^var __defProp = .*?(?=\n\/\/ )/s;
/** Shorter, and enough: only properties of plain objects of our own are copied, from one to another. */
const SHORT_HELP = { __spreadValues: 'Object.assign', __spreadProps: 'Object.assign' };

const run = promisify(execFile);
const source = join(dirname(fileURLToPath(import.meta.url)), 'src');

const { values: options } = parseArgs({ options: { module: { type: 'string' }, out: { type: 'string' }, bindgen: { type: 'string', default: 'wasm-bindgen' } } });
if (!options.module || !options.out) {
  console.error('usage: node pkg-template/miniprogram.mjs --module FILE --out DIR [--bindgen PROGRAM]');
  process.exit(2);
}
const out = resolve(options.out);
const work = join(out, 'work');
const wasm = join(work, 'tidegate.wasm');
const translated = join(work, 'tidegate-nowasm.mjs');

await rm(out, { recursive: true, force: true });
for (const folder of ['work', 'miniprogram', 'mp']) await mkdir(join(out, folder), { recursive: true });
/** What the module's imports and exports are called, by their names in the generated glue. */
const names = await bind();
await Promise.all([compress(), toJavaScript(wasm, translated)]);
const [main, nowasm] = await Promise.all([bundle('engine'), bundle('engine-nowasm')]);
const small = await smaller(main);
await writeFile(join(out, 'miniprogram', 'index.js'), small);
await writeFile(join(out, 'mp', 'index.js'), await toEs5(small));
await writeFile(join(out, 'mp', 'nowasm.js'), await toEs5(await minified(`(() => {${nowasm}})();`, 'es2017')));
await components();
// The package's own files are ES modules.
await writeFile(join(out, 'mp', 'package.json'), '{"type":"commonjs"}\n');

async function bind() {
  const stripped = join(work, 'stripped.wasm');
  await writeFile(stripped, withoutFeigned(await readFile(options.module)));
  await run(options.bindgen, [stripped, '--target', 'bundler', '--out-dir', work, '--out-name', 'tidegate', '--no-typescript']);
  await lower(join(work, 'tidegate_bg.wasm'), wasm);
  const { bytes: imported, names: imports } = withShortImports(await readFile(wasm));
  const { bytes, names: exports } = withShortExports(imported);
  await writeFile(wasm, bytes);
  return { imports, exports };
}

async function compress() {
  // Short distances by themselves: found by trying, a thousandth less.
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_NDIRECT]: 15 };
  await writeFile(join(out, 'miniprogram', 'tidegate.wasm.br'), brotliCompressSync(await readFile(wasm), { params }));
}

/** One CommonJS file, started by one of the engines. */
async function bundle(engine) {
  const own = join(source, 'miniprogram');
  /** The other parts of the folder that a page's are replaced with have its names. */
  const replaced = ({ path }) => ({ path: join(own, path.endsWith('/engine.js') ? `${engine}.ts` : `${basename(path, '.js')}.ts`) });
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [join(own, 'index.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    target: 'es2017',
    charset: 'utf8',
    legalComments: 'none',
    minifySyntax: true,
    inject: [join(own, 'globals.ts')],
    define: { globalThis: 'ownGlobal' },
    mangleProps: /^private_/,
    // Fields are assigned: each one defined is a call, and its name a text.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    logLevel: 'warning',
    plugins: [{
      name: 'miniprogram',
      setup: ({ onLoad, onResolve }) => {
        onResolve({ filter: /\/(attachments|fetch|stream|engine|loaded-contents|pack-digest|report-tabs|usage-tabs)\.js$/ }, replaced);
        onResolve({ filter: /^eventsource-parser$/ }, () => ({ path: join(own, 'eventsource-parser.ts') }));
        onResolve({ filter: /\/wasm\/tidegate_glue\.js$/ }, () => ({ path: 'tidegate_glue', namespace: 'made' }));
        onResolve({ filter: /\/wasm\/tidegate_nowasm\.js$/ }, () => ({ path: 'tidegate_nowasm', namespace: 'made' }));
        onLoad({ filter: /src\/.*\.ts$/ }, async ({ path }) => ({ contents: withPlainFields(await readFile(path, 'utf8')), loader: 'ts' }));
        onLoad({ filter: /glue/, namespace: 'made' }, async () => ({ contents: await glueFactory(join(work, 'tidegate_bg.js'), names) }));
        onLoad({ filter: /nowasm/, namespace: 'made' }, async () => ({ contents: await instanceFactory() }));
      },
    }],
  });
  return asCommonJs(withShortHelp(text));
}

function withShortHelp(text) {
  const names = Object.keys(SHORT_HELP);
  const short = replaced('the bundle', text, HELP, names.map((name) => `var ${name} = ${SHORT_HELP[name]};`).join('\n'));
  const unknown = short.match(/\b__[a-z]+[A-Z]\w*(?=\()/g)?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`the bundle needs ${unknown[0]}: write it without that syntax, or say here what helps`);
  return short;
}

/** The bundle's last statement says what it exports. Nothing of it changes later, so plain properties do. */
function asCommonJs(text) {
  return replaced('the bundle', text, /^export \{\n(.*)\n\};$/ms, (_, names) => {
    const exported = names.split(/,\s*/).map((one) => one.trim().split(' as ')).map(([own, name = own]) => `${name}: ${own}`);
    return `Object.defineProperty(module.exports = { ${exported.join(', ')} }, '__esModule', { value: true });`;
  });
}

/** The bundler minifies too, to a tenth more. */
async function smaller(text) {
  const { code } = await minify(text, { ecma: 2017, toplevel: true, compress: { passes: 3, pure_getters: true, unsafe_arrows: true } });
  return code;
}

async function minified(text, target) {
  return (await transform(text, { minify: true, target, charset: 'utf8', legalComments: 'none' })).code;
}

/** Each component as a file that requires the core and the words; its other files are copied. */
async function components() {
  const from = join(source, 'miniprogram', 'components');
  const to = join(out, 'miniprogram', 'components');
  const names = (await readdir(from, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  await build({
    entryPoints: [join(from, 'words.ts'), ...names.map((name) => join(from, name, 'index.ts'))],
    outbase: from,
    outdir: to,
    bundle: true,
    format: 'cjs',
    platform: 'neutral',
    target: 'es2017',
    charset: 'utf8',
    minify: true,
    logLevel: 'warning',
    plugins: [{
      name: 'shared',
      // Not loaded once more by each component.
      setup: ({ onResolve }) => {
        onResolve({ filter: /^\.\.\/(\.\.\/index|words)\.js$/ }, ({ path, importer }) => (importer.includes('components') ? { path, external: true } : undefined));
      },
    }],
  });
  for (const name of names) {
    for (const kind of ['json', 'wxml', 'wxss']) await copyFile(join(from, name, `index.${kind}`), join(to, name, `index.${kind}`));
  }
}

/**
 * Private names as plain ones, which the bundler then shortens: ES2017 has none, and each would be
 * a look-up in a map, which costs size and, without a JIT, time.
 */
function withPlainFields(text) {
  return text.replace(/(^\s*(?:(?:readonly|async|get|set|static) )*|\.|\(|\s)#(?=[a-z])/gm, '$1private_');
}

/** The translated module as a function, so that it can be started more than once. */
async function instanceFactory() {
  const text = await readFile(translated, 'utf8');
  const end = text.indexOf('\nvar retasmFunc = asmFunc(');
  if (end < 0) throw new Error('wasm2js writes its module otherwise');
  const body = text.slice(0, end).replace(/^import \* as \S+ from [^;]+;$/gm, '');
  return `export function createInstance(glue) {\n${body}\nreturn asmFunc({ './tidegate_bg.js': glue });\n}\n`;
}

async function toEs5(text) {
  const { outputText, diagnostics } = typescript.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { target: typescript.ScriptTarget.ES5, module: typescript.ModuleKind.CommonJS, allowJs: true, downlevelIteration: true },
  });
  if (diagnostics.length > 0) throw new Error(typescript.formatDiagnostics(diagnostics, { getCurrentDirectory: () => '', getCanonicalFileName: (name) => name, getNewLine: () => '\n' }));
  return minified(outputText, 'es5');
}
