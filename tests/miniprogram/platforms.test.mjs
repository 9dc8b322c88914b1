/** What is otherwise on platforms than on WeChat: Alipay's requests and Workers, Douyin's events, and sockets on each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf, chunk } from '../node/support.mjs';
import { LEVEL_NAMES, Sandbox } from './sandbox.mjs';
import { bufferOf, coded, ROOT, start, turn, WASM } from './support.mjs';

const EVENTS = Buffer.from(answerOf(['去赌博', '网站🎉', '看看é']));
const SHOWN = '去＊＊＊＊🎉看看é';
const URL_ = 'https://chat.example/v1/chat/completions';
const random = async (length) => Uint8Array.from({ length }, (_, at) => at % 251);
const alipay = (options = {}) => start('nowasm', { platform: 'alipay', hasWasm: false, init: { random }, ...options });

function recorder() {
  const seen = { text: '', ends: [], errors: [] };
  const handlers = { onText: (text) => (seen.text += text), onEnd: ({ state }) => seen.ends.push(state), onError: ({ code }) => seen.errors.push(code) };
  return { seen, handlers };
}

/** What is shown of an answer that Alipay brings with `give`, to `success` or `fail`. */
function shown({ sandbox, tidegate }, guard, give) {
  const { seen, handlers } = recorder();
  let asked;
  sandbox.answer = (options) => {
    asked = options;
    return { abort() {} };
  };
  tidegate.requestChat(guard, { url: URL_, headers: { 'X-Session': 's' }, body: { stream: true } }, handlers);
  give(asked);
  return { ...seen, asked };
}

for (const level of LEVEL_NAMES) {
  test(`an answer that Alipay brings whole is shown whole, on engines as old as those of ${level}`, async () => {
    const world = await alipay({ level });
    const guard = await world.guardOf();
    const { asked, ...events } = shown(world, guard, ({ success }) => success({ status: 200, headers: { 'Content-Type': 'text/event-stream' }, data: bufferOf(EVENTS) }));
    assert.deepEqual(events, { text: SHOWN, ends: ['finished'], errors: [] });
    assert.deepEqual([asked.url, asked.method, { ...asked.headers }, asked.data, asked.dataType], [
      URL_, 'POST', { 'content-type': 'application/json', 'X-Session': 's' }, '{"stream":true}', 'arraybuffer',
    ]);
    await guard.dispose();
  });
}

test('what Alipay tells as a failure is an answer if it has a status, and none if not', async () => {
  const world = await alipay();
  const guard = await world.guardOf();
  const headers = { 'Content-Type': 'application/json' };
  const refused = (status, data) => shown(world, guard, ({ fail }) => fail({ error: 19, status, headers, data })).errors;
  assert.deepEqual(refused(500, bufferOf(Buffer.from('{"error":"x"}'))), ['fetch/answer']);
  assert.deepEqual(refused('500', '{}'), ['fetch/network']);
  assert.deepEqual(shown(world, guard, ({ fail }) => fail({ error: 12, errorMessage: 'no network' })).errors, ['fetch/network']);
  // A body that the client has read already.
  const whole = { ...chunk({}), choices: [{ index: 0, message: { role: 'assistant', content: '去赌博网站' }, finish_reason: 'stop' }] };
  for (const data of [whole, JSON.stringify(whole)]) {
    assert.equal(shown(world, guard, ({ success }) => success({ status: 200, headers, data })).text, '去＊＊＊＊');
  }
  await guard.dispose();
});

test('on Alipay records reach the collector, and used time is written and read again', async () => {
  const options = { usage: { presets: ['uk_osa'], age: 30 }, reports: { endpoint: 'https://c.example/v1/reports' } };
  const first = await alipay();
  const sent = [];
  let isDown = true;
  const answer = ({ data, success, fail }) => {
    if (isDown) return fail({ error: 12, errorMessage: 'no network' });
    const records = JSON.parse(data);
    sent.push(...records);
    return success({ status: 200, headers: {}, data: bufferOf(Buffer.from(JSON.stringify({ accepted: records.map(({ id }) => id) }))) });
  };
  first.sandbox.answer = answer;
  const guard = await first.guardOf(options);
  first.tidegate.touched();
  guard.message().push('赌博网站');
  await turn(50);
  first.sandbox.signal('hide');
  await guard.dispose();
  assert.equal(sent.length, 0);
  const keys = [...first.sandbox.storage.keys()];
  assert.ok(keys.some((key) => key.startsWith('tidegate:report/')) && keys.some((key) => key.startsWith('tidegate:usage/')), keys.join());

  // Another start of the mini-program, with the same storage.
  const second = await alipay();
  second.sandbox.storage = first.sandbox.storage;
  second.sandbox.answer = answer;
  isDown = false;
  const again = await second.guardOf(options);
  assert.ok(again.usage.status().usedMs > 0);
  await again.reports.flush();
  assert.deepEqual(sent.map(({ type, source }) => [type, source]), [['dev.tidegate.verdict.v1', '/tidegate/miniprogram']]);
  await again.dispose();
});

for (const [platform, build] of [['alipay', 'es5'], ['douyin', 'es5'], ['wechat', 'es2017']]) {
  test(`a Worker of ${platform} filters with the platform's WebAssembly alone`, async () => {
    const world = await start(build, { platform, isWorker: true, init: { random } });
    assert.equal(world.sandbox.instances.length, 1);
    const guard = await world.guardOf();
    // The page sends what came, and shows what the Worker sends back.
    const { seen, handlers } = recorder();
    const chat = world.tidegate.guardChat(guard, handlers);
    for (const byte of EVENTS) chat.bytes(bufferOf([byte]));
    assert.deepEqual(seen, { text: SHOWN, ends: ['finished'], errors: [] });
    await guard.dispose();
    const again = await world.guardOf({ reports: { endpoint: 'https://c.example/v1/reports' }, usage: { presets: ['uk_osa'] } });
    again.message().push('赌博网站');
    assert.equal(again.reports.stats().storage, 'memory');
    await again.dispose();
  });

  test(`a Worker of ${platform} without random bytes does not start`, async () => {
    await assert.rejects(start(build, { platform, isWorker: true }), coded('host/random'));
  });

  test(`a socket's messages are guarded on ${platform}, as bytes cut anywhere or as events`, async () => {
    const world = await (platform === 'alipay' ? alipay() : start(build, { platform }));
    const guard = await world.guardOf();
    const open = () => {
      const { seen, handlers } = recorder();
      const { socket, give } = socketOf(world.sandbox, platform);
      // As docs/miniprogram.md has it.
      const chat = world.tidegate.guardChat(guard, { ...handlers, onEnd: (end) => { handlers.onEnd(end); socket.close(); } });
      const take = ({ data }) => (typeof data === 'string' ? chat.event({ data }) : chat.bytes(data));
      socket.onMessage(platform === 'alipay' ? ({ data }) => take(data) : take);
      socket.onClose(() => chat.end());
      socket.onError((error) => chat.fail(error));
      return { seen, chat, give };
    };
    for (let cut = 0; cut <= EVENTS.length; cut += 7) {
      const { seen, give } = open();
      for (const part of [EVENTS.subarray(0, cut), EVENTS.subarray(cut)]) give.message({ data: bufferOf(part) });
      assert.deepEqual(seen, { text: SHOWN, ends: ['finished'], errors: [] });
      assert.equal(give.isClosed(), true);
    }
    const texts = open();
    for (const content of ['去赌博', '网站']) texts.give.message({ data: JSON.stringify(chunk({ content })) });
    texts.give.message({ data: '[DONE]' });
    assert.deepEqual(texts.seen, { text: '去＊＊＊＊', ends: ['finished'], errors: [] });
    const broken = open();
    broken.give.message({ data: JSON.stringify(chunk({ content: '去赌博' })) });
    broken.give.error({ errMsg: 'timeout' });
    assert.deepEqual(broken.seen, { text: '去', ends: [], errors: ['fetch/network'] });
    await guard.dispose();
  });
}

/** A socket of the platform, and what the server does. */
function socketOf(sandbox, platform) {
  const listeners = {};
  let isClosed = false;
  const task = {
    onMessage: (listen) => void (listeners.message = listen), onClose: (listen) => void (listeners.close = listen),
    onError: (listen) => void (listeners.error = listen),
    close() {
      if (isClosed) return;
      isClosed = true;
      listeners.close?.({ code: 1000 });
    },
  };
  sandbox.api.connectSocket = () => task;
  // Alipay's message is one step further in (typings of my.connectSocket, @mini-types/my 3.0.14).
  const given = ({ data }) => (platform === 'alipay' ? { data: { data, isBuffer: typeof data !== 'string' } } : { data });
  return {
    socket: sandbox.api.connectSocket({ url: 'wss://chat.example' }),
    give: { message: (what) => listeners.message(given(what)), error: (what) => listeners.error(what), isClosed: () => isClosed },
  };
}

test('Douyin tells what breaks off or is refused, and stopping an answer closes its source', async () => {
  const world = await start('es5', { platform: 'douyin' });
  const guard = await world.guardOf();
  const open = () => {
    const listeners = {};
    const { seen, handlers } = recorder();
    world.sandbox.api.createEventSource = (options) => {
      listeners.options = options;
      return { onMessage: (listen) => (listeners.message = listen), onError: (listen) => (listeners.error = listen), close: () => (listeners.isClosed = true) };
    };
    const chat = world.tidegate.requestChat(guard, { url: URL_, body: { stream: true }, timeout: 90_000 }, handlers);
    return { chat, seen, listeners };
  };
  const broken = open();
  assert.deepEqual([broken.listeners.options.method, broken.listeners.options.data, broken.listeners.options.timeout], ['POST', '{"stream":true}', 90_000]);
  broken.listeners.message({ data: JSON.stringify(chunk({ content: '去赌博' })), event: '' });
  broken.listeners.error({ errMsg: 'timeout' });
  assert.deepEqual([broken.seen, broken.listeners.isClosed], [{ text: '去', ends: [], errors: ['fetch/network'] }, true]);

  const stopped = open();
  stopped.listeners.message({ data: chunk({ content: '去赌博' }) });
  stopped.chat.abort();
  stopped.listeners.message({ data: JSON.stringify(chunk({ content: '网站' })) });
  assert.deepEqual([stopped.seen, stopped.listeners.isClosed], [{ text: '去', ends: ['incomplete'], errors: [] }, true]);

  const ended = open();
  ended.listeners.message({ data: JSON.stringify(chunk({ content: '好终止词语' })) });
  assert.deepEqual([ended.seen, ended.listeners.isClosed], [{ text: '好', ends: ['terminated'], errors: [] }, true]);
  // An older base library has no such source: the body comes whole.
  delete world.sandbox.api.createEventSource;
  const { seen, handlers } = recorder();
  world.sandbox.answer = ({ success }) => void success({ statusCode: 200, header: { 'content-type': 'text/event-stream' }, data: bufferOf(EVENTS) });
  // Of a guard of its own: the answer above had the same id, and stays ended.
  const another = await world.guardOf();
  world.tidegate.requestChat(another, { url: URL_ }, handlers);
  assert.deepEqual(seen, { text: SHOWN, ends: ['finished'], errors: [] });
  await another.dispose();
  await guard.dispose();
});

test('the host names the client, from what each platform says of it, and so do the errors of init', async () => {
  const told = async (build, options, says) => {
    const sandbox = new Sandbox({ root: ROOT, ...options });
    Object.assign(sandbox.api, says);
    const tidegate = sandbox.require(`/${build}.js`);
    await tidegate.init({ random, wasm: WASM });
    return tidegate.miniHost().system();
  };
  const [app, device] = [() => ({ version: '8.0.50', SDKVersion: '3.4.0' }), () => ({ system: 'iOS 17.1' })];
  const older = () => ({ ...app(), ...device() });
  assert.equal(await told('es2017', {}, { getAppBaseInfo: app, getDeviceInfo: device }), 'wechat 8.0.50, base library 3.4.0, iOS 17.1');
  assert.equal(await told('es2017', {}, { getSystemInfoSync: older }), 'wechat 8.0.50, base library 3.4.0, iOS 17.1');
  assert.equal(await told('es5', { platform: 'douyin' }, { getSystemInfoSync: older }), 'douyin 8.0.50, base library 3.4.0, iOS 17.1');
  const ofAlipay = { SDKVersion: '2.8.0', getSystemInfoSync: () => ({ version: '10.5.0', system: '14' }) };
  assert.equal(await told('nowasm', { platform: 'alipay', hasWasm: false }, ofAlipay), 'alipay 10.5.0, base library 2.8.0, 14');
  const refused = () => {
    throw new Error('not now');
  };
  assert.equal(await told('es2017', {}, { getSystemInfoSync: refused }), 'wechat ?, base library ?, ?');
  const old = new Sandbox({ root: ROOT, hasWasm: false });
  old.api.getSystemInfoSync = older;
  await assert.rejects(old.require('/es2017.js').init(), /^GuardError: init\/no-wasm: wechat 8\.0\.50, base library 3\.4\.0, iOS 17\.1 has no WebAssembly/);
});
