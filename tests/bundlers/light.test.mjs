/** The tarball without a bundler and with esbuild, in pages and in workers. `heavy/` has the others, for `cargo xtask matrix`. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { build as esbuild } from 'esbuild';
import { CSP, HTML, app, prepare, serve, shows, showsNothing } from './harness.mjs';

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
  const strictest = await serve(t, app, { '/': HTML('/plain/main.js') }, CSP.replace(" 'wasm-unsafe-eval'", ''));
  await t.test('where WebAssembly may not be compiled, nothing is shown', () => showsNothing(strictest));
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
