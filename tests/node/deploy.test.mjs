/** The container files, as far as they can be tried without containers. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { compilePolicy, init } from 'tidegate';
import { startCollector } from './collector.mjs';

const read = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const dockerfile = read('deploy/Dockerfile');
const compose = parse(read('deploy/compose.yaml'));

/** What the image asks about itself, at another port. */
function healthCheck(port) {
  const [, command] = /^HEALTHCHECK [^[]*CMD (\[.*\])$/m.exec(dockerfile);
  const [program, ...line] = JSON.parse(command);
  assert.ok(line.at(-1).includes('/127.0.0.1/8787 '));
  return promisify(execFile)(program, line.map((one) => one.replace('/8787 ', `/${port} `)), { timeout: 10_000 });
}

test('every option that the container files set is one of the collector', () => {
  const config = read('collector/src/config.rs');
  const set = [...`${dockerfile}${read('deploy/compose.yaml')}`.matchAll(/\b(TIDEGATE_\w+)(?==|: )/g)].map(([, name]) => name);
  assert.ok(set.length >= 8);
  assert.deepEqual(set.filter((name) => !config.includes(`env = "${name}"`)), []);
});

test('the health check passes while the collector answers and fails when it is away or says no', async (t) => {
  await init();
  const pack = compilePolicy({ policy: 'p', rules: [{ id: 'r', risk: 'x_gambling', action: 'mask', terms: ['x'] }] });
  const collector = await startCollector(t, { pack });
  await healthCheck(new URL(collector.url).port);
  const refusing = createServer((socket) => socket.on('error', () => {}).resume().end('HTTP/1.0 503 Service Unavailable\r\n\r\n'));
  await new Promise((done) => refusing.listen(0, '127.0.0.1', done));
  const { port } = refusing.address();
  await assert.rejects(healthCheck(port));
  await new Promise((done) => refusing.close(done));
  await assert.rejects(healthCheck(port));
});

test('the container runs as nobody in particular and cannot become more', () => {
  assert.match(dockerfile, /^USER [1-9]\d*:[1-9]\d*$/m);
  const { collector, database } = compose.services;
  assert.deepEqual([collector.read_only, collector.cap_drop], [true, ['ALL']]);
  assert.deepEqual(collector.security_opt, ['no-new-privileges:true']);
  assert.ok(collector.ports.every((port) => String(port).startsWith('127.0.0.1:')));
  assert.equal(database.ports, undefined);
  assert.deepEqual([database.networks, compose.networks.inside.internal], [['inside'], true]);
});
