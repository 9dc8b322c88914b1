/** Several pages of one store, with and without a way to talk. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryHost } from 'tidegate';
import { peersOf } from './peers.mjs';
import { AFTERNOON, HOUR, MINUTE, SECOND, metered, use } from './usage-support.mjs';

/** `count` pages on one store, advanced together, one with the focus. */
async function pages(t, count, { peers, ...usage } = {}) {
  const hosts = Array.from({ length: count }, () => memoryHost({ now: AFTERNOON }));
  const opened = [];
  for (const host of hosts) {
    host.store = hosts[0].store;
    if (peers) host.peers = peers;
    opened.push(await metered(host, usage, {}, t));
  }
  /** The pages go on in turns of `step`, so that they are never further apart. */
  const pass = async (ms, step = SECOND) => {
    for (let left = ms; left > 0; left -= step) for (const host of hosts) await host.advance(Math.min(left, step));
  };
  /** Uses the page `index` while the others are in the background. */
  const work = async (index, ms, step = SECOND) => {
    hosts.forEach((host, other) => host.signal(other === index ? 'focus' : 'blur'));
    for (let left = ms; left > 0; left -= MINUTE) {
      hosts[index].signal('input');
      await pass(Math.min(left, MINUTE), step);
    }
  };
  return { hosts, opened, pass, work, used: () => opened.map(({ usage: { status } }, index) => opened[index].usage.status().usedMs) };
}

test('pages that can talk see each other’s time within a second', async (t) => {
  const { work, pass, used } = await pages(t, 3, { peers: peersOf() });
  await work(0, 10 * MINUTE);
  for (const ms of used()) assert.ok(Math.abs(ms - 10 * MINUTE) <= SECOND, `${used()}`);
  await work(1, 7 * SECOND);
  await pass(0);
  for (const ms of used()) assert.ok(Math.abs(ms - 10 * MINUTE - 7 * SECOND) <= SECOND, `${used()}`);
});

test('they close within a second of each other, and each ends its answers', async (t) => {
  const { work, opened } = await pages(t, 3, { peers: peersOf() });
  const messages = opened.map(({ guard }) => guard.message());
  for (const message of messages) message.push('The tide');
  await work(0, 20 * MINUTE, 10 * SECOND);
  await work(1, 20 * MINUTE, 10 * SECOND);
  await work(2, 19 * MINUTE, 10 * SECOND);
  await work(2, MINUTE - SECOND);
  for (const { usage } of opened) assert.equal(usage.status().state, 'open');
  await work(2, 2 * SECOND);
  for (const { changes, usage } of opened) {
    assert.equal(usage.status().reason, 'quota');
    assert.ok(changes.at(-1).now - AFTERNOON - HOUR <= SECOND + 1, `${changes.at(-1).now - AFTERNOON - HOUR}`);
  }
  for (const message of messages) assert.equal(message.push(' comes in. It goes.').text, ' comes in.');
});

test('time at the same moment in several pages counts once', async (t) => {
  for (const peers of [peersOf(), undefined]) {
    const { hosts, pass, used } = await pages(t, 3, { peers });
    for (let minute = 0; minute < 20; minute += 1) {
      for (const host of hosts) host.signal('input');
      await pass(MINUTE, 5 * SECOND);
    }
    for (const ms of used()) assert.ok(Math.abs(ms - 20 * MINUTE) <= (peers ? SECOND : 0), `${used()}`);
  }
});

test('without a way to talk they meet in the store within a heartbeat', async (t) => {
  const { work, used } = await pages(t, 2);
  await work(0, 10 * MINUTE);
  const [, other] = used();
  assert.ok(other >= 10 * MINUTE - 30 * SECOND && other <= 10 * MINUTE, `${other}`);
});

test('a page that joins late knows what the others know, though nothing was written yet', async (t) => {
  const peers = peersOf();
  const { hosts, work, opened } = await pages(t, 1, { peers });
  hosts[0].store.set = async () => { throw new Error('full'); };
  await work(0, 10 * MINUTE);
  const host = memoryHost({ now: hosts[0].now() });
  const late = await metered(Object.assign(host, { peers, store: hosts[0].store }), {}, {}, t);
  assert.equal(late.usage.status().usedMs, opened[0].usage.status().usedMs);
});

test('a reminder that was acknowledged in one page is due in none, an exit ends the run in all', async (t) => {
  const { work, opened } = await pages(t, 2, { peers: peersOf() });
  await work(0, 30 * MINUTE, 10 * SECOND);
  await work(1, 2 * SECOND);
  for (const { usage } of opened) assert.deepEqual(usage.status().due.map(({ kind }) => kind), ['rest']);
  opened[0].usage.acknowledge(opened[0].usage.status().due[0]);
  for (const { usage } of opened) assert.deepEqual(usage.status().due, []);
  opened[1].usage.exit();
  for (const { usage } of opened) assert.equal(usage.status().continuousMs, 0);
});

test('an exit ends the answers of every page of the subject at once, and is told to the server once', async (t) => {
  const peers = peersOf();
  const { work, hosts, opened } = await pages(t, 3, { peers });
  const other = await metered(Object.assign(memoryHost({ now: AFTERNOON }), { peers, store: hosts[0].store }), { subject: 'sibling' }, {}, t);
  await work(0, MINUTE);
  const exits = opened.map(({ usage }) => {
    const heard = [];
    usage.addEventListener('exit', () => heard.push('exit'));
    return heard;
  });
  const messages = opened.map(({ guard }) => guard.message());
  const siblings = other.guard.message();
  for (const message of [...messages, siblings]) message.push('The tide');
  opened[1].usage.exit();
  for (const message of messages) {
    const { text, state } = message.push(' comes in.');
    assert.deepEqual([text, state], ['', 'terminated']);
  }
  assert.equal(siblings.push(' comes in.').state, 'open', 'another subject goes on');
  assert.deepEqual(exits, [['exit'], ['exit'], ['exit']]);
  for (const { usage } of opened) assert.equal(usage.status().state, 'open');
  assert.equal(peers.posted.filter(({ exit }) => typeof exit === 'number').length, 1, 'no page passes on what it hears');
  assert.equal(opened[0].guard.message().push('The tide').state, 'open', 'a new answer may begin');
});

test('nothing that a page hears opens it, and nonsense changes nothing', async (t) => {
  const peers = peersOf();
  const { work, opened, used, hosts } = await pages(t, 2, { peers });
  await work(0, HOUR, 10 * SECOND);
  const before = used();
  const [room] = peers.rooms.values();
  const nonsense = [
    null, 'x', 7, {}, { ask: 'yes' }, { exit: 'yes' }, { saved: new Uint8Array([1, 2, 3]) }, { saved: 'x' }, { used: [1] }, { used: [2, 1] }, { used: ['a', 'b'] },
    { used: [Number.NaN, 1] }, { used: [-5, 7] }, { used: [hosts[0].now() + HOUR, hosts[0].now() + 2 * HOUR] }, { used: Array(9_000).fill(0) },
  ];
  for (const message of nonsense) for (const listen of [...room]) listen(message);
  assert.deepEqual(used(), before);
  for (const { usage } of opened) assert.equal(usage.status().reason, 'quota');
});

test('a page that was disposed says and hears nothing any more', async (t) => {
  const peers = peersOf();
  const { opened, hosts } = await pages(t, 2, { peers });
  await opened[0].guard.dispose();
  const [room] = peers.rooms.values();
  assert.equal(room.size, 1);
  const before = peers.posted.length;
  hosts[0].signal('input');
  await hosts[0].advance(MINUTE);
  assert.equal(peers.posted.length, before);
});

test('a page in the background tells nothing, so idle tabs cost nothing', async (t) => {
  const peers = peersOf();
  const { hosts, pass } = await pages(t, 2, { peers });
  for (const host of hosts) host.signal('blur');
  await pass(SECOND);
  const before = peers.posted.length;
  await pass(5 * MINUTE);
  assert.equal(peers.posted.length, before);
});

test('writes of pages that can wait for each other lose nothing', async (t) => {
  const peers = peersOf();
  const { hosts, opened } = await pages(t, 2, { peers });
  // A slow store, in which both read before either writes.
  const { get } = hosts[0].store;
  hosts[0].store.get = async (key) => {
    const value = await get.call(hosts[0].store, key);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return value;
  };
  hosts[1].signal('blur');
  await use(hosts[0], 5 * MINUTE);
  await Promise.all(opened.map(({ guard }) => guard.dispose()));
  const after = await metered(Object.assign(memoryHost({ now: hosts[0].now() }), { store: hosts[0].store }), {}, {}, t);
  assert.equal(after.usage.status().usedMs, 5 * MINUTE);
});
