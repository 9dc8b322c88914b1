/** The tarball in what this repository has anyway: no bundler, esbuild and Vite; in pages and in workers. `heavy/` has the others. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { build as esbuild } from 'esbuild';
import { build as viteBuild, createServer } from 'vite';
import { CSP, HTML, app, backend, prepare, serve, shows } from './harness.mjs';

prepare();

/** Without a bundler, packages have addresses. */
const UNBUNDLED = '/node_modules/tidegate/index.js';

test('without a bundler, as modules', async (t) => {
  const plain = join(app, 'plain');
  await mkdir(plain);
  for (const file of ['main.js', 'threaded.js', 'worker.js']) await cp(join(app, file), join(plain, file));
  await writeFile(join(plain, 'chat.js'), (await readFile(join(app, 'chat.js'), 'utf8')).replace("'tidegate'", `'${UNBUNDLED}'`));
  const url = await serve(t, app, { '/': HTML('/plain/main.js'), '/threaded': HTML('/plain/threaded.js') });
  await t.test('in a page', () => shows(url));
  await t.test('in a worker', () => shows(`${url}/threaded`));
});

for (const [name, alias, files] of [
  ['with the module beside the bundle', {}, ['tidegate_bg.wasm']],
  ['with the module inside', { tidegate: 'tidegate/inline' }, []],
]) {
  test(`esbuild, ${name}`, async (t) => {
    const outdir = join(app, `esbuild-${files.length}`);
    await esbuild({
      absWorkingDir: app, entryPoints: ['main.js', 'threaded.js', 'worker.js'], bundle: true, minify: true, format: 'esm', outdir, alias, logLevel: 'error',
    });
    for (const file of files) await cp(join(app, 'node_modules/tidegate', file), join(outdir, file));
    const url = await serve(t, outdir, { '/': HTML('/main.js'), '/threaded': HTML('/threaded.js') });
    await t.test('in a page', () => shows(url));
    await t.test('in a worker', () => shows(`${url}/threaded`));
  });
}

const PAGES = { 'index.html': HTML('./main.js'), 'threaded.html': HTML('./threaded.js') };
const writePages = () => Promise.all(Object.entries(PAGES).map(([file, html]) => writeFile(join(app, file), html)));

test('Vite, built', async (t) => {
  await writePages();
  await viteBuild({
    root: app, configFile: false, logLevel: 'error', worker: { format: 'es' },
    build: { outDir: 'vite', rollupOptions: { input: Object.keys(PAGES).map((file) => join(app, file)) } },
  });
  const url = await serve(t, join(app, 'vite'), {});
  await t.test('in a page', () => shows(`${url}/index.html`));
  await t.test('in a worker', () => shows(`${url}/threaded.html`));
});

test('Vite, while developing', async (t) => {
  await writePages();
  process.env.NODE_ENV = 'development';
  const server = await createServer({
    root: app, configFile: false, logLevel: 'error',
    // Its own client opens a socket.
    server: { port: 0, host: '127.0.0.1', headers: { 'content-security-policy': CSP.replace("connect-src 'self'", "connect-src 'self' ws:") } },
    plugins: [{
      name: 'backend',
      configureServer: ({ middlewares }) => void middlewares.use(async (from, to, next) => {
        if (!await backend(from, to)) next();
      }),
    }],
  });
  t.after(() => server.close());
  await server.listen();
  const url = `http://127.0.0.1:${server.httpServer.address().port}`;
  await t.test('in a page', () => shows(url));
  await t.test('in a worker', () => shows(`${url}/threaded.html`));
});
