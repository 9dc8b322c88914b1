/** The tarball without a bundler and with esbuild, in pages and in workers. Vite is beside; `heavy/` has those that are installed for `cargo xtask matrix`. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { build as esbuild } from 'esbuild';
import { CSP, HTML, app, prepare, serve, shows, showsNothing } from './harness.mjs';

prepare();

// Packages have addresses.
test('without a bundler, as modules', async (t) => {
  const plain = join(app, 'plain');
  await mkdir(plain);
  for (const file of ['main.js', 'threaded.js', 'worker.js', 'chat.js', 'loaded.js', 'loads.js']) {
    const code = await readFile(join(app, file), 'utf8');
    await writeFile(join(plain, file), code.replace("'tidegate'", "'/node_modules/tidegate/index.js'").replace("'tidegate/worker'", "'/node_modules/tidegate/worker.js'"));
  }
  const url = await serve(t, app, { '/': HTML('/plain/main.js'), '/threaded': HTML('/plain/threaded.js'), '/loaded': HTML('/plain/loaded.js') });
  await shows(t, 'in a page', url);
  await shows(t, 'in a worker', `${url}/threaded`);
  await shows(t, 'loaded in a worker', `${url}/loaded`);
  const strictest = await serve(t, app, { '/': HTML('/plain/main.js'), '/loaded': HTML('/plain/loaded.js') }, CSP.replace(" 'wasm-unsafe-eval'", ''));
  await showsNothing(t, 'where WebAssembly may not be compiled, nothing is shown', strictest);
  await showsNothing(t, 'nor loaded in a worker', `${strictest}/loaded`);
  for (const [worker, code] of [['missing.js', undefined], ['dying.js', 'throw new Error("dies")']]) {
    const page = (await readFile(join(plain, 'loaded.js'), 'utf8')).replace('./loads.js', `./${worker}`);
    await writeFile(join(plain, `with-${worker}`), page);
    if (code) await writeFile(join(plain, worker), code);
    const broken = await serve(t, app, { '/': HTML(`/plain/with-${worker}`) });
    await showsNothing(t, `with a worker that is ${worker.slice(0, -3)}, nothing is shown`, broken, /worker\/failed/);
  }
});

for (const [name, alias, files] of [
  ['with the module beside the bundle', {}, ['tidegate_bg.wasm']],
  ['with the module inside', { tidegate: 'tidegate/inline' }, []],
]) {
  test(`esbuild, ${name}`, async (t) => {
    const outdir = join(app, `esbuild-${files.length}`);
    await esbuild({
      absWorkingDir: app, entryPoints: ['main.js', 'threaded.js', 'worker.js', 'loaded.js', 'loads.js'], bundle: true, minify: true, format: 'esm', outdir, alias, logLevel: 'error',
    });
    for (const file of files) await cp(join(app, 'node_modules/tidegate', file), join(outdir, file));
    const url = await serve(t, outdir, { '/': HTML('/main.js'), '/threaded': HTML('/threaded.js'), '/loaded': HTML('/loaded.js') });
    await shows(t, 'in a page', url);
    await shows(t, 'in a worker', `${url}/threaded`);
    await shows(t, 'loaded in a worker', `${url}/loaded`);
  });
}
