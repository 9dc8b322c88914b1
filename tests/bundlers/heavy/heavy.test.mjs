/** The tarball in the bundlers that take minutes to install and to run: webpack 5 and Next.js. `cargo xtask matrix` runs it. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../../browser/browsers.mjs';
import { until } from '../../browser/harness.mjs';
import { ANSWER, HTML, app, packOf, prepare, serve, shows } from '../harness.mjs';
import { install, place } from './place.mjs';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));

prepare({ more: install });

test('webpack 5', async (t) => {
  const webpack = createRequire(join(place, 'package.json'))('webpack');
  const path = join(app, 'webpack');
  const stats = await promisify(webpack)({
    context: app, mode: 'production', devtool: false, performance: { hints: false }, output: { path, filename: '[name].js' },
    entry: { main: './main.js', threaded: './threaded.js', loaded: './loaded.js' },
  });
  assert.deepEqual([stats.toJson().errors, stats.toJson().warnings.map(({ message }) => message)], [[], []]);
  const url = await serve(t, path, { '/': HTML('/main.js'), '/threaded': HTML('/threaded.js'), '/loaded': HTML('/loaded.js') });
  await shows(t, 'in a page', url);
  await shows(t, 'in a worker', `${url}/threaded`);
  await shows(t, 'loaded in a worker', `${url}/loaded`);
});

/** Starts `next start`, once it is built. */
async function nextServer(t, ...flags) {
  const next = join(place, 'next');
  await rm(next, { recursive: true, force: true });
  await cp(join(here, 'next'), next, { recursive: true });
  for (const file of ['chat.js', 'loads.js', 'worker.js']) await cp(join(app, file), join(next, file));
  await mkdir(join(next, 'public'));
  await writeFile(join(next, 'public/policy.pack'), packOf());
  await writeFile(join(next, 'public/icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(next, 'answer.json'), JSON.stringify(ANSWER));
  // Its own packages, so that nothing is looked for further up.
  await writeFile(join(next, 'package.json'), '{"private":true,"type":"module"}');
  const bin = join(place, 'node_modules/next/dist/bin/next');
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' };
  await run(process.execPath, [bin, 'build', ...flags], { cwd: next, env }).catch(({ stdout, stderr }) => assert.fail(`${stdout}\n${stderr}`));
  const port = await freePort();
  const server = spawn(process.execPath, [bin, 'start', '--port', String(port), '--hostname', '127.0.0.1'], { cwd: next, env, stdio: 'ignore' });
  t.after(() => server.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await until('Next.js starts', async () => {
    assert.equal(server.exitCode, null, 'Next.js ended');
    return await fetch(url).then(({ ok }) => ok, () => false);
  });
  return url;
}

for (const [name, ...flags] of [['Turbopack'], ['webpack', '--webpack']]) {
  test(`Next.js with ${name}`, async (t) => {
    const url = await nextServer(t, ...flags);
    await t.test('the page that the server renders has nothing of the text', async () => {
      const html = await (await fetch(url)).text();
      assert.match(html, /<main><\/main>/);
      assert.match(html, /data-tidegate-state="open"/);
    });
    const objections = async () => (await fetch(`${url}/objections`)).json();
    await shows(t, 'in a page', url, objections);
    await shows(t, 'in a worker', `${url}/threaded`, objections);
    await shows(t, 'loaded in a worker, when it is needed', `${url}/loaded`, objections);
    await t.test('on the server', async () => {
      const answer = await fetch(`${url}/guarded?text=${encodeURIComponent('去赌博网站看')}`);
      assert.equal(await answer.text(), '去＊＊＊＊看');
    });
  });
}
