/** The tarball on the edge: esbuild, and workerd, which Cloudflare's Workers run on. `cargo xtask matrix` runs it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { freePort } from '../../browser/browsers.mjs';
import { until } from '../../browser/harness.mjs';
import { ANSWER, SHOWN, app, packOf, prepare } from '../harness.mjs';
import { install, place } from './place.mjs';

prepare({ more: install, inBrowsers: false });

const CONFIG = (port) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .edge)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const edge :Workerd.Worker = (
  modules = [
    (name = "edge.js", esModule = embed "edge.js"),
    (name = "tidegate_bg.wasm", wasm = embed "tidegate_bg.wasm"),
    (name = "policy.pack", data = embed "policy.pack"),
  ],
  compatibilityDate = "2026-11-01",
);`;

test('esbuild and workerd: what comes in pieces is guarded, in request after request', async (t) => {
  const outdir = join(app, 'edge');
  await mkdir(outdir);
  await build({
    absWorkingDir: app, entryPoints: ['edge.js'], bundle: true, format: 'esm', platform: 'neutral', mainFields: ['module', 'main'], conditions: ['workerd', 'worker', 'browser'],
    external: ['*.wasm', '*.pack'], outdir, logLevel: 'error',
  });
  await copyFile(join(app, 'node_modules/tidegate/tidegate_bg.wasm'), join(outdir, 'tidegate_bg.wasm'));
  await writeFile(join(outdir, 'policy.pack'), packOf());
  const port = await freePort();
  await writeFile(join(outdir, 'config.capnp'), CONFIG(port));
  const workerd = createRequire(join(place, 'package.json'))('workerd').default;
  const server = spawn(workerd, ['serve', 'config.capnp'], { cwd: outdir, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  server.stderr.on('data', (data) => { log += data; });
  t.after(() => server.kill('SIGKILL'));
  const send = (pieces) => fetch(`http://127.0.0.1:${port}`, {
    method: 'POST', duplex: 'half', body: new ReadableStream({ pull: (to) => pieces.length > 0 ? to.enqueue(new TextEncoder().encode(pieces.shift())) : to.close() }),
  });
  await until('workerd listens', () => send(['好']).then(({ ok }) => ok, () => {
    assert.equal(server.exitCode, null, log);
    return false;
  })).catch((error) => assert.fail(`${error.message}\n${log}`));
  for (const pieces of [[ANSWER.text], [...ANSWER.text], ['请看 🙂 赌博', '网站，就这样。终止', '词语']]) {
    assert.equal(await (await send(pieces)).text(), SHOWN, log);
  }
});
