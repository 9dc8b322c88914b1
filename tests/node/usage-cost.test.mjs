/** What metering costs: requests, bytes, and a store that works badly. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryHost } from 'tidegate';
import { AFTERNOON, HOUR, MINUTE, SECOND, at, metered, use } from './usage-support.mjs';

test('without a server a whole day makes no request', async (t) => {
  const host = memoryHost({ now: AFTERNOON });
  host.send = async () => assert.fail('a request');
  const { usage } = await metered(host, { presets: ['cn_companion_2026'], age: 30 }, {}, t);
  await use(host, 24 * HOUR);
  assert.ok(usage.status().continuousMs > 0);
});

test('a tick makes no request: with a server that agrees there is one at the start', async (t) => {
  const host = memoryHost({ now: AFTERNOON });
  let requests = 0;
  host.send = async () => {
    requests += 1;
    return { status: 200, headers: {}, body: new TextEncoder().encode(JSON.stringify({ now: host.now() })) };
  };
  const { guard, usage } = await metered(host, { server: 'https://collector.example' }, {}, t);
  await use(host, 30 * MINUTE);
  for (let time = 0; time < 1_000; time += 1) usage.status();
  for (let time = 0; time < 100; time += 1) guard.message().push('The tide comes in.');
  assert.equal(requests, 1);
});

test('a day of use at its most broken up is kept in at most 4 kB', async (t) => {
  // An adult with reminders only, so that nothing closes: here for six minutes, away for six.
  const host = memoryHost({ now: at('2026-03-05T00:00:00') });
  const { guard } = await metered(host, { presets: ['cn_companion_2026'], age: 30, idleMs: MINUTE }, {}, t);
  for (let left = 24 * HOUR; left > 0; left -= 12 * MINUTE) {
    host.signal('focus');
    await use(host, 6 * MINUTE - Math.floor(Math.random() * 999));
    host.signal('blur');
    await host.advance(6 * MINUTE + Math.floor(Math.random() * 999));
  }
  await guard.dispose();
  const bytes = (await host.store.get('usage/child')).length;
  t.diagnostic(`${bytes} bytes for 120 stays of a day`);
  assert.ok(bytes > 120 && bytes <= 4_096, `${bytes}`);
});

test('a store that throws, rejects or never answers leaves metering in memory', async (t) => {
  const never = () => new Promise(() => {});
  // Only real time passes while a store does not answer.
  const awake = setInterval(() => {}, 1_000);
  t.after(() => clearInterval(awake));
  for (const [name, store] of Object.entries({
    throws: () => { throw new Error('no'); }, rejects: async () => { throw new Error('no'); }, never,
  })) {
    const host = memoryHost({ now: AFTERNOON });
    Object.assign(host.store, { get: store, set: store });
    const { guard, usage } = await metered(host, {}, {});
    await use(host, HOUR);
    assert.equal(usage.status().reason, 'quota', name);
    await guard.dispose();
  }
});

test('a store that gives anything but bytes is an empty one', async (t) => {
  for (const value of ['text', 7, {}, null, [1, 2]]) {
    const host = memoryHost({ now: AFTERNOON });
    host.store.get = async () => value;
    const { usage } = await metered(host, {}, {}, t);
    assert.equal(usage.status().state, 'open');
    await use(host, HOUR);
    assert.equal(usage.status().reason, 'quota', String(value));
  }
});

test('a store whose every byte is random never opens the gate nor ends the guard', async (t) => {
  for (let round = 0; round < 40; round += 1) {
    const host = memoryHost({ now: AFTERNOON });
    const first = await metered(host);
    await use(host, 30 * MINUTE);
    await first.guard.dispose();
    for (const key of ['usage/child', 'usage/child.previous']) {
      const kept = await host.store.get(key);
      const at = Math.floor(Math.random() * kept.length);
      kept[at] ^= 1 + Math.floor(Math.random() * 255);
      await host.store.set(key, Math.random() < 0.5 ? kept : kept.subarray(0, at));
    }
    const { usage } = await metered(host, {}, {}, t);
    await use(host, HOUR);
    assert.equal(usage.status().state, 'closed');
  }
});

test('the options zone, idleMs and calendar reach the core', async (t) => {
  const host = memoryHost({ now: at('2026-03-05T14:00:00') });
  const italy = await metered(host, { presets: ['it_l132'], zone: '+01:00', age: 16, subject: 'it' }, {}, t);
  assert.equal(italy.usage.status().zone, '+01:00');
  assert.equal(italy.usage.status().day, '2026-03-05');
  const midnight = memoryHost({ now: at('2026-03-06T06:30:00') });
  const late = await metered(midnight, { presets: ['it_l132'], zone: '+01:00', age: 16 }, {}, t);
  assert.equal(late.usage.status().day, '2026-03-05');
  const short = await metered(host, { idleMs: 10 * SECOND, subject: 'short' }, {}, t);
  host.signal('input');
  await host.advance(MINUTE);
  assert.equal(short.usage.status().usedMs, 10 * SECOND);
  const calendar = { years: [{ year: 2026, status: 'official', source: 'test', holidays: [['2026-03-05', '2026-03-05']], makeup: [] }] };
  const evening = memoryHost({ now: at('2026-03-05T20:30:00') });
  const game = { presets: ['cn_game_2021'], subject: 'game' };
  const workday = await metered(evening, game, {}, t);
  assert.equal(workday.usage.status().reason, 'day');
  const holiday = await metered(evening, { ...game, calendar }, {}, t);
  assert.equal(holiday.usage.status().state, 'open');
  assert.equal(holiday.usage.status().calendar, 'official');
});

test('options that are out of range are refused with a code', async () => {
  const host = memoryHost({ now: AFTERNOON });
  const refused = (usage, code) => assert.rejects(metered(host, usage), { name: 'GuardError', code }, JSON.stringify(usage));
  for (const idleMs of [0, 999, 3_600_001, -1, Number.NaN, Infinity]) await refused({ idleMs }, 'usage/idle');
  for (const zone of ['+25:00', 'Asia/Shanghai', '', '8']) await refused({ zone }, 'usage/zone');
  await refused({ zone: 8 }, 'usage/options');
  const year = { year: 2026, status: 'official', source: 'test', holidays: [], makeup: [] };
  for (const wrong of [
    { holidays: [['2026-05-02', '2026-05-01']] }, { holidays: [['2025-05-01', '2025-05-02']] }, { makeup: ['2026-03-05'] },
    { holidays: [['2026-05-01', '2026-05-03'], ['2026-05-03', '2026-05-04']] }, { holidays: [['2026-05-01']] }, { makeup: ['tomorrow'] },
    { holidays: [['2026-03-07', '2026-03-07']], makeup: ['2026-03-07'] },
  ]) await refused({ calendar: { years: [{ ...year, ...wrong }] } }, 'usage/calendar');
  await refused({ renew: 'x' }, 'usage/options');
  await refused({ assertion: 7 }, 'usage/assertion');
});
