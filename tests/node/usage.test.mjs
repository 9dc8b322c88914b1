import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryHost } from 'tidegate';
import { AFTERNOON, HOUR, MINUTE, PRESETS, at, metered, use } from './usage-support.mjs';

test('an hour of use closes at the exact instant and opens by itself the next morning', async () => {
  // Neither instant is on a heartbeat.
  const start = AFTERNOON + 4_000;
  const host = memoryHost({ now: start });
  const { guard, usage, changes } = await metered(host);
  assert.deepEqual(usage.status(), {
    state: 'open', usedMs: 0, remainingMs: HOUR, continuousMs: 0,
    nextChangeAt: start + HOUR, opensAt: null, due: [],
    now: start, zone: '+08:00', day: '2026-03-05', identity: 'declared', deny: [], require: [], calendar: null,
  });
  host.signal('hidden');
  await host.advance(7_000);
  host.signal('visible');
  await use(host, HOUR - MINUTE);
  host.signal('input');
  await host.advance(MINUTE - 1);
  assert.equal(usage.status().state, 'open');
  assert.equal(changes.length, 0);
  await host.advance(1);
  const opensAt = at('2026-03-06T06:00:00');
  assert.equal(changes.length, 1);
  assert.equal(changes[0].state, 'closed');
  assert.equal(changes[0].reason, 'quota');
  assert.equal(changes[0].usedMs, HOUR);
  assert.equal(changes[0].opensAt, opensAt);
  await host.advance(at('2026-03-05T22:00:00') - host.now());
  assert.equal(changes.at(-1).reason, 'curfew');
  await host.advance(opensAt - host.now() - 1);
  assert.equal(changes.at(-1).state, 'closed');
  await host.advance(1);
  assert.equal(changes.at(-1).state, 'open');
  assert.equal(usage.status().usedMs, 0);
  await guard.dispose();
});

test('a closed service refuses requests and says when it opens', async () => {
  const host = memoryHost({ now: at('2026-03-05T22:00:00') });
  let requests = 0;
  const fetch = async () => {
    requests += 1;
    return new Response('{}');
  };
  const { guard } = await metered(host, {}, { fetch });
  await assert.rejects(
    async () => guard.fetch('https://example.com/v1/chat/completions', { method: 'POST', body: '{}' }),
    { name: 'GuardError', code: 'usage/closed', opensAt: at('2026-03-06T06:00:00') },
  );
  assert.equal(requests, 0);
  await guard.dispose();
});

test('a reminder to rest is dispatched once and stays due until it is acknowledged', async () => {
  const host = memoryHost({ now: AFTERNOON });
  const { guard, usage, reminders } = await metered(host);
  await use(host, 30 * MINUTE);
  assert.deepEqual(reminders, [
    { kind: 'rest', at: AFTERNOON + 30 * MINUTE, valueMs: 30 * MINUTE, preset: PRESETS[0] },
  ]);
  await use(host, 5 * MINUTE);
  assert.equal(reminders.length, 1);
  assert.equal(usage.status().due.length, 1);
  usage.acknowledge(reminders[0]);
  assert.deepEqual(usage.status().due, []);
  await guard.dispose();
});

test('a reminder at the start is dispatched to who listens as soon as there is a guard', async (t) => {
  const host = memoryHost({ now: AFTERNOON });
  const { reminders, changes } = await metered(host, { presets: ['us_guard_bill'], age: 30 }, {}, t);
  await host.advance(0);
  assert.deepEqual(reminders.map(({ kind, valueMs }) => [kind, valueMs]), [['not_human', 0]]);
  await use(host, 10 * MINUTE);
  assert.equal(reminders.length, 1);
  assert.deepEqual(changes, []);
});

test('a page that begins hidden or without the focus does not count until it is seen', async (t) => {
  for (const [begins, seen] of [['hidden', 'visible'], ['blur', 'focus']]) {
    const host = memoryHost({ now: AFTERNOON });
    const { signals } = host;
    host.signals = (listen) => {
      listen(begins);
      return signals(listen);
    };
    const { usage } = await metered(host, {}, {}, t);
    await host.advance(4 * MINUTE);
    assert.equal(usage.status().usedMs, 0, begins);
    host.signal(seen);
    await host.advance(2 * MINUTE);
    assert.equal(usage.status().usedMs, 2 * MINUTE, begins);
  }
});

test('a wall clock put back gives no time back, put forward opens nothing', async () => {
  const host = memoryHost({ now: AFTERNOON });
  const { guard, usage } = await metered(host);
  await use(host, HOUR);
  assert.equal(usage.status().reason, 'quota');
  for (const jump of [-24 * HOUR, 2 * 24 * HOUR, 365 * 24 * HOUR]) {
    host.jump(jump);
    assert.equal(usage.status().reason, 'quota', `after ${jump}`);
    await host.advance(MINUTE);
    assert.equal(usage.status().usedMs, HOUR);
  }
  await guard.dispose();
});

test('a machine that slept into the curfew wakes closed', async () => {
  const host = memoryHost({ now: at('2026-03-05T20:00:00') });
  const { guard, usage } = await metered(host);
  host.jump(3 * HOUR);
  await host.advance(15_000);
  const status = usage.status();
  assert.equal(status.reason, 'curfew');
  assert.equal(status.opensAt, at('2026-03-06T06:00:00'));
  await guard.dispose();
});

test('a hidden, blurred or forgotten page does not count', async () => {
  const host = memoryHost({ now: AFTERNOON });
  const { guard, usage } = await metered(host);
  await use(host, 2 * MINUTE);
  host.signal('hidden');
  await host.advance(30 * MINUTE);
  assert.equal(usage.status().usedMs, 2 * MINUTE);
  host.signal('visible');
  await use(host, MINUTE);
  host.signal('blur');
  await host.advance(30 * MINUTE);
  assert.equal(usage.status().usedMs, 3 * MINUTE);
  host.signal('focus');
  await host.advance(30 * MINUTE);
  // Without input it counts for the idle gap of five minutes.
  assert.equal(usage.status().usedMs, 8 * MINUTE);
  assert.equal(usage.status().continuousMs, 0);
  await guard.dispose();
});

test('a crash loses at most a heartbeat, a dispose nothing', async () => {
  const host = memoryHost({ now: AFTERNOON });
  const crashed = await metered(host);
  await use(host, 10 * MINUTE + 14_000);
  // The first page is gone without a word: only what is in the store counts.
  const store = new Map();
  for (const key of await host.store.keys('')) store.set(key, await host.store.get(key));
  const other = memoryHost({ now: host.now() });
  for (const [key, value] of store) await other.store.set(key, value);
  const second = await metered(other);
  const used = second.usage.status().usedMs;
  assert.ok(used >= 10 * MINUTE - 1_000 && used <= 10 * MINUTE + 14_000, `${used}`);
  await use(other, 7_000);
  await second.guard.dispose();
  const third = await metered(other);
  assert.equal(third.usage.status().usedMs, used + 7_000);
  await third.guard.dispose();
  await crashed.guard.dispose();
});

test('two pages on one store share the day, and time in both counts once', async () => {
  const left = memoryHost({ now: AFTERNOON });
  const right = memoryHost({ now: AFTERNOON });
  right.store = left.store;
  const one = await metered(left);
  const two = await metered(right);
  const both = async (minutes) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      await use(left, MINUTE);
      await use(right, MINUTE);
    }
  };
  // Ten minutes in both, then twenty in each alone: fifty, not sixty.
  await both(10);
  right.signal('hidden');
  await both(20);
  left.signal('hidden');
  right.signal('visible');
  await both(20);
  left.signal('visible');
  await both(1);
  const close = (status, minutes) => assert.ok(Math.abs(status.usedMs - minutes * MINUTE) <= 15_000, `${status.usedMs}`);
  close(one.usage.status(), 51);
  close(two.usage.status(), 51);
  await both(9);
  assert.equal(one.usage.status().reason, 'quota');
  assert.equal(two.usage.status().reason, 'quota');
  await one.guard.dispose();
  await two.guard.dispose();
});

test('damaged bytes are set aside and the copy before holds', async () => {
  const host = memoryHost({ now: AFTERNOON });
  const first = await metered(host);
  await use(host, 20 * MINUTE);
  await first.guard.dispose();
  const kept = await host.store.get('usage/child');
  kept[kept.length >> 1] ^= 1;
  await host.store.set('usage/child', kept);
  const second = await metered(host);
  assert.deepEqual(await host.store.get('usage/child.corrupt'), kept);
  assert.ok(second.usage.status().usedMs >= 19 * MINUTE);
  await host.advance(15_000);
  assert.equal(second.changes.length, 1);
  await second.guard.dispose();
});

test('without any copy that can be read the day starts afresh, limited all the same', async () => {
  const host = memoryHost({ now: AFTERNOON });
  await host.store.set('usage/child', new Uint8Array([1, 2, 3]));
  await host.store.set('usage/child.previous', new Uint8Array(0));
  const { guard, usage, changes } = await metered(host);
  assert.equal(usage.status().remainingMs, HOUR);
  await use(host, HOUR);
  assert.equal(usage.status().reason, 'quota');
  assert.equal(changes[0].state, 'open');
  await guard.dispose();
});

test('a store that fails leaves metering in memory', async () => {
  const host = memoryHost({ now: AFTERNOON });
  const fail = async () => {
    throw new Error('quota exceeded');
  };
  Object.assign(host.store, { get: fail, set: fail });
  const { guard, usage } = await metered(host);
  await use(host, HOUR);
  assert.equal(usage.status().reason, 'quota');
  await guard.dispose();
});

test('a subject has a ledger of its own', async () => {
  const host = memoryHost({ now: AFTERNOON });
  const first = await metered(host);
  await use(host, 20 * MINUTE);
  await first.guard.dispose();
  const second = await metered(host, { subject: 'sibling' });
  assert.equal(second.usage.status().usedMs, 0);
  await second.guard.dispose();
});

test('an adult is not limited, an unknown user is as the strictest minor', async () => {
  const host = memoryHost({ now: at('2026-03-05T23:00:00') });
  const adult = await metered(host, { age: 18, subject: 'adult' });
  assert.equal(adult.usage.status().state, 'open');
  assert.equal(adult.usage.status().remainingMs, null);
  const unknown = await metered(host, { age: undefined, subject: 'unknown' });
  assert.equal(unknown.usage.status().reason, 'curfew');
  assert.equal(unknown.usage.status().remainingMs, HOUR);
  await adult.guard.dispose();
  await unknown.guard.dispose();
});

test("the server's time wins over the wall clock", async () => {
  // The device says afternoon, the server says night.
  const host = memoryHost({ now: AFTERNOON });
  const urls = [];
  host.send = async ({ url }) => {
    urls.push(url);
    const body = new TextEncoder().encode(JSON.stringify({ now: at('2026-03-05T22:30:00') }));
    return { status: 200, headers: {}, body };
  };
  const { guard, usage } = await metered(host, { server: 'https://collector.example/' });
  assert.deepEqual(urls, ['https://collector.example/v1/time']);
  assert.equal(usage.status().reason, 'curfew');
  await guard.dispose();
});

test('a server that answers nonsense leaves the wall clock, or closes if the policy says so', async () => {
  const answers = [
    async () => { throw new Error('offline'); },
    async () => ({ status: 500, headers: {}, body: new Uint8Array() }),
    async () => ({ status: 200, headers: {}, body: new TextEncoder().encode('<html>') }),
    async () => ({ status: 200, headers: {}, body: new TextEncoder().encode('{"now":"noon"}') }),
    async () => ({ status: 200, headers: {}, body: new TextEncoder().encode('{"now":-1}') }),
  ];
  for (const send of answers) {
    const host = memoryHost({ now: AFTERNOON });
    host.send = send;
    const open = await metered(host, { server: 'https://collector.example' });
    assert.equal(open.usage.status().state, 'open');
    assert.equal(open.usage.status().remainingMs, HOUR);
    await open.guard.dispose();
    const closed = await metered(host, { server: 'https://collector.example', offline: 'close' });
    assert.equal(closed.usage.status().reason, 'clock');
    host.send = async () => ({
      status: 200, headers: {}, body: new TextEncoder().encode(JSON.stringify({ now: host.now() })),
    });
    await host.advance(2 * MINUTE);
    assert.equal(closed.usage.status().state, 'open');
    await closed.guard.dispose();
  }
});

test('a clock that tells no time closes', async () => {
  const host = memoryHost({ now: AFTERNOON });
  host.now = () => Number.NaN;
  const { guard, usage } = await metered(host);
  assert.equal(usage.status().state, 'closed');
  assert.equal(usage.status().reason, 'clock');
  await guard.dispose();
});

test('wrong options are refused with a code', async () => {
  const host = memoryHost({ now: AFTERNOON });
  const refused = (usage, code) => assert.rejects(metered(host, usage), { name: 'GuardError', code });
  await refused({ presets: ['cn_none'] }, 'usage/preset-unknown');
  await refused({ presets: [] }, 'usage/preset-count');
  await refused({ presets: 'cn_minor_mode_2024' }, 'usage/options');
  for (const age of [-1, 151, 12.5, Number.NaN, Infinity]) await refused({ age }, 'usage/age');
  await refused({ age: 'twelve' }, 'usage/options');
  await refused({ assume: 'nobody' }, 'usage/assume');
  await refused({ offline: 'maybe' }, 'usage/offline');
  await refused({ subject: '' }, 'usage/subject');
  await refused({ subject: '\ud800' }, 'usage/subject');
});
