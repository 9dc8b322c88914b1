/** Taking over new policies: what is asked, what is loaded, and what changes nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, createGuard, followPolicies, init, memoryHost, publicKey, signPack } from 'tidegate';
import { coded } from './support.mjs';

const SEED = new Uint8Array(32).fill(7);
const MINUTE = 60_000;

const signed = (policy, revision, term, seed = SEED) =>
  signPack(compilePolicy({ policy, revision, rules: [{ id: 'r', risk: 'x_gambling', action: 'terminate', terms: [term] }] }), seed);

/** A guard that follows two policies of a collector that the test plays. */
async function following(t, options = {}) {
  await init();
  const served = { a: signed('a', 1, 'first'), b: signed('b', 1, 'other') };
  const requests = [];
  const server = { served, requests, fault: undefined, withTag: true };
  const send = async ({ url, headers }) => {
    const name = /(\w)\.pack$/.exec(url)[1];
    requests.push([name, headers['if-none-match']]);
    if (server.fault) return server.fault();
    const tag = `"${Buffer.from(served[name]).toString('base64').slice(-12)}"`;
    if (headers['if-none-match'] === tag) return { status: 304, headers: {}, body: new Uint8Array() };
    return { status: 200, headers: server.withTag ? { etag: tag } : {}, body: served[name] };
  };
  const host = memoryHost({ send });
  const guard = await createGuard({ packs: [served.a, served.b], publicKeys: [publicKey(SEED)], host });
  const events = [];
  const follower = followPolicies(guard, {
    urls: ['https://c.example/v1/policies/a.pack', 'https://c.example/v1/policies/b.pack'],
    host, everyMs: MINUTE, onUpdate: () => events.push('update'), onError: ({ code }) => events.push(code), ...options,
  });
  t.after(() => follower.stop());
  const stops = (text) => guard.check(text).length > 0;
  return { host, guard, server, follower, events, stops };
}

test('only what has changed is transferred and loaded, and the other pack stays', async (t) => {
  const { host, server, events, stops } = await following(t);
  await host.advance(0);
  assert.deepEqual(server.requests.splice(0).map(([name, tag]) => [name, tag]), [['a', undefined], ['b', undefined]]);
  events.length = 0;
  await host.advance(MINUTE);
  assert.ok(server.requests.splice(0).every(([, tag]) => tag));
  assert.deepEqual(events, []);
  server.served.a = signed('a', 2, 'second');
  await host.advance(MINUTE);
  assert.deepEqual(events, ['update']);
  assert.deepEqual([stops('first'), stops('second'), stops('other')], [false, true, true]);
});

test('without tags, equal bytes are no update', async (t) => {
  const { host, server, events } = await following(t);
  server.withTag = false;
  await host.advance(0);
  events.length = 0;
  await host.advance(3 * MINUTE);
  assert.deepEqual(events, []);
});

test('what is refused or cannot be had changes nothing, and is asked for again', async (t) => {
  const { host, server, follower, events, stops } = await following(t);
  await host.advance(0);
  events.length = 0;
  const bad = {
    'fetch/policy': [() => Promise.reject(new TypeError('offline')), () => ({ status: 503, headers: {}, body: new Uint8Array() }),
      () => ({ status: 404, headers: {}, body: new Uint8Array() })],
    'pack/signature': [() => ({ status: 200, headers: {}, body: signed('a', 9, 'x', new Uint8Array(32).fill(8)) })],
    'pack/magic': [() => ({ status: 200, headers: {}, body: new TextEncoder().encode('<html>') })],
  };
  for (const [code, faults] of Object.entries(bad)) {
    for (const fault of faults) {
      server.fault = fault;
      await assert.rejects(follower.check(), coded(code));
      await host.advance(MINUTE);
      assert.deepEqual(events.splice(0), [code]);
      assert.ok(stops('first') && stops('other'));
    }
  }
  server.fault = undefined;
  server.served.a = signed('a', 2, 'second');
  await host.advance(MINUTE);
  assert.ok(stops('second') && !stops('first'));
  // An older revision, as an old cache would give it.
  server.served.a = signed('a', 1, 'first');
  events.length = 0;
  await host.advance(MINUTE);
  assert.deepEqual(events, ['pack/rollback']);
  assert.ok(stops('second'));
});

test('two questions at once are one, and after stop there is none', async (t) => {
  const { host, server, follower } = await following(t);
  await host.advance(0);
  server.requests.length = 0;
  server.served.a = signed('a', 2, 'second');
  assert.deepEqual(await Promise.all([follower.check(), follower.check()]), [true, true]);
  assert.equal(server.requests.length, 2);
  follower.stop();
  await host.advance(10 * MINUTE);
  assert.equal(server.requests.length, 2);
});

test('once the guard is disposed nobody is asked any more', async (t) => {
  const { host, guard, server, follower, events } = await following(t);
  await host.advance(0);
  await guard.dispose();
  server.requests.length = 0;
  events.length = 0;
  await host.advance(10 * MINUTE);
  await assert.rejects(follower.check(), coded('guard/disposed'));
  assert.deepEqual([server.requests, events], [[], []]);
});

test('what a handler throws is told to the platform, and asking goes on', async (t) => {
  const thrown = [];
  const { host, server, follower, stops } = await following(t, {
    onUpdate: () => { throw new Error('update'); },
    onError: ({ code }) => { throw new Error(code); },
  });
  const { timer } = host;
  host.timer = (ms, run) => timer.call(host, ms, () => {
    try {
      run();
    } catch ({ message }) {
      thrown.push(message);
    }
  });
  await host.advance(0);
  server.served.a = signed('a', 2, 'second');
  assert.equal(await follower.check(), true);
  server.fault = () => ({ status: 503, headers: {}, body: new Uint8Array() });
  await host.advance(MINUTE);
  server.fault = undefined;
  server.served.a = signed('a', 3, 'third');
  await host.advance(MINUTE);
  assert.ok(stops('third') && !stops('second'));
  assert.deepEqual(thrown.filter((message, at) => thrown.indexOf(message) === at), ['update', 'fetch/policy']);
});

test('options out of their range are refused', async (t) => {
  const { guard, host } = await following(t);
  const urls = ['https://c.example/a.pack'];
  for (const wrong of [{ urls: [] }, { urls: 'a' }, { urls, everyMs: 999 }, { urls, everyMs: NaN }, { urls, everyMs: 86_400_001 }]) {
    assert.throws(() => followPolicies(guard, { host, ...wrong }), coded('guard/follow'));
  }
});
