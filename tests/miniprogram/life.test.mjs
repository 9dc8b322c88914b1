/** What a guard of a mini-program lives through: new policies, traps, hiding, cold restarts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bufferOf, collecting, KEY, packOf, POLICY, start, turn } from './support.mjs';

/** A preset that closes at no time of day: the clock here is the real one. */
const METERED = { reports: { endpoint: 'https://a/v1/reports' }, usage: { presets: ['cn_companion_2026'], age: 30 } };

test('new policies are followed over the platform\'s network, and only what has changed is loaded', async () => {
  const world = await start('es5', { level: '2.21.0' });
  const { sandbox, tidegate, guardOf } = world;
  const revision = (number, terms) => packOf({ ...POLICY, revision: number, rules: [{ ...POLICY.rules[0], terms }] });
  let served = revision(1, ['赌博网站']);
  const asked = [];
  sandbox.answer = ({ url, method, header, success }) => {
    asked.push([method, url, header['if-none-match']]);
    const etag = `"${served.length}-${served.at(-1)}"`;
    if (header['if-none-match'] === etag) success({ statusCode: 304, header: { ETag: etag }, data: '' });
    else success({ statusCode: 200, header: { ETag: etag }, data: bufferOf(served) });
    return { abort() {} };
  };
  const guard = await tidegate.createGuard({ packs: [sandbox.bytes(served)], publicKeys: [sandbox.bytes(KEY)] });
  const events = [];
  const following = tidegate.followPolicies(guard, {
    urls: ['https://c.example/v1/policies/p.pack'], onUpdate: () => events.push('update'), onError: ({ code }) => events.push(code),
  });
  await following.check();
  assert.deepEqual([asked[0], events.splice(0)], [['GET', 'https://c.example/v1/policies/p.pack', undefined], ['update']]);
  assert.equal(await following.check(), false);
  served = revision(2, ['新的词语']);
  assert.equal(await following.check(), true);
  const shown = (text) => {
    const message = guard.message();
    return message.push(text).text + message.finish().text;
  };
  assert.equal(shown('赌博网站和新的词语'), '赌博网站和＊＊＊＊');
  // An older one is refused, and what is in use stays.
  served = revision(1, ['赌博网站']);
  await assert.rejects(following.check(), { code: 'pack/rollback' });
  sandbox.answer = ({ fail }) => fail({ errMsg: 'request:fail' });
  await assert.rejects(following.check(), { code: 'fetch/policy' });
  assert.equal(shown('新的词语'), '＊＊＊＊');
  following.stop();
  await guard.dispose();
  assert.ok((await guardOf()).check('赌博网站').length > 0);
});

test('a trap closes everything until a new instance judges again', async () => {
  const world = await start();
  const guard = await world.guardOf();
  const message = guard.message();
  world.sandbox.trapsIn = 'filtermessage_push';
  assert.throws(() => message.push('你好'), { code: 'core/trap' });
  assert.throws(() => guard.message(), { code: 'core/trap' });
  await turn(50);
  assert.equal(world.sandbox.instances.length, 2);
  assert.equal(guard.message().push('去赌博网站看看').text, '去＊＊＊＊看看');
  assert.equal(message.push('后来').text, '');
});

for (const part of ['filtermessage_push', 'usagemeter_tick', 'usageclock_now', 'outbox_step']) {
  test(`after a trap in ${part} it is closed, and then the same guard goes on with its records and its time`, async () => {
    const world = await start();
    const { sandbox } = world;
    const guard = await world.guardOf(METERED);
    guard.message().push('去赌博网站看看');
    world.tidegate.touched();
    await turn(80);
    // Hiding writes the time.
    sandbox.signal('hide');
    await turn(50);
    sandbox.signal('show');
    const { usedMs } = guard.usage.status();
    assert.ok(usedMs > 0);
    const changes = [];
    guard.usage.addEventListener('change', ({ detail: { state, reason } }) => changes.push(reason ?? state));

    sandbox.trapsIn = part;
    assert.throws(() => {
      guard.message().push('再去赌博网站看看');
      // What the filter lets pass is on its way; the next call finds no core.
      guard.message();
    });
    assert.equal(sandbox.trapsIn, undefined);
    assert.throws(() => guard.message());
    const { state, reason } = guard.usage.status();
    assert.deepEqual([state, reason], ['closed', 'clock']);

    await turn(1_200);
    assert.equal(sandbox.instances.length, 2);
    assert.deepEqual(changes, ['clock', 'open']);
    const after = guard.usage.status();
    assert.equal(after.state, 'open');
    assert.ok(after.usedMs >= usedMs);
    world.tidegate.touched();
    await turn(60);
    assert.ok(guard.usage.status().usedMs > after.usedMs);

    const sent = collecting(sandbox);
    const message = guard.message();
    assert.equal(message.push('还去赌博网站看看').text + message.finish().text, '还去＊＊＊＊看看');
    await guard.reports.flush();
    // Of the first message and the last; the one that trapped, where it was judged, may be there too.
    const places = sent.map(({ data }) => data.start);
    assert.ok(places.includes(1) && places.includes(2), `${places}`);
    assert.equal(new Set(sent.map(({ id }) => id)).size, sent.length);
    assert.equal(guard.reports.stats().pending, 0);
    assert.equal([...sandbox.storage.keys()].filter((key) => key.startsWith('tidegate:report/')).length, 0);
    await guard.dispose();
  });
}

test('an outbox in which the core traps each time is given up, and the filter goes on', async () => {
  const world = await start();
  const { sandbox } = world;
  const guard = await world.guardOf({ reports: METERED.reports });
  sandbox.trapsIn = 'outbox_step';
  sandbox.trapsAlways = true;
  for (let time = 0; time < 3; time += 1) {
    guard.message().push('去赌博网站看看');
    await turn(50);
  }
  const made = sandbox.instances.length;
  assert.equal(made, 4);
  assert.equal(guard.message().push('去赌博网站看看').text, '去＊＊＊＊看看');
  await turn(1_200);
  assert.equal(sandbox.instances.length, made);
  assert.equal(guard.message().push('去赌博网站看看').text, '去＊＊＊＊看看');
  await assert.rejects(guard.reports.submit({ category: 'other', text: '不对' }), { code: 'core/trap' });
  await guard.dispose();
});

test('time does not count while the mini-program is hidden, and goes on after it returned', async () => {
  const world = await start();
  const guard = await world.guardOf(METERED);
  const used = () => guard.usage.status().usedMs;
  world.tidegate.touched();
  await turn(60);
  world.sandbox.signal('hide');
  const atHiding = used();
  assert.ok(atHiding > 0);
  await turn(60);
  assert.equal(used(), atHiding);
  world.sandbox.signal('show');
  world.tidegate.touched();
  await turn(60);
  assert.ok(used() > atHiding);
  await guard.dispose();
});

test('reports and used time are kept in the storage and survive a cold restart', async () => {
  const world = await start();
  const options = METERED;
  const guard = await world.guardOf(options);
  guard.message().push('去赌博网站看看');
  world.sandbox.signal('hide');
  await turn(100);
  assert.equal([...world.sandbox.storage.keys()].filter((key) => key.startsWith('tidegate:report/')).length, 1);
  assert.ok([...world.sandbox.storage.keys()].some((key) => key.startsWith('tidegate:usage/')));

  const again = await start();
  again.sandbox.storage = world.sandbox.storage;
  const sent = collecting(again.sandbox);
  const later = await again.guardOf(options);
  await later.reports.flush();
  assert.deepEqual(sent.map(({ source, data }) => [data.rule, data.surface, source]), [['mask', 'miniprogram', '/tidegate/miniprogram']]);
  assert.equal([...again.sandbox.storage.keys()].filter((key) => key.startsWith('tidegate:report/')).length, 0);
  await Promise.all([guard.dispose(), later.dispose()]);
});

test('on a memory warning used time is written at once, and goes on', async () => {
  const world = await start('es5', { level: '2.21.0' });
  const guard = await world.guardOf(METERED);
  const written = () => [...world.sandbox.storage].filter(([key]) => key.startsWith('tidegate:usage/')).map(([, value]) => value).join();
  await turn(50);
  world.tidegate.touched();
  await turn(60);
  const before = written();
  world.sandbox.signal('memory', { level: 10 });
  await turn(50);
  assert.notEqual(written(), before);
  const used = guard.usage.status().usedMs;
  assert.ok(used > 0);
  await turn(60);
  assert.ok(guard.usage.status().usedMs > used);
  await guard.dispose();
});

test('what could not be sent is sent as soon as the network is back', async () => {
  const world = await start('es2017', { level: '2.21.0' });
  let asked = 0;
  world.sandbox.answer = ({ fail }) => {
    asked += 1;
    fail({ errMsg: 'request:fail' });
  };
  const guard = await world.guardOf(METERED);
  guard.message().push('去赌博网站看看');
  // After so many failures it would wait 16 seconds at least.
  for (let failures = 0; failures < 6; failures += 1) await guard.reports.flush();
  assert.ok(asked >= 6);
  assert.equal(guard.reports.stats().pending, 1);
  const sent = collecting(world.sandbox);
  world.sandbox.signal('network', { isConnected: false });
  await turn(30);
  assert.equal(sent.length, 0);
  world.sandbox.signal('network', { isConnected: true, networkType: 'wifi' });
  for (let waited = 0; guard.reports.stats().pending > 0 && waited < 8_000; waited += 20) await turn(20);
  assert.deepEqual(sent.map(({ type }) => type), ['dev.tidegate.verdict.v1']);
  assert.equal(guard.reports.stats().pending, 0);
  await guard.dispose();
});

test('the collector\'s time is taken, also where the clock of the device is wrong', async () => {
  const ahead = 3 * 3_600_000;
  const world = await start('es5', { level: '2.21.0' });
  const asked = [];
  world.sandbox.answer = ({ url, method, success }) => {
    asked.push(`${method} ${url.replace(/nonce=.*/, 'nonce=…')}`);
    const isTime = url.includes('/v1/time');
    success({ statusCode: isTime ? 200 : 404, header: { 'Content-Type': 'application/json' }, data: bufferOf(Buffer.from(isTime ? JSON.stringify({ now: Date.now() + ahead }) : '{}')) });
  };
  // Without keys the time is not signed.
  const guard = await world.tidegate.createGuard({ packs: [world.sandbox.bytes(packOf())], usage: { ...METERED.usage, server: 'https://c.example' } });
  assert.deepEqual(asked.slice(0, 1), ['GET https://c.example/v1/time']);
  assert.ok(Math.abs(guard.usage.status().now - Date.now() - ahead) < 60_000, `${guard.usage.status().now - Date.now()}`);
  await guard.dispose();
});
