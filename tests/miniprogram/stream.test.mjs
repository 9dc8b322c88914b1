/** Answers through `wx.request` and its kin, cut anywhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf, chunk } from '../node/support.mjs';
import { start, turn } from './support.mjs';

const BODY = Buffer.from(answerOf(['去赌博', '网站🎉', '看看é']));
const SHOWN = '去＊＊＊＊🎉看看é';
const JSON_TYPE = { 'Content-Type': 'application/json' };
const EVENTS_TYPE = { 'content-type': 'text/event-stream; charset=utf-8' };

const bufferOf = (bytes) => Uint8Array.from(bytes).buffer;

/** Records what a chat shows. */
function recorder() {
  const seen = { text: '', ends: [], errors: [] };
  const handlers = {
    onText: (text) => (seen.text += text), onEnd: ({ state, notice }) => seen.ends.push([state, notice]), onError: ({ code }) => seen.errors.push(code),
  };
  return { seen, handlers };
}

/** A request that brings `parts` as chunks, and at the end `data`. */
function answering(parts, { data = '', header = EVENTS_TYPE, statusCode = 200, fail } = {}) {
  const task = { aborted: false, options: undefined, send: undefined };
  const answer = (options) => {
    let listen = () => {};
    task.options = options;
    task.send = () => {
      for (const part of parts) if (!task.aborted) listen({ data: bufferOf(part) });
      if (task.aborted) return;
      if (fail) options.fail({ errMsg: fail });
      else options.success({ statusCode, header, data: typeof data === 'string' ? data : bufferOf(data) });
    };
    return { abort: () => (task.aborted = true), onChunkReceived: (given) => (listen = given) };
  };
  return { task, answer };
}

function chatOf({ sandbox, tidegate }, guard, parts, options) {
  const { task, answer } = answering(parts, options);
  const { seen, handlers } = recorder();
  sandbox.answer = answer;
  const chat = tidegate.requestChat(guard, { url: 'https://a/v1/chat/completions', body: { stream: true, messages: [] } }, handlers);
  task.send();
  return { chat, seen, task };
}

for (const build of ['es2017', 'es5']) {
  test(`chunks may be cut anywhere, in characters, strings and lines: ${build}`, async () => {
    const world = await start(build, { level: '2.21.0' });
    const guard = await world.guardOf();
    for (let cut = 0; cut <= BODY.length; cut += 1) {
      const { seen } = chatOf(world, guard, [BODY.subarray(0, cut), BODY.subarray(cut)]);
      assert.deepEqual(seen, { text: SHOWN, ends: [['finished', undefined]], errors: [] }, `cut at ${cut}`);
    }
    const { seen, task } = chatOf(world, guard, [...BODY].map((byte) => [byte]));
    assert.equal(seen.text, SHOWN);
    assert.equal(task.options.enableChunked, true);
    assert.equal(task.aborted, true);
  });
}

test('a client without chunks shows the body at the end, events or JSON', async () => {
  const world = await start();
  const guard = await world.guardOf();
  assert.equal(chatOf(world, guard, [], { data: BODY }).seen.text, SHOWN);
  const whole = (content) => JSON.stringify({ ...chunk({}), choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }] });
  assert.deepEqual(chatOf(world, guard, [], { data: whole('去赌博网站'), header: JSON_TYPE }).seen, { text: '去＊＊＊＊', ends: [['finished', undefined]], errors: [] });
  const { text, ends } = chatOf(world, guard, [], { data: whole('撤回词语'), header: JSON_TYPE }).seen;
  assert.deepEqual([text, ends], ['', [['retracted', '内容已终止。']]]);
  assert.deepEqual(chatOf(world, guard, [], { data: '<p>赌博网站', header: { 'content-type': 'text/html' } }).seen.errors, ['fetch/content-type']);
  assert.deepEqual(chatOf(world, guard, [], { data: '{"error":"x"}', header: JSON_TYPE, statusCode: 500 }).seen.errors, ['fetch/answer']);
});

test('the policy ends an answer, and the request with it', async () => {
  const world = await start();
  const { seen, task } = chatOf(world, await world.guardOf(), [Buffer.from(answerOf(['好的', '终止词语', '以后']))]);
  assert.deepEqual(seen, { text: '好的', ends: [['terminated', '内容已终止。']], errors: [] });
  assert.equal(task.aborted, true);
});

test('what is held is never shown when the user stops the answer or it breaks off while hidden', async () => {
  const world = await start();
  const guard = await world.guardOf();
  const part = Buffer.from(`data: ${JSON.stringify(chunk({ content: '去赌博' }))}\n\n`);
  const broken = chatOf(world, guard, [part], { fail: 'request:fail interrupted' });
  assert.deepEqual(broken.seen, { text: '去', ends: [], errors: ['fetch/network'] });

  const { task, answer } = answering([part]);
  const { seen, handlers } = recorder();
  world.sandbox.answer = (options) => {
    const made = answer(options);
    return { ...made, onChunkReceived: (listen) => made.onChunkReceived((given) => { listen(given); chat.abort(); }) };
  };
  const chat = world.tidegate.requestChat(guard, { url: 'https://a' }, handlers);
  task.send();
  assert.deepEqual(seen, { text: '去', ends: [['incomplete', undefined]], errors: [] });
  assert.equal(task.aborted, true);
});

test('an interface that throws when its answer ends keeps no other open', async () => {
  const world = await start('es2017');
  const guard = await world.guardOf();
  const open = (onError) => world.tidegate.guardChat(guard, { onText: () => {}, onError });
  const ended = [];
  open(() => { throw new Error('an interface that is gone'); });
  open(({ code }) => ended.push(code));
  let left = 0;
  guard.usage.addEventListener('exit', () => { left += 1; });
  guard.usage.exit();
  assert.deepEqual([ended, left], [['usage/exit'], 1]);
});

test("Douyin's event source is guarded", async () => {
  const world = await start('es5', { platform: 'douyin' });
  const { seen, handlers } = recorder();
  let message;
  let isClosed = false;
  world.sandbox.api.createEventSource = () => ({ onMessage: (listen) => (message = listen), onError() {}, close: () => (isClosed = true) });
  world.tidegate.requestChat(await world.guardOf(), { url: 'https://a', body: {} }, handlers);
  for (const content of ['去赌博', '网站🎉']) message({ data: JSON.stringify(chunk({ content })) });
  message({ data: '[DONE]' });
  assert.deepEqual(seen, { text: '去＊＊＊＊🎉', ends: [['finished', undefined]], errors: [] });
  assert.equal(isClosed, true);
});

test('texts of an async iterable are guarded, and the source is left when the policy ends them', async () => {
  const world = await start('es5');
  const guard = await world.guardOf();
  let isLeft = false;
  async function* texts(...all) {
    try {
      yield* all;
    } finally {
      isLeft = true;
    }
  }
  const first = recorder();
  await world.tidegate.guardTexts(guard, texts('去赌博', '网站'), first.handlers);
  assert.deepEqual(first.seen, { text: '去＊＊＊＊', ends: [['finished', undefined]], errors: [] });
  isLeft = false;
  const second = recorder();
  await world.tidegate.guardTexts(guard, texts('好', '终止词语', '还有'), second.handlers);
  assert.deepEqual([second.seen.text, second.seen.ends, isLeft], ['好', [['terminated', '内容已终止。']], true]);
});

test('events of an async iterable are guarded with what the model thinks aloud, and the source is left when the policy ends them', async () => {
  const world = await start('es5');
  const guard = await world.guardOf();
  const texts = { text: '', reasoning: '' };
  const ends = [];
  let asked = 0;
  // As `eventStream` of `wx.cloud.extend.AI`: its iterator has no `return`.
  const events = (...all) => ({ [Symbol.asyncIterator]: () => ({
    next: async () => (asked < all.length ? { done: false, value: { event: '', id: '', data: all[asked++] } } : { done: true }),
  }) });
  const handlers = {
    onText: (text, channel) => (texts[channel] += text),
    onEnd: ({ state }) => ends.push(state),
    onError: ({ code }) => ends.push(code),
  };
  const data = (delta) => JSON.stringify(chunk(delta));
  await world.tidegate.guardEvents(guard, events(data({ reasoning_content: '他赌博' }), data({ reasoning_content: '网站' }), data({ content: '好赌博网' }), data({ content: '站' }), '[DONE]'), handlers);
  assert.deepEqual([texts, ends], [{ text: '好＊＊＊＊', reasoning: '他＊＊＊＊' }, ['finished']]);

  asked = 0;
  await world.tidegate.guardEvents(guard, events(data({ content: '终止词语' }), data({ content: '还有' }), '[DONE]'), handlers);
  assert.deepEqual([asked, ends.at(-1)], [1, 'terminated']);

  asked = 0;
  await world.tidegate.guardEvents(guard, events(data({ content: '还有' })), handlers, { aborted: true });
  assert.deepEqual([texts.text, ends.at(-1)], ['好＊＊＊＊', 'incomplete']);

  asked = 0;
  await world.tidegate.guardEvents(guard, events('{"choices":'), handlers);
  assert.equal(ends.at(-1), 'fetch/json');
});

test('setData is called at most once in a frame, with only what changed', async () => {
  const { tidegate } = await start();
  const calls = [];
  const feeder = tidegate.createFeeder((changes) => calls.push({ ...changes }), { frameMs: 20 });
  for (const text of ['一', '二', '三']) feeder.append('messages[0].text', text);
  feeder.set('busy', true);
  assert.equal(calls.length, 0);
  await turn(60);
  feeder.append('messages[0].text', '四');
  feeder.set('busy', true);
  await turn(60);
  assert.deepEqual(calls, [{ 'messages[0].text': '一二三', busy: true }, { 'messages[0].text': '一二三四' }]);
  feeder.append('messages[0].text', '五');
  feeder.stop();
  feeder.append('messages[0].text', '六');
  await turn(60);
  assert.equal(calls.length, 2);
});

test('the codec does what that of a browser does, for any bytes, units and cuts', async () => {
  const { sandbox, tidegate } = await start();
  let seed = 12_345;
  const random = (below) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 3_000; round += 1) {
    const bytes = Uint8Array.from({ length: random(20) }, () => [random(128), 0x80 + random(64), 0xe0 + random(16), 0xf0 + random(8), random(256)][random(5)]);
    const cut = random(bytes.length + 1);
    const [theirs, ours] = [new TextDecoder(), new tidegate.Utf8Decoder()];
    for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      assert.equal(ours.decode(sandbox.bytes(part), { stream: true }), theirs.decode(part, { stream: true }), `${bytes} cut at ${cut}`);
    }
    assert.equal(ours.decode(), theirs.decode(), `${bytes}`);
  }
});
