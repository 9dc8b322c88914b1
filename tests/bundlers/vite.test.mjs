/** The tarball in Vite, built and while developing, in pages and in workers. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { build, createServer } from 'vite';
import { CSP, HTML, app, backend, prepare, serve, shows } from './harness.mjs';

prepare();

const PAGES = { 'index.html': HTML('./main.js'), 'threaded.html': HTML('./threaded.js'), 'loaded.html': HTML('./loaded.js'), 'addressed.html': HTML('./addressed.js') };
const writePages = () => Promise.all(Object.entries(PAGES).map(([file, html]) => writeFile(join(app, file), html)));

test('Vite, built', async (t) => {
  await writePages();
  await build({
    root: app, configFile: false, logLevel: 'error', worker: { format: 'es' },
    build: { outDir: 'vite', rollupOptions: { input: Object.keys(PAGES).map((file) => join(app, file)) } },
  });
  const url = await serve(t, join(app, 'vite'), {});
  await shows(t, 'in a page', `${url}/index.html`);
  await shows(t, 'in a worker', `${url}/threaded.html`);
  await shows(t, 'loaded in a worker', `${url}/loaded.html`);
  await shows(t, 'with the address of the module by ?url', `${url}/addressed.html`);
});

test('Vite, while developing', async (t) => {
  await writePages();
  process.env.NODE_ENV = 'development';
  const server = await createServer({
    root: app, configFile: false, logLevel: 'error',
    // What only a worker imports is found late, and the page loaded anew.
    optimizeDeps: { include: ['tidegate', 'tidegate/worker'] },
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
  await shows(t, 'in a page', url);
  await shows(t, 'in a worker', `${url}/threaded.html`);
  await shows(t, 'loaded in a worker', `${url}/loaded.html`);
  await shows(t, 'with the address of the module by ?url', `${url}/addressed.html`);
});
