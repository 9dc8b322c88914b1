import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuard, memoryHost } from 'tidegate';
import { coded, pack } from './support.mjs';

const ENDPOINT = 'https://collector.example/v1/reports';
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A collector that keeps an id once. `fault` may answer instead of it, before or after it stored. */
function collector() {
  const stored = new Map();
  const requests = [];
  const state = { stored, requests, fault: undefined };
  state.commit = (records) => {
    const answer = { accepted: [], duplicates: [], rejected: [] };
    for (const record of records) {
      (stored.has(record.id) ? answer.duplicates : answer.accepted).push(record.id);
      if (!stored.has(record.id)) stored.set(record.id, record);
    }
    return answer;
  };
  state.send = async (request) => {
    const records = JSON.parse(new TextDecoder().decode(request.body));
    requests.push({ ...request, records });
    const fault = await state.fault?.(records, request);
    return fault ?? reply(200, state.commit(records));
  };
  state.types = () => [...stored.values()].map(({ type }) => type);
  return state;
}

function reply(status, body, headers = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  return { status, headers, body: new TextEncoder().encode(text) };
}

async function setup({ store, reports = {}, ...options } = {}) {
  const server = collector();
  const host = memoryHost({ send: server.send });
  if (store) host.store = store;
  const guard = await createGuard({ packs: [await pack()], host, reports: { endpoint: ENDPOINT, ...reports }, ...options });
  return { server, host, guard };
}

function flag(guard, id = 'm1') {
  const message = guard.message({ id });
  message.push('请看提醒词语。');
  message.finish();
}

const minute = 60_000;

test('a verdict arrives as one CloudEvents event that holds no text', async () => {
  const { server, host, guard } = await setup({ locale: 'en', reports: { token: async () => 'secret' } });
  flag(guard, 'answer-1');
  await host.advance(minute);
  assert.equal(server.requests.length, 1);
  const [{ url, method, headers, records, keepalive }] = server.requests;
  assert.deepEqual({ url, method, keepalive: keepalive ?? false }, { url: ENDPOINT, method: 'POST', keepalive: false });
  assert.equal(headers['content-type'], 'application/cloudevents-batch+json');
  assert.equal(headers.authorization, 'Bearer secret');
  const [{ id, time, data, ...envelope }] = records;
  assert.match(id, ID);
  assert.equal(time, '2026-03-02T04:00:00.000Z');
  assert.deepEqual(envelope, {
    specversion: '1.0', source: '/tidegate/web', type: 'dev.tidegate.verdict.v1', datacontenttype: 'application/json',
  });
  const { digest, engine_version, ...rest } = data;
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.match(engine_version, /^\d+\.\d+\.\d+$/);
  assert.deepEqual(rest, {
    schema_version: 1, policy: 'test', revision: 3, rule: 'flag', risk: 'x_self_harm', action: 'flag', view: 'tight',
    start: 2, end: 6, message: 'answer-1', channel: 'text', direction: 'output', surface: 'web', locale: 'en',
    shown_units: data.shown_units, age_band: 'unknown', minor_mode: false, source: 'auto',
  });
  assert.ok(Number.isInteger(data.shown_units) && data.shown_units <= 2);
  assert.deepEqual(guard.reports.stats(), {
    pending: 0, pendingBytes: 0, accepted: 1, dropped: 0, rejected: 0, storage: 'memory',
  });
  assert.deepEqual(await host.store.keys('report'), []);
  await guard.dispose();
});

test('records made together travel together, in the order of making', async () => {
  const { server, host, guard } = await setup();
  for (let n = 0; n < 20; n += 1) flag(guard, `m${n}`);
  await host.advance(0);
  assert.equal(server.requests.length, 0);
  await host.advance(minute);
  assert.equal(server.requests.length, 1);
  assert.deepEqual(server.requests[0].records.map(({ data }) => data.message), Array.from({ length: 20 }, (_, n) => `m${n}`));
  await guard.dispose();
});

test('a record outlives the page and a dead collector, and is stored once', async () => {
  const first = await setup();
  first.server.fault = () => { throw new TypeError('connection refused'); };
  flag(first.guard);
  await first.host.advance(10 * minute);
  assert.equal(first.guard.reports.stats().pending, 1);
  assert.equal((await first.host.store.keys('report/')).length, 1);
  // No dispose: the page was killed.
  const second = await setup({ store: first.host.store });
  assert.equal(second.guard.reports.stats().pending, 1);
  await second.host.advance(minute);
  assert.equal(second.server.stored.size, 1);
  assert.equal(second.guard.reports.stats().pending, 0);
  assert.deepEqual(await first.host.store.keys('report'), []);
  await second.guard.dispose();
});

test('an answer that is lost makes a duplicate on the wire and none in the store', async () => {
  const { server, host, guard } = await setup();
  let failures = 2;
  server.fault = (records) => {
    if (failures-- <= 0) return undefined;
    server.commit(records);
    throw new TypeError('connection reset');
  };
  flag(guard);
  await host.advance(5 * minute);
  assert.equal(server.requests.length, 3);
  assert.equal(server.stored.size, 1);
  const { pending, accepted } = guard.reports.stats();
  assert.deepEqual({ pending, accepted }, { pending: 0, accepted: 1 });
  await guard.dispose();
});

for (const [name, answer] of [
  ['500', () => reply(500, 'oops')],
  ['503', () => reply(503, '')],
  ['404', () => reply(404, '<html>')],
  ['401', () => reply(401, '')],
  ['200 with HTML', () => reply(200, '<!doctype html><title>Sign in to the Wi-Fi</title>')],
  ['200 with nothing', () => reply(200, '')],
  ['200 with null', () => reply(200, 'null')],
  ['200 with an empty object', () => reply(200, {})],
  ['200 with fields of the wrong type', () => reply(200, { accepted: 7, duplicates: [1, null], rejected: ['x', { id: 3 }] })],
  ['200 that names another id', () => reply(200, { accepted: ['00000000-0000-4000-8000-000000000000'] })],
  ['204', () => reply(204, '')],
]) {
  test(`after an answer of ${name} the record is kept, and arrives later`, async () => {
    const { server, host, guard } = await setup();
    server.fault = answer;
    flag(guard);
    await host.advance(10 * minute);
    assert.equal(guard.reports.stats().pending, 1);
    const tries = server.requests.length;
    assert.ok(tries >= 5 && tries <= 25, `${tries} tries in ten minutes`);
    server.fault = undefined;
    await host.advance(6 * minute);
    assert.equal(server.stored.size, 1);
    assert.equal(guard.reports.stats().pending, 0);
    await guard.dispose();
  });
}

test('only the ids that an answer names are forgotten', async () => {
  const { server, host, guard } = await setup();
  let isFirst = true;
  server.fault = (records) => {
    if (!isFirst) return undefined;
    isFirst = false;
    return reply(200, server.commit(records.slice(0, 2)));
  };
  for (const id of ['a', 'b', 'c', 'd', 'e']) flag(guard, id);
  await host.advance(0);
  await host.advance(minute);
  assert.deepEqual(server.requests.map(({ records }) => records.length), [5, 3]);
  assert.equal(server.stored.size, 5);
  await guard.dispose();
});

for (const [name, header] of [['seconds', '90'], ['a date', new Date(Date.UTC(2026, 2, 2, 4, 1, 31)).toUTCString()]]) {
  test(`Retry-After in ${name} is honoured, even by flush and when the page is hidden`, async () => {
    const { server, host, guard } = await setup();
    server.fault = () => reply(429, '', { 'Retry-After': header });
    flag(guard);
    await host.advance(1_000);
    assert.equal(server.requests.length, 1);
    server.fault = undefined;
    await host.advance(80_000);
    await guard.reports.flush();
    host.signal('hidden');
    host.signal('online');
    await host.advance(1);
    assert.equal(server.requests.length, 1);
    await host.advance(minute);
    assert.equal(server.stored.size, 1);
    await guard.dispose();
  });
}

test('a batch that is too large is split until it fits', async () => {
  const { server, host, guard } = await setup();
  server.fault = (records) => (records.length > 3 ? reply(413, '') : undefined);
  for (let n = 0; n < 20; n += 1) flag(guard, `m${n}`);
  await host.advance(10 * minute);
  assert.equal(server.stored.size, 20);
  assert.equal(guard.reports.stats().pending, 0);
  await guard.dispose();
});

test('a record that the collector refuses is found, set aside, and stops no other', async () => {
  const { server, host, guard } = await setup();
  server.fault = (records) => (records.some(({ data }) => data.message === 'bad') ? reply(400, '') : undefined);
  for (const id of ['a', 'bad', 'b']) flag(guard, id);
  await host.advance(10 * minute);
  assert.deepEqual([...server.stored.values()].map(({ data }) => data.message), ['a', 'b']);
  const { pending, accepted, rejected } = guard.reports.stats();
  assert.deepEqual({ pending, accepted, rejected }, { pending: 0, accepted: 2, rejected: 1 });
  const tries = server.requests.length;
  await host.advance(60 * minute);
  assert.equal(server.requests.length, tries);
  const aside = await host.store.keys('report-aside/');
  assert.equal(aside.length, 1);
  const kept = JSON.parse(new TextDecoder().decode(await host.store.get(aside[0])));
  assert.equal(kept.code, 'http/400');
  assert.equal(kept.record.data.message, 'bad');
  assert.deepEqual(await host.store.keys('report/'), []);
  await guard.dispose();
});

test('an id that an answer rejects is not sent again', async () => {
  const { server, host, guard } = await setup();
  server.fault = (records) => reply(200, { accepted: [], duplicates: [], rejected: [{ id: records[0].id, code: 'record/value' }] });
  flag(guard);
  await host.advance(60 * minute);
  assert.equal(server.requests.length, 1);
  assert.equal(guard.reports.stats().rejected, 1);
  await guard.dispose();
});

test('of what is set aside only so much is kept', async () => {
  const { server, host, guard } = await setup();
  server.fault = (records) => reply(200, { rejected: records.map(({ id }) => ({ id, code: 'record/value' })) });
  for (let n = 0; n < 50; n += 1) flag(guard, `m${n}`);
  await host.advance(minute);
  assert.equal(guard.reports.stats().rejected, 50);
  assert.equal((await host.store.keys('report-aside/')).length, 32);
  await guard.dispose();
});

test('a hidden page sends what waits at once, with keepalive and within 60 kB', async () => {
  const { server, host, guard } = await setup();
  for (let n = 0; n < 150; n += 1) flag(guard, `m${n}`);
  host.signal('hidden');
  await host.advance(0);
  const kept = server.requests.filter(({ keepalive }) => keepalive);
  assert.equal(kept.length, 1);
  assert.ok(kept[0].body.length <= 60_000, `${kept[0].body.length} bytes`);
  assert.equal(kept[0].records[0].data.message, 'm0');
  assert.ok(kept[0].records.length > 50);
  await host.advance(minute);
  assert.equal(server.stored.size, 150);
  assert.equal(guard.reports.stats().pending, 0);
  await guard.dispose();
});

test('flush sends without waiting, and resolves when the collector fails too', async () => {
  const { server, guard } = await setup();
  flag(guard);
  await guard.reports.flush();
  assert.equal(server.stored.size, 1);
  server.fault = () => reply(500, '');
  flag(guard, 'm2');
  await guard.reports.flush();
  assert.equal(guard.reports.stats().pending, 1);
  server.fault = undefined;
  await guard.reports.flush();
  assert.equal(server.stored.size, 2);
  await guard.reports.flush();
  await guard.dispose();
});

test('a request that is never answered does not stop the others', async () => {
  const { server, host, guard } = await setup();
  server.fault = () => new Promise(() => {});
  flag(guard);
  await host.advance(5_000);
  server.fault = undefined;
  await host.advance(3 * minute);
  assert.equal(server.stored.size, 1);
  assert.equal(guard.reports.stats().pending, 0);
  await guard.dispose();
});

test('a token that cannot be had is tried again', async () => {
  let failures = 2;
  const token = async () => {
    if (failures-- > 0) throw new Error('no session');
    return 'fresh';
  };
  const { server, host, guard } = await setup({ reports: { token } });
  flag(guard);
  await host.advance(minute);
  assert.equal(server.requests.length, 1);
  assert.equal(server.requests[0].headers.authorization, 'Bearer fresh');
  assert.equal(server.stored.size, 1);
  await guard.dispose();
});

test('a complaint is durable before its receipt is given, and quotes the receipt', async () => {
  const { server, host, guard } = await setup({ locale: 'en' });
  const { id } = await guard.reports.submit({ category: 'minor_safety', text: '不适合 <孩子> 😀', message: 'm7' });
  assert.match(id, ID);
  assert.equal((await host.store.keys('report/')).length, 1);
  await guard.reports.flush();
  const { type, data: { engine_version, ...data } } = server.stored.get(id);
  assert.equal(type, 'dev.tidegate.complaint.v1');
  assert.deepEqual(data, {
    schema_version: 1, category: 'minor_safety', text: '不适合 <孩子> 😀', message: 'm7', locale: 'en', source: 'user_report',
  });
  assert.equal(typeof engine_version, 'string');
  await guard.dispose();
});

test('a preview is what is sent, and is refused as sending would be', async () => {
  const { server, guard } = await setup();
  const complaint = { category: 'privacy', text: 'half a character: \ud800', message: 'm'.repeat(1_000) };
  const preview = guard.reports.preview(complaint);
  assert.equal(guard.reports.stats().pending, 0, 'nothing is made of it');
  const { id } = await guard.reports.submit(complaint);
  await guard.reports.flush();
  const { type, data } = server.stored.get(id);
  assert.deepEqual({ type, data }, preview);
  assert.throws(() => guard.reports.preview({ category: 'rude' }), coded('report/category'));
  await guard.dispose();
  assert.throws(() => guard.reports.preview(complaint), coded('report/disposed'));
  const silent = await createGuard({ packs: [await pack()], host: memoryHost() });
  assert.throws(() => silent.reports.preview(complaint), coded('report/off'));
  await silent.dispose();
});

test('a complaint is checked where its author can still change it', async () => {
  const { server, guard } = await setup();
  const { reports } = guard;
  await assert.rejects(reports.submit({ category: 'rude' }), coded('report/category'));
  await assert.rejects(reports.submit({}), coded('report/category'));
  await assert.rejects(reports.submit({ category: 'other', text: 'x'.repeat(2_001) }), coded('report/too-long'));
  await assert.rejects(reports.submit({ category: 'other', text: '😀'.repeat(1_001) }), coded('report/too-long'));
  await assert.rejects(reports.submit({ category: 'other', text: 7 }), coded('record/shape'));
  await assert.rejects(reports.submit(undefined), (error) => error.name === 'GuardError');
  await reports.submit({ category: 'other', text: '😀'.repeat(1_000) });
  await reports.submit({ category: 'other' });
  await reports.submit({ category: 'other', text: '\ud800', message: 'm'.repeat(1_000) });
  await reports.flush();
  assert.deepEqual([...server.stored.values()].map(({ data }) => data.text.length), [2_000, 0, 1]);
  assert.equal(reports.stats().rejected, 0);
  await guard.dispose();
});

test('a store that fails is said to, and what it did not take is sent all the same', async () => {
  const store = {
    kind: 'durable',
    get: async () => undefined,
    set: async () => { throw new Error('QuotaExceededError'); },
    delete: () => { throw new Error('closed'); },
    keys: async () => [],
  };
  const { server, host, guard } = await setup({ store });
  assert.equal(guard.reports.stats().storage, 'durable');
  flag(guard);
  await host.advance(minute);
  assert.equal(server.stored.size, 1);
  assert.equal(guard.reports.stats().storage, 'memory');
  assert.equal(guard.reports.stats().pending, 0);
  // What no store holds is not left behind without a try.
  flag(guard, 'm2');
  await guard.dispose();
  assert.equal(server.stored.size, 2);
});

test('a store that never answers holds nothing up for long', async () => {
  const never = () => new Promise(() => {});
  const store = { kind: 'durable', get: never, set: never, delete: never, keys: async () => [] };
  const { server, host, guard } = await setup({ store });
  flag(guard);
  await host.advance(minute);
  assert.equal(server.stored.size, 1);
  assert.equal(guard.reports.stats().storage, 'memory');
});

test('what an outbox cannot hold is dropped oldest first, counted, and the count arrives', async () => {
  const { server, host, guard } = await setup({ reports: { maxBytes: 64 * 1024 } });
  server.fault = () => { throw new TypeError('offline'); };
  const made = 600;
  for (let n = 0; n < made; n += 1) {
    flag(guard, `m${n}`);
    if (n % 50 === 0) await host.advance(minute);
  }
  await host.advance(minute);
  const { dropped, pendingBytes } = guard.reports.stats();
  assert.ok(dropped > 300, `${dropped} dropped`);
  assert.ok(pendingBytes <= 64 * 1024, `${pendingBytes} bytes`);
  assert.ok((await host.store.keys('report/')).length < 250);
  // The page dies; the next one brings the records and the counts.
  const next = await setup({ store: host.store });
  await next.host.advance(10 * minute);
  const records = [...next.server.stored.values()];
  const verdicts = records.filter(({ type }) => type === 'dev.tidegate.verdict.v1');
  const counts = records.filter(({ type }) => type === 'dev.tidegate.drops.v1');
  assert.ok(counts.every(({ data }) => data.reason === 'size'));
  assert.equal(counts.reduce((sum, { data }) => sum + data.dropped, 0), dropped);
  for (const { data } of counts) assert.ok(data.ids.length <= 500);
  const named = counts.flatMap(({ data }) => data.ids);
  assert.equal(new Set(named).size, named.length);
  assert.ok(named.length > 0 && !named.some((id) => next.server.stored.has(id)), `${named.length} named`);
  assert.equal(verdicts.length + dropped, made);
  assert.equal(verdicts.at(-1).data.message, `m${made - 1}`);
  assert.deepEqual(await host.store.keys('report/'), []);
  await next.guard.dispose();
});

test('what is older than a week is dropped, counted, and the count arrives', async () => {
  const { server, host, guard } = await setup();
  server.fault = () => { throw new TypeError('offline'); };
  flag(guard, 'old');
  await host.advance(minute);
  const [key] = await host.store.keys('report/');
  const old = key.slice(-36);
  await host.advance(4 * 24 * 60 * minute);
  flag(guard, 'new');
  await host.advance(4 * 24 * 60 * minute);
  assert.equal(guard.reports.stats().dropped, 1);
  server.fault = undefined;
  await host.advance(10 * minute);
  const [count, verdict] = [...server.stored.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
  assert.deepEqual([count.data.dropped, count.data.reason, count.data.ids], [1, 'age', [old]]);
  assert.equal(verdict.data.message, 'new');
  assert.equal(server.stored.size, 2);
  await guard.dispose();
});

test('the order of making survives a restart and a clock that goes back', async () => {
  const first = await setup();
  first.server.fault = () => reply(503, '');
  flag(first.guard, 'a');
  first.host.jump(-60 * minute);
  flag(first.guard, 'b');
  first.host.jump(120 * minute);
  flag(first.guard, 'c');
  await first.guard.dispose();
  const second = await setup({ store: first.host.store });
  flag(second.guard, 'd');
  await second.host.advance(minute);
  assert.deepEqual(second.server.requests[0].records.map(({ data }) => data.message), ['a', 'b', 'c', 'd']);
  await second.guard.dispose();
});

test('stored values that are no records are removed and counted', async () => {
  const { store } = memoryHost();
  const text = (value) => new TextEncoder().encode(value);
  await store.set('report/00000000000000000000-x', text('not json'));
  await store.set('report/00000000000000000001-y', text('{"at":-1,"record":{"id":"z"}}'));
  await store.set('report/00000000000000000002-z', text('{"at":1,"record":{"id":"z"},"drops":{"count":0,"reason":"size","covers":[]}}'));
  const { host, guard } = await setup({ store });
  await host.advance(minute);
  assert.deepEqual(await store.keys('report/'), []);
  const { pending, rejected } = guard.reports.stats();
  assert.deepEqual({ pending, rejected }, { pending: 0, rejected: 3 });
  await guard.dispose();
});

test('evidence that is reserved or not known is refused, not forgotten', async () => {
  for (const evidence of ['sealed', 'everything']) {
    await assert.rejects(setup({ reports: { evidence } }), coded('report/evidence-unsupported'));
  }
  await assert.rejects(setup({ reports: { endpoint: '' } }), coded('report/endpoint'));
  const { guard } = await setup({ reports: { evidence: 'none' } });
  await guard.dispose();
});

test('after dispose nothing is taken, nothing is sent, and what waits stays in the store', async () => {
  const { server, host, guard } = await setup();
  server.fault = () => reply(503, '');
  flag(guard);
  await guard.dispose();
  const tries = server.requests.length;
  assert.equal((await host.store.keys('report/')).length, 1);
  await assert.rejects(guard.reports.submit({ category: 'other' }), coded('report/disposed'));
  await guard.reports.flush();
  host.signal('hidden');
  await host.advance(60 * minute);
  assert.equal(server.requests.length, tries);
  assert.equal(guard.reports.stats().pending, 1);
  await guard.dispose();
});
