/** Signed time, heartbeats, the merged ledger, being offline, and assertions. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { memoryHost } from 'tidegate';
import { AFTERNOON, HOUR, MINUTE, SECOND, at, json, metered, signedPack, signer, use } from './usage-support.mjs';

const SERVER = 'https://collector.example/base/';

/**
 * A collector with a ledger: answers time and heartbeats, and remembers what was
 * asked. `down`: nothing answers. `clock`: its time, by default the host's.
 */
function collector(host, who = signer()) {
  const server = {
    who, down: false, requests: [], ledger: [], days: [], fresh: undefined, exit: undefined, clock: () => host.now(), status: 200, sign: (now, nonce) => who.time(now, nonce),
  };
  host.send = async (request) => {
    const { url, method, headers, body } = request;
    const { pathname, searchParams } = new URL(url);
    const text = body ? JSON.parse(new TextDecoder().decode(body)) : undefined;
    server.requests.push({ ...request, pathname, text });
    if (server.down) throw new TypeError('offline');
    if (pathname === '/base/v1/time') return json(server.sign(server.clock(), searchParams.get('nonce') ?? ''));
    if (pathname === '/base/v1/usage/child/intervals' && method === 'POST') {
      assert.match(headers.authorization, /^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
      const moments = [...text.intervals.map(([, end]) => end), ...text.events.map(({ at }) => at)];
      if (moments.some((moment) => moment > server.clock() + 5 * MINUTE)) return json({ error: 'usage/future' }, 400);
      server.ledger.push(...text.intervals);
      return json({ now: server.clock(), intervals: server.ledger, days: server.days, assertion: server.fresh, exit: server.exit }, server.status);
    }
    return json({ error: 'no such path' }, 404);
  };
  server.beats = () => server.requests.filter(({ pathname }) => pathname.endsWith('/intervals'));
  server.times = () => server.requests.filter(({ pathname }) => pathname.endsWith('/time'));
  return server;
}

/** A guard with keys, a server and an assertion of a twelve-year-old. */
async function identified(t, { host = memoryHost({ now: AFTERNOON }), claims = { age: 12 }, usage = {}, server = collector(host) } = {}) {
  const { packs, key } = await signedPack();
  const assertion = server.who.assertion({ now: host.now(), ...claims });
  const parts = await metered(host, { age: undefined, server: SERVER, assertion, ...usage }, { packs, publicKeys: [key, server.who.key] }, t);
  return { host, server, assertion, ...parts };
}

test('with publicKeys only time that one of them signed for this very question is taken', async (t) => {
  const { packs, key } = await signedPack();
  const night = at('2026-03-05T22:30:00');
  const who = signer();
  const answers = {
    right: [(now, nonce) => who.time(now, nonce), 'curfew'],
    unsigned: [(now, nonce) => ({ now, nonce }), undefined],
    'of another key': [(now, nonce) => signer().time(now, nonce), undefined],
    'for another nonce': [(now) => who.time(now, 'another'), undefined],
    'a replay under our nonce': [(now, nonce) => ({ ...who.time(now, 'another'), nonce }), undefined],
    'another time': [(now, nonce) => ({ ...who.time(now, nonce), now: now + 1 }), undefined],
    'half a millisecond': [(now, nonce) => ({ ...who.time(now, nonce), now: now + 0.5 }), undefined],
  };
  for (const [name, [sign, reason]] of Object.entries(answers)) {
    const host = memoryHost({ now: AFTERNOON });
    Object.assign(collector(host, who), { sign, clock: () => night });
    const { usage } = await metered(host, { server: SERVER }, { packs, publicKeys: [key, who.key] }, t);
    assert.equal(usage.status().reason, reason, name);
  }
});

test('nonces differ', async (t) => {
  const { packs, key } = await signedPack();
  const host = memoryHost({ now: AFTERNOON });
  const server = collector(host);
  await metered(host, { server: SERVER, offline: 'limit' }, { packs, publicKeys: [key, server.who.key] }, t);
  await host.advance(3 * MINUTE);
  const nonces = server.times().map(({ url }) => new URL(url).searchParams.get('nonce'));
  assert.ok(nonces.length >= 3 && nonces.every((nonce) => /^[0-9a-f]{36}$/.test(nonce)), nonces.join());
  assert.equal(new Set(nonces).size, nonces.length);
});

test('an assertion says who it is, and its subject is the one that is metered', async (t) => {
  const { host, usage, server } = await identified(t, { usage: { subject: undefined } });
  const status = usage.status();
  assert.equal(status.identity, 'assertion');
  assert.equal(status.remainingMs, HOUR);
  await use(host, 2 * MINUTE);
  assert.ok(await host.store.get('usage/child'));
  assert.equal(server.beats()[0].pathname, '/base/v1/usage/child/intervals');
});

test('an adult by assertion is not limited, whatever is assumed', async (t) => {
  const { usage } = await identified(t, { claims: { age_band: '18-150' } });
  assert.equal(usage.status().remainingMs, null);
});

test('a heartbeat a minute carries what was used here, and a hidden page tells the rest', async (t) => {
  const { host, server } = await identified(t);
  await use(host, 5 * MINUTE);
  const beats = server.beats();
  assert.ok(beats.length >= 5 && beats.length <= 6, `${beats.length}`);
  const last = beats.at(-1).text;
  assert.match(last.device, /^[0-9a-f]{24}$/);
  assert.deepEqual(last.intervals, [[AFTERNOON, AFTERNOON + 5 * MINUTE]]);
  assert.equal(new Set(beats.map(({ text }) => text.device)).size, 1);
  assert.ok(beats.every(({ keepalive }) => !keepalive));
  host.signal('input');
  await host.advance(20 * SECOND);
  host.signal('hidden');
  await host.advance(0);
  const leaving = server.beats().at(-1);
  assert.equal(leaving.keepalive, true);
  assert.deepEqual(leaving.text.intervals, [[AFTERNOON, AFTERNOON + 5 * MINUTE + 20 * SECOND]]);
  assert.equal(server.times().length, 1, 'time is asked for once, clocks agree');
});

test('what another device used counts here, at once at the start and within a minute later', async (t) => {
  const host = memoryHost({ now: AFTERNOON });
  const server = collector(host);
  server.ledger.push([AFTERNOON - 40 * MINUTE, AFTERNOON - 10 * MINUTE]);
  const { usage, changes } = await identified(t, { host, server });
  assert.equal(usage.status().usedMs, 30 * MINUTE);
  // The other device goes on while nobody is here.
  host.signal('blur');
  server.ledger.push([AFTERNOON - 10 * MINUTE, AFTERNOON]);
  server.ledger.push([AFTERNOON + 10 * SECOND, AFTERNOON + 20 * SECOND]);
  await host.advance(MINUTE);
  assert.equal(usage.status().usedMs, 40 * MINUTE + 10 * SECOND);
  server.ledger.push([AFTERNOON - HOUR, AFTERNOON]);
  await host.advance(MINUTE);
  assert.equal(changes.at(-1)?.reason, 'quota');
});

test('time used on both devices counts once, and offline use counts when it comes back', async (t) => {
  const shared = [];
  const who = signer();
  const devices = [];
  for (let index = 0; index < 2; index += 1) {
    const host = memoryHost({ now: AFTERNOON });
    const server = Object.assign(collector(host, who), { ledger: shared });
    devices.push(await identified(t, { host, server }));
  }
  const both = async (minutes) => {
    for (let minute = 0; minute < minutes; minute += 1) for (const { host } of devices) await use(host, MINUTE);
  };
  await both(10);
  devices[1].server.down = true;
  devices[0].host.signal('blur');
  // Alone, and not heard of.
  for (let minute = 0; minute < 20; minute += 1) {
    await use(devices[1].host, MINUTE);
    await devices[0].host.advance(MINUTE);
  }
  const used = () => devices.map(({ usage }) => usage.status().usedMs);
  assert.deepEqual(used(), [10 * MINUTE, 30 * MINUTE]);
  devices[1].server.down = false;
  devices[1].host.signal('blur');
  for (const { host } of [devices[1], devices[0]]) await host.advance(MINUTE);
  assert.equal(used()[0], 30 * MINUTE);
});

test('an answer that is no ledger is as no answer, and takes nothing', async (t) => {
  for (const answer of [
    { intervals: 'all', days: [] }, { intervals: [[1]], days: [] }, { intervals: [[2, 1]], days: [] }, { intervals: [[0, null]], days: [] },
    { intervals: [], days: [[20_000, 90_000_000]] }, { intervals: [] }, { intervals: Array.from({ length: 5_000 }, () => [0, 1]), days: [] },
    { intervals: [[Number.MAX_VALUE, Number.MAX_VALUE]], days: [] },
  ]) {
    const host = memoryHost({ now: AFTERNOON });
    const server = collector(host);
    const { send } = host;
    host.send = async (request) => request.method === 'POST' ? json({ now: host.now(), ...answer }) : send(request);
    const { usage } = await identified(t, { host, server, usage: { offline: 'close' } });
    assert.equal(usage.status().usedMs, 0, JSON.stringify(answer).slice(0, 80));
    assert.equal(usage.status().reason, 'clock', JSON.stringify(answer).slice(0, 80));
  }
});

test('the server cannot make time go back by its ledger, nor charge the future', async (t) => {
  const host = memoryHost({ now: AFTERNOON });
  const server = collector(host);
  server.ledger.push([AFTERNOON + HOUR, AFTERNOON + 3 * HOUR]);
  const { usage } = await identified(t, { host, server });
  assert.equal(usage.status().usedMs, 0);
});

test('what a wrong clock recorded is told once the server has put it right', async (t) => {
  const host = memoryHost({ now: AFTERNOON });
  const server = collector(host);
  server.clock = () => AFTERNOON + host.monotonic();
  const assertion = server.who.assertion({ now: AFTERNOON, life: 6 * 86_400, age: 12 });
  server.down = true;
  host.jump(3 * 86_400_000);
  const { packs, key } = await signedPack();
  const { usage } = await metered(host, { age: undefined, server: SERVER, assertion }, { packs, publicKeys: [key, server.who.key] }, t);
  await use(host, 40 * MINUTE);
  server.down = false;
  server.requests.length = 0;
  host.signal('online');
  await host.advance(SECOND);
  const [first] = server.beats();
  const today = Math.floor((AFTERNOON + 8 * HOUR) / (24 * HOUR));
  assert.deepEqual(first.text.intervals, []);
  assert.deepEqual(first.text.days, [[today, 40 * MINUTE]]);
  assert.ok(first.text.events.length > 0 && first.text.events.every(({ at: when }) => when <= server.clock()), 'reminders too');
  await use(host, 2 * MINUTE);
  const [start, end] = server.ledger.at(-1);
  assert.ok(start >= AFTERNOON + 40 * MINUTE && end <= server.clock() && end - start >= MINUTE, `${start} ${end}`);
  assert.equal(usage.status().day, '2026-03-05');
});

test('offline: allow goes on with what is known here', async (t) => {
  const { host, server, usage } = await identified(t, { usage: { offline: 'allow' } });
  server.down = true;
  await use(host, 59 * MINUTE);
  assert.equal(usage.status().state, 'open');
  await use(host, MINUTE);
  assert.equal(usage.status().reason, 'quota');
});

test('offline: limit lets fifteen minutes of use, not of time, and a reload gives no more', async (t) => {
  const { host, server, usage, guard, assertion } = await identified(t, { usage: { offline: 'limit' } });
  await use(host, 5 * MINUTE);
  server.down = true;
  await use(host, 5 * MINUTE);
  host.signal('blur');
  await host.advance(HOUR);
  assert.equal(usage.status().state, 'open', 'an hour away is no use');
  host.signal('focus');
  await use(host, 10 * MINUTE - 2 * SECOND);
  assert.equal(usage.status().state, 'open');
  await use(host, 4 * SECOND);
  assert.equal(usage.status().reason, 'clock');
  await guard.dispose();
  const again = await identified(t, { host, server, usage: { offline: 'limit', assertion } });
  assert.equal(again.usage.status().reason, 'clock');
  server.down = false;
  host.signal('online');
  await host.advance(SECOND);
  assert.equal(again.usage.status().state, 'open');
});

test('offline: close closes three minutes after the last contact and opens with the next', async (t) => {
  const { host, server, usage, changes } = await identified(t, { usage: { offline: 'close' } });
  await use(host, 5 * MINUTE);
  server.down = true;
  await use(host, 3 * MINUTE - SECOND);
  assert.equal(usage.status().state, 'open');
  await use(host, 2 * SECOND);
  assert.equal(changes.at(-1).reason, 'clock');
  server.down = false;
  host.signal('online');
  await host.advance(SECOND);
  assert.equal(usage.status().state, 'open');
  // A server that refuses the heartbeats is no contact, though it tells the time.
  server.status = 403;
  await use(host, 4 * MINUTE);
  assert.equal(usage.status().reason, 'clock');
});

test('nothing counts while the missing server or a clock put forward keeps it closed', async (t) => {
  for (const [offline, closedAfter] of [['limit', 15 * MINUTE], ['close', 3 * MINUTE]]) {
    const { host, server, usage } = await identified(t, { usage: { offline } });
    server.down = true;
    await use(host, 20 * MINUTE);
    assert.equal(usage.status().reason, 'clock');
    assert.equal(usage.status().usedMs, closedAfter, offline);
    server.down = false;
    host.signal('online');
    await host.advance(0);
    assert.equal(usage.status().state, 'open');
    await use(host, 5 * MINUTE);
    assert.equal(usage.status().usedMs, closedAfter + 5 * MINUTE, `${offline}: it counts again from the first moment`);
  }
  const host = memoryHost({ now: AFTERNOON });
  const { usage } = await metered(host, {}, {}, t);
  await use(host, 10 * MINUTE);
  host.jump(8.5 * HOUR);
  assert.equal(usage.status().reason, 'curfew');
  await use(host, 10 * MINUTE);
  assert.equal(usage.status().usedMs, 10 * MINUTE);
  host.jump(-8.5 * HOUR);
  assert.equal(usage.status().state, 'open');
  await use(host, 10 * MINUTE);
  assert.equal(usage.status().usedMs, 20 * MINUTE);
});

test('closing because of the server ends answers at once', async (t) => {
  const { host, server, guard } = await identified(t, { usage: { offline: 'close' } });
  server.down = true;
  const message = guard.message();
  message.push('The tide');
  await use(host, 3 * MINUTE + SECOND);
  assert.equal(message.push(' comes in.').text, '');
});

test('no assertion that is refused changes who it is', async (t) => {
  const host = memoryHost({ now: AFTERNOON });
  const who = signer();
  const now = AFTERNOON;
  const good = who.assertion({ now, age: 30 });
  const [head, payload] = good.split('.');
  const hmac = createHmac('sha256', Buffer.from(who.key, 'base64url'));
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'tidegate-age+jwt' })).toString('base64url');
  const hs = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'tidegate-age+jwt' })).toString('base64url');
  const cases = {
    'of another key': [signer().assertion({ now, age: 30 }), 'usage/assertion-signature'],
    'cut off': [good.slice(0, -4), 'usage/assertion'],
    'alg none': [`${none}.${payload}.`, 'usage/assertion-algorithm'],
    'HS256 with the public key': [`${hs}.${payload}.${hmac.update(`${hs}.${payload}`).digest('base64url')}`, 'usage/assertion-algorithm'],
    'another payload': [`${head}.${who.assertion({ now, age: 40, jti: 'x' }).split('.')[1]}.${good.split('.')[2]}`, 'usage/assertion-signature'],
    expired: [who.assertion({ now: now - 2 * HOUR, age: 30 }), 'usage/assertion-expired'],
    'of somebody else': [who.assertion({ now, age: 30, sub: 'sibling' }), 'usage/assertion-subject'],
    'eight days long': [who.assertion({ now, age: 30, life: 8 * 86_400 }), 'usage/assertion'],
    'not a token': ['a.b.c', 'usage/assertion'],
    empty: ['', 'usage/assertion'],
  };
  const { packs, key } = await signedPack();
  const options = { packs, publicKeys: [key, who.key] };
  for (const [name, [assertion, code]] of Object.entries(cases)) {
    const { usage } = await metered(host, { age: undefined, assertion }, options, t);
    assert.equal(usage.status().identity, 'assumed', name);
    assert.equal(usage.status().remainingMs, HOUR, name);
    assert.throws(() => usage.identify(assertion), (error) => {
      assert.equal(error.name, 'GuardError', name);
      assert.ok(error.code === code || error.code.startsWith(`${code}-`) && code === 'usage/assertion', `${name}: ${error.code}`);
      return true;
    });
    assert.equal(usage.status().identity, 'assumed', name);
  }
  const { usage } = await metered(host, { age: undefined }, options, t);
  usage.identify(good);
  assert.equal(usage.status().remainingMs, null);
  usage.identify(who.assertion({ now: now + SECOND, age: 12 }));
  assert.equal(usage.status().remainingMs, HOUR);
  assert.throws(() => usage.identify(good), { code: 'usage/assertion-replayed' });
  assert.equal(usage.status().remainingMs, HOUR, 'the newer one holds');
});

test('an assertion without keys to check it with is refused', async () => {
  const host = memoryHost({ now: AFTERNOON });
  await assert.rejects(metered(host, { assertion: 'a.b.c' }), { code: 'usage/assertion-key' });
  await assert.rejects(metered(host, { renew: async () => 'a.b.c' }), { code: 'usage/assertion-key' });
  const { usage, guard } = await metered(host);
  assert.throws(() => usage.identify('a.b.c'), { code: 'usage/assertion-key' });
  await guard.dispose();
});

test('when an assertion expires, the assumption holds at that instant', async (t) => {
  const { host, usage, changes } = await identified(t, { claims: { age: 30, life: 600 }, usage: { subject: 'child' }, host: memoryHost({ now: at('2026-03-05T22:30:00') }) });
  assert.equal(usage.status().state, 'open');
  await host.advance(600 * SECOND - 1 * SECOND);
  assert.equal(usage.status().state, 'open');
  // A leeway of a minute is for clocks that differ.
  await host.advance(62 * SECOND);
  assert.equal(usage.status().identity, 'assumed');
  assert.equal(changes.at(-1).reason, 'curfew');
});

test('assertions are renewed at four fifths of their life, without interrupting', async (t) => {
  const host = memoryHost({ now: AFTERNOON });
  const server = collector(host);
  const asked = [];
  const renew = async () => {
    asked.push(host.now() - AFTERNOON);
    return server.who.assertion({ now: host.now(), age: 12, life: 600 });
  };
  const { guard, usage } = await identified(t, { host, server, claims: { age: 12, life: 600 }, usage: { renew } });
  const message = guard.message();
  message.push('The tide');
  await use(host, 25 * MINUTE);
  assert.deepEqual(asked, [480 * SECOND, 960 * SECOND, 1_440 * SECOND]);
  assert.equal(usage.status().identity, 'assertion');
  assert.equal(message.push(' comes in.').text, ' comes in.');
});

test('a renewal that fails is tried again after a growing pause, and a refused assertion is renewed at once', async (t) => {
  const host = memoryHost({ now: AFTERNOON });
  const server = collector(host);
  const asked = [];
  let works = false;
  const renew = async () => {
    asked.push(host.now() - AFTERNOON);
    if (!works) throw new TypeError('offline');
    return server.who.assertion({ now: host.now(), age: 30 });
  };
  const { usage } = await identified(t, { host, server, usage: { renew, assertion: 'a.b.c' } });
  await host.advance(HOUR);
  assert.deepEqual(asked.slice(0, 6), [0, 30, 90, 210, 450, 930].map((seconds) => seconds * SECOND));
  assert.deepEqual(asked.slice(6).map((time, index) => time - asked[index + 5]), asked.slice(6).map(() => 10 * MINUTE));
  assert.equal(usage.status().identity, 'assumed');
  works = true;
  await host.advance(10 * MINUTE);
  assert.equal(usage.status().identity, 'assertion');
});

test('an assertion that is always old is not asked for without a pause', async (t) => {
  const host = memoryHost({ now: AFTERNOON });
  const server = collector(host);
  const stale = server.who.assertion({ now: AFTERNOON - 3_500 * SECOND, age: 12 });
  let asked = 0;
  const renew = async () => {
    asked += 1;
    return stale;
  };
  await identified(t, { host, server, usage: { renew, assertion: stale } });
  await host.advance(MINUTE);
  assert.ok(asked >= 1 && asked <= 6, `${asked}`);
});

test('a fresh assertion in an answer is taken; a forged one is not', async (t) => {
  const { host, server, usage } = await identified(t);
  server.fresh = signer().assertion({ now: host.now() + MINUTE, age: 30 });
  await use(host, 2 * MINUTE);
  assert.equal(usage.status().remainingMs, HOUR - 2 * MINUTE);
  server.fresh = server.who.assertion({ now: host.now(), age: 12, guardian: { daily_min: 30 } });
  await use(host, MINUTE);
  assert.equal(usage.status().remainingMs, 30 * MINUTE - 3 * MINUTE);
  await use(host, MINUTE);
  assert.equal(server.beats().at(-1).headers.authorization, `Bearer ${server.fresh}`);
});

test('a guardian’s pause ends answers at once and opens by itself', async (t) => {
  const { host, server, guard, usage } = await identified(t);
  const message = guard.message();
  message.push('The tide');
  const until = AFTERNOON + 30 * MINUTE;
  server.fresh = server.who.assertion({ now: host.now() + SECOND, age: 12, guardian: { paused_until: until / SECOND } });
  await host.advance(MINUTE);
  const status = usage.status();
  assert.equal(status.reason, 'guardian');
  assert.equal(status.opensAt, until);
  assert.equal(message.push(' comes in.').text, '', 'without grace');
  await host.advance(until - host.now());
  assert.equal(usage.status().state, 'open');
});

test('a pause that comes within the grace ends what the grace let finish', async (t) => {
  const host = memoryHost({ now: at('2026-03-05T21:59:00') });
  const { server, guard, usage } = await identified(t, { host });
  const message = guard.message();
  message.push('The tide');
  await host.advance(MINUTE);
  assert.equal(message.push(' comes').text, ' comes');
  usage.identify(server.who.assertion({ now: host.now(), age: 12, guardian: { paused_until: host.now() / SECOND + 600 } }));
  assert.equal(usage.status().reason, 'guardian');
  assert.equal(message.push(' in.').text, '');
});

test('closings, reminders and exits are told with the next heartbeat, once', async (t) => {
  const { host, server, usage } = await identified(t);
  await use(host, 30 * MINUTE);
  usage.exit();
  await use(host, 30 * MINUTE);
  await host.advance(MINUTE);
  const events = server.beats().flatMap(({ text }) => text.events);
  const kinds = events.map(({ kind, reason }) => reason ? `${kind} ${reason}` : kind);
  assert.deepEqual(kinds.filter((kind) => kind === 'exit'), ['exit']);
  assert.deepEqual(kinds.filter((kind) => kind === 'closed quota'), ['closed quota']);
  assert.ok(kinds.includes('reminder rest'), kinds.join());
  assert.equal(new Set(events.map((event) => JSON.stringify(event))).size, events.length);
  assert.ok(events.every(({ at }) => Number.isInteger(at) && at >= AFTERNOON));
});

test('an exit on another device ends the answers here with the next heartbeat, once', async (t) => {
  const { host, server, guard, usage } = await identified(t);
  const exits = [];
  usage.addEventListener('exit', () => exits.push('exit'));
  await use(host, 10 * MINUTE);
  const message = guard.message();
  message.push('The tide');
  server.exit = host.now();
  await use(host, 61 * SECOND);
  assert.equal(message.push(' comes in.').state, 'terminated');
  assert.deepEqual(exits, ['exit']);
  assert.equal(usage.status().state, 'open');
  await use(host, 2 * MINUTE);
  assert.ok(usage.status().continuousMs < 4 * MINUTE, 'continuous use ended');
  assert.equal(guard.message().push('The tide').state, 'open', 'a new answer may begin');
  assert.deepEqual(exits, ['exit'], 'the same exit is told again and is none');
  assert.ok(server.beats().every(({ text }) => text.events.every(({ kind }) => kind !== 'exit')), 'nobody passes on what is heard');
});

test('exits of before this page, of this page itself, or that are no times end nothing', async (t) => {
  const host = memoryHost({ now: AFTERNOON });
  const server = collector(host);
  server.exit = AFTERNOON - 1;
  const { guard, usage } = await identified(t, { host, server });
  const exits = [];
  usage.addEventListener('exit', () => exits.push('exit'));
  await use(host, 2 * MINUTE);
  assert.deepEqual(exits, []);
  usage.exit();
  server.exit = host.now();
  const message = guard.message();
  await use(host, 3 * MINUTE);
  for (const wrong of ['x', null, Number.NaN, {}, [host.now()]]) {
    server.exit = wrong;
    await use(host, 2 * MINUTE);
  }
  assert.deepEqual(exits, ['exit']);
  assert.equal(message.push('The tide').state, 'open');
});

test('an escalation is told at once, by its kind, and at most 64 events wait', async (t) => {
  const { host, server, usage } = await identified(t);
  const escalation = (kind) => ({ kind, rule: 'crisis', help: '' });
  usage.escalate(escalation('self_harm'));
  await host.advance(0);
  assert.deepEqual(server.beats().at(-1).text.events, [{ kind: 'crisis', at: AFTERNOON, reason: 'self_harm' }]);
  server.down = true;
  for (let time = 0; time < 100; time += 1) usage.escalate(escalation(time < 99 ? 'abuse' : 'property'));
  server.down = false;
  await host.advance(2 * MINUTE);
  const waiting = server.beats().map(({ text }) => text.events).find((events) => events.length > 1);
  assert.equal(waiting.length, 64);
  assert.equal(waiting.at(-1).reason, 'property');
});
