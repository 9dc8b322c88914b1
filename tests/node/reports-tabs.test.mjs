/** Several pages of one store: one sends, whoever that is, and a page that dies strands nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuard, memoryHost } from 'tidegate';
import { trapIn } from './core-exports.mjs';
import { peersOf } from './peers.mjs';
import { coded, pack } from './support.mjs';

const ENDPOINT = 'https://collector.example/v1/reports';
/** The core stops at the next step of an outbox. */
const trap = trapIn('outbox_step');

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** `count` pages on one durable store, in front of one collector. */
async function pages(count) {
  const stored = new Map();
  const requests = [];
  const state = { stored, requests, isDown: false };
  const send = (index) => async (request) => {
    const records = JSON.parse(new TextDecoder().decode(request.body));
    requests.push({ index, records, keepalive: request.keepalive });
    if (state.isDown) throw new TypeError('offline');
    const answer = { accepted: [], duplicates: [] };
    for (const record of records) {
      answer[stored.has(record.id) ? 'duplicates' : 'accepted'].push(record.id);
      stored.set(record.id, record);
    }
    return { status: 200, headers: {}, body: new TextEncoder().encode(JSON.stringify(answer)) };
  };
  const shared = memoryHost().store;
  const store = {
    kind: 'durable',
    get: (key) => shared.get(key), set: (key, value) => shared.set(key, value),
    delete: (key) => shared.delete(key), keys: (prefix) => shared.keys(prefix),
  };
  const between = peersOf();
  state.store = store;
  state.between = between;
  state.pages = [];
  state.open = async () => {
    const index = state.pages.length;
    const host = memoryHost({ send: send(index) });
    const page = { host, isAlive: true };
    host.store = store;
    // A killed page neither hears nor says anything.
    host.peers = {
      join: (name, listen) => {
        const joined = between.join(name, (message) => page.isAlive && listen(message));
        return { post: (message) => page.isAlive && joined.post(message), leave: joined.leave };
      },
      alone: (_, run) => run(),
    };
    state.pages.push(page);
    page.guard = await createGuard({ packs: [await pack()], host, reports: { endpoint: ENDPOINT } });
    return page;
  };
  state.pass = async (ms, step = SECOND) => {
    for (let left = ms; left > 0; left -= step) {
      for (const { host, isAlive } of state.pages) if (isAlive) await host.advance(Math.min(left, step));
    }
  };
  state.settle = () => state.pass(SECOND, 50);
  for (let n = 0; n < count; n += 1) await state.open();
  return state;
}

function flag({ guard }, id) {
  const message = guard.message({ id });
  message.push('请看提醒词语。');
  message.finish();
}

const senders = ({ requests }) => [...new Set(requests.map(({ index }) => index))];
const messages = ({ stored }) => [...stored.values()].map(({ data }) => data.message).sort();

test('of three pages one sends what all of them make, each record once', async () => {
  const world = await pages(3);
  await world.pass(2 * SECOND, 50);
  for (const [index, page] of world.pages.entries()) for (let n = 0; n < 5; n += 1) flag(page, `p${index}-${n}`);
  await world.pass(MINUTE);
  assert.equal(world.stored.size, 15);
  assert.equal(senders(world).length, 1);
  assert.equal(world.requests.flatMap(({ records }) => records).length, 15, 'nothing was sent twice');
  assert.deepEqual(await world.store.keys('report/'), []);
});

test('pages that come while one leads do not send what it is sending', async () => {
  const world = await pages(1);
  world.isDown = true;
  for (let n = 0; n < 5; n += 1) flag(world.pages[0], `m${n}`);
  await world.pass(10 * SECOND);
  const other = await world.open();
  await world.pass(10 * SECOND);
  assert.equal(other.guard.reports.stats().pending, 5, 'it says what waits all the same');
  world.isDown = false;
  await world.pass(2 * MINUTE);
  assert.equal(world.stored.size, 5);
  assert.deepEqual(senders(world), [0]);
});

test('when the page that sends is killed, another sends what it left, without a reload', async () => {
  const world = await pages(3);
  await world.pass(2 * SECOND, 50);
  flag(world.pages[0], 'first');
  await world.pass(5 * SECOND);
  const [leader] = senders(world);
  world.isDown = true;
  flag(world.pages[leader], 'by the leader');
  flag(world.pages[(leader + 1) % 3], 'by another');
  await world.settle();
  world.pages[leader].isAlive = false;
  world.isDown = false;
  await world.pass(20 * SECOND);
  assert.deepEqual(messages(world), ['by another', 'by the leader', 'first']);
  assert.equal(new Set(senders(world)).size, 2);
  assert.deepEqual(await world.store.keys('report/'), []);
});

test('a page that stored a record and was killed before it told of it strands nothing', async () => {
  const world = await pages(2);
  await world.pass(2 * SECOND, 50);
  const record = { specversion: '1.0', id: '0b5a1c2e-7f00-4d1e-9a3b-0123456789ab', data: { message: 'untold' } };
  await world.store.set(`report/${'0'.repeat(20)}-${record.id}`, new TextEncoder().encode(JSON.stringify({ at: world.pages[0].host.now(), record })));
  await world.pass(90 * SECOND);
  assert.deepEqual(messages(world), ['untold']);
});

test('a page that hears of another leader while it looks into the store leaves what it finds to that one', async () => {
  const world = await pages(0);
  const record = { specversion: '1.0', id: '0b5a1c2e-7f00-4d1e-9a3b-0123456789ab', data: { message: 'waits' } };
  await world.store.set(`report/${'0'.repeat(20)}-${record.id}`, new TextEncoder().encode(JSON.stringify({ at: Date.UTC(2026, 2, 2), record })));
  const { get } = world.store;
  let goOn;
  const hasLooked = new Promise((resolve) => { goOn = resolve; });
  world.store.get = (key) => hasLooked.then(() => get(key));
  await world.open();
  await world.settle();
  world.between.join('report', () => {}).post({ lead: '', stats: {} });
  goOn();
  await world.pass(4 * SECOND);
  assert.deepEqual(messages(world), []);
  await world.pass(20 * SECOND);
  assert.deepEqual(messages(world), ['waits'], 'that one is silent, and this one leads again');
});

test('a page that leaves in order hands over at once', async () => {
  const world = await pages(2);
  await world.pass(2 * SECOND, 50);
  flag(world.pages[0], 'a');
  await world.pass(5 * SECOND);
  const [leader] = senders(world);
  world.isDown = true;
  flag(world.pages[leader], 'b');
  await world.settle();
  await world.pages[leader].guard.dispose();
  world.pages[leader].isAlive = false;
  world.isDown = false;
  await world.pass(4 * SECOND, 50);
  assert.deepEqual(messages(world), ['a', 'b']);
});

test('a page that was frozen finds that another sends, and sends no more', async () => {
  const world = await pages(2);
  await world.pass(2 * SECOND, 50);
  flag(world.pages[0], 'a');
  await world.pass(5 * SECOND);
  const [leader] = senders(world);
  world.pages[leader].isAlive = false;
  await world.pass(20 * SECOND);
  world.pages[leader].isAlive = true;
  await world.pass(20 * SECOND);
  world.requests.length = 0;
  for (const page of world.pages) flag(page, 'later');
  await world.pass(20 * SECOND);
  assert.equal(senders(world).length, 1);
  assert.equal(world.stored.size, 3);
});

test('flush of any page sends what waits', async () => {
  const world = await pages(2);
  await world.pass(2 * SECOND, 50);
  for (const page of world.pages) {
    const before = world.stored.size;
    flag(page, `m${before}`);
    const flushing = page.guard.reports.flush();
    await world.settle();
    await flushing;
    assert.equal(world.stored.size, before + 1);
  }
});

test('signing out deletes what cannot be sent, in every page, and counts it', async () => {
  for (const who of [0, 1]) {
    const world = await pages(2);
    await world.pass(2 * SECOND, 50);
    world.isDown = true;
    for (const page of world.pages) flag(page, 'private');
    await world.settle();
    const purging = world.pages[who].guard.reports.purge();
    await world.pass(15 * SECOND);
    await purging;
    const left = await world.store.keys('report/');
    assert.equal(left.length, 1, 'only the count is kept');
    world.isDown = false;
    await world.pass(6 * MINUTE);
    const [{ type, data }, ...more] = world.stored.values();
    assert.equal(more.length, 0);
    assert.equal(type, 'dev.tidegate.drops.v1');
    assert.deepEqual([data.dropped, data.reason], [2, 'purge']);
    assert.deepEqual(await world.store.keys('report'), []);
  }
});

test('signing out where pages cannot talk sends what can be sent first', async () => {
  const received = [];
  const host = memoryHost({
    send: async ({ body }) => {
      const records = JSON.parse(new TextDecoder().decode(body));
      received.push(...records);
      return { status: 200, headers: {}, body: new TextEncoder().encode(JSON.stringify({ accepted: records.map(({ id }) => id) })) };
    },
  });
  const guard = await createGuard({ packs: [await pack()], host, reports: { endpoint: ENDPOINT } });
  flag({ guard }, 'm');
  await guard.reports.purge();
  assert.equal(received.length, 1);
  assert.equal(guard.reports.stats().dropped, 0);
  assert.deepEqual(await host.store.keys('report'), []);
});

test('a page that leads goes on when another leader leaves', async () => {
  const world = await pages(1);
  await world.pass(2 * SECOND, 50);
  world.between.join('report', () => {}).post({ bye: 'another' });
  const record = { specversion: '1.0', id: '0b5a1c2e-7f00-4d1e-9a3b-0123456789ab', data: { message: 'untold' } };
  await world.store.set(`report/${'0'.repeat(20)}-${record.id}`, new TextEncoder().encode(JSON.stringify({ at: world.pages[0].host.now(), record })));
  await world.pass(90 * SECOND);
  assert.deepEqual(messages(world), ['untold']);
});

test('what happens together is told together, and not while text is judged', async () => {
  const world = await pages(1);
  await world.pass(2 * SECOND, 50);
  const told = [];
  world.between.join('report', ({ stats }) => stats && told.push(stats.pending));
  for (let n = 0; n < 20; n += 1) flag(world.pages[0], `m${n}`);
  assert.deepEqual(told, []);
  await world.pass(SECOND, 50);
  assert.equal(told[0], 20);
  assert.ok(told.length <= 4, `told ${told.length} times in a second`);
});

test('when the core stops, a record of another page waits in the store, and no rejection is left unhandled', async () => {
  const world = await pages(2);
  await world.pass(2 * SECOND, 50);
  flag(world.pages[0], 'first');
  await world.pass(5 * SECOND);
  const other = world.pages[1 - senders(world)[0]];
  trap.next();
  flag(other, 'second');
  await world.pass(SECOND);
  assert.equal(trap.isNext, false);
  assert.deepEqual(messages(world), ['first']);
  assert.equal((await world.store.keys('report/')).length, 1);
});

test('a complaint that the core did not take is not sent later', async () => {
  const world = await pages(1);
  await world.pass(2 * SECOND, 50);
  const [{ guard }] = world.pages;
  trap.next();
  await assert.rejects(guard.reports.submit({ category: 'other', text: 'refused' }), coded('core/trap'));
  await pack();
  world.between.join('report', () => {}).post({ lead: '', stats: {} });
  await world.pass(MINUTE);
  assert.equal(world.stored.size, 0);
});
