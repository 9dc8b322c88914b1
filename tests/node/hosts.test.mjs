import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { browserHost, init, memoryHost, nodeHost } from 'tidegate';
import { serve } from './support.mjs';

const bytes = (...values) => Uint8Array.from(values);

async function behavesAsStore(store) {
  assert.equal(await store.get('none'), undefined);
  const value = bytes(1, 2, 3, 4).subarray(1, 3);
  await store.set('a/1', value);
  value[0] = 9;
  assert.deepEqual(await store.get('a/1'), bytes(2, 3));
  await store.set('a/1', bytes(5));
  await store.set('a/2.corrupt', bytes());
  await store.set('b', bytes(6));
  await store.set('%2F', bytes(7));
  assert.deepEqual(await store.get('a/1'), bytes(5));
  assert.deepEqual(await store.get('a/2.corrupt'), bytes());
  assert.deepEqual((await store.keys('a/')).sort(), ['a/1', 'a/2.corrupt']);
  assert.deepEqual((await store.keys('')).sort(), ['%2F', 'a/1', 'a/2.corrupt', 'b']);
  const long = `k/${'长'.repeat(128)}`;
  await store.set(long, bytes(8));
  await store.set(`${long}/more`, bytes(9));
  assert.deepEqual((await store.keys('k/')).sort(), [long, `${long}/more`]);
  assert.deepEqual(await store.get(long), bytes(8));
  await store.delete('a/1');
  await store.delete('a/1');
  assert.equal(await store.get('a/1'), undefined);
  assert.deepEqual(await store.keys('a/'), ['a/2.corrupt']);
}

test('the store in memory keeps, lists and forgets values, and says what it is', async () => {
  const { store } = memoryHost();
  assert.equal(store.kind, 'memory');
  await behavesAsStore(store);
  assert.equal(nodeHost().store.kind, 'memory');
});

test('the store in files keeps values across hosts and leaves no drafts', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'tidegate-'));
  t.after(() => rm(directory, { recursive: true }));
  const { store } = nodeHost({ directory });
  assert.equal(store.kind, 'durable');
  await behavesAsStore(store);
  assert.deepEqual(await nodeHost({ directory }).store.get('b'), bytes(6));
  const names = await readdir(directory, { recursive: true });
  assert.ok(names.every((name) => !name.includes('~')), names.join());
  await writeFile(join(directory, 'x~draft'), 'half written');
  assert.deepEqual(await store.keys('x'), []);
  assert.deepEqual(await nodeHost({ directory: join(directory, 'not-made-yet') }).store.keys(''), []);
});

test('the store in IndexedDB keeps values across hosts', async (t) => {
  await import('fake-indexeddb/auto');
  t.after(() => delete globalThis.indexedDB);
  const { store } = browserHost();
  await behavesAsStore(store);
  assert.equal(store.kind, 'durable');
  assert.deepEqual(await browserHost().store.get('b'), bytes(6));
  assert.equal(await browserHost({ database: 'other' }).store.get('b'), undefined);
});

test('without a working IndexedDB values are kept in memory and kind says so', async (t) => {
  const without = browserHost().store;
  await behavesAsStore(without);
  assert.equal(without.kind, 'memory');
  const denied = { open: () => {
    throw new DOMException('denied', 'SecurityError');
  } };
  Object.defineProperty(globalThis, 'indexedDB', { value: denied, configurable: true });
  t.after(() => delete globalThis.indexedDB);
  const { store } = browserHost();
  await behavesAsStore(store);
  assert.equal(store.kind, 'memory');
});

test('hosts give random bytes, a clock that goes on, and timers that can be cancelled', async () => {
  await init();
  for (const host of [nodeHost(), browserHost(), memoryHost()]) {
    assert.notDeepEqual(host.random(16), host.random(16));
    assert.equal(host.random(16).length, 16);
    assert.ok(host.monotonic() <= host.monotonic());
    host.signals(() => {})();
  }
  let fired = 0;
  const { timer } = nodeHost();
  timer(1, () => (fired += 1));
  timer(1, () => (fired += 10))();
  timer(2 ** 40, () => (fired += 100));
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(fired, 1);
});

test('send gives status, headers and bytes', async (t) => {
  const url = await serve(t, (request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      response.writeHead(418, { 'x-method': request.method, 'x-type': request.headers['content-type'] });
      response.end(Buffer.concat(parts));
    });
  });
  const answer = await nodeHost().send({ url, method: 'POST', headers: { 'content-type': 'a/b' }, body: bytes(1, 2, 3).subarray(1) });
  assert.equal(answer.status, 418);
  assert.equal(answer.headers['x-method'], 'POST');
  assert.equal(answer.headers['x-type'], 'a/b');
  assert.deepEqual(answer.body, bytes(2, 3));
});

test('memoryHost moves time as told and fires timers in order', async () => {
  const host = memoryHost({ now: 1_000 });
  const log = [];
  host.timer(20, () => log.push(['b', host.now(), host.monotonic()]));
  host.timer(10, async () => {
    log.push(['a', host.now(), host.monotonic()]);
    await Promise.resolve();
    host.timer(5, () => log.push(['c', host.now(), host.monotonic()]));
  });
  host.timer(30, () => log.push(['late']));
  host.timer(10, () => log.push(['never']))();
  await host.advance(25);
  assert.deepEqual(log, [['a', 1_010, 10], ['c', 1_015, 15], ['b', 1_020, 20]]);
  assert.deepEqual([host.now(), host.monotonic()], [1_025, 25]);
  host.jump(-500);
  assert.deepEqual([host.now(), host.monotonic()], [525, 25]);
  const heard = [];
  const stop = host.signals((signal) => heard.push(signal));
  host.signal('hidden');
  stop();
  host.signal('visible');
  assert.deepEqual(heard, ['hidden']);
  await assert.rejects(host.send({ url: 'http://x', method: 'GET', headers: {} }), TypeError);
});
