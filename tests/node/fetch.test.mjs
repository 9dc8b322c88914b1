import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf, chunk, coded, events, fetchOf, guardOf, read, serve } from './support.mjs';

const URL_ = 'http://upstream.test/v1/chat/completions';
const sse = { 'content-type': 'text/event-stream; charset=utf-8' };

async function through(pieces, { request, guard: options, ...response } = {}) {
  const { fetch, calls } = fetchOf(pieces, response);
  const guard = await guardOf({ fetch, ...options });
  return { response: await guard.fetch(URL_, { method: 'POST', ...request }), calls, guard };
}

test('a harmless stream arrives whole, in order, with its end', async () => {
  const { response } = await through([answerOf(['你好', '，世界'])]);
  assert.equal(response.status, 200);
  const { content, chunks, isDone } = await read(response);
  assert.equal(content, '你好，世界');
  assert.equal(isDone, true);
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
  assert.ok(chunks.every(({ id, model, object }) => id === 'chatcmpl-1' && model === 'm' && object === 'chat.completion.chunk'));
});

test('held text is flushed before the chunk that has the finish reason', async () => {
  const { chunks, content } = await read((await through([answerOf(['说赌博'])])).response);
  assert.equal(content, '说赌博');
  const finish = chunks.findIndex(({ choices }) => choices[0]?.finish_reason === 'stop');
  assert.equal(finish, chunks.length - 1);
  assert.equal(chunks[finish - 1].choices[0].delta.content, '博'.padStart(2, '赌'));
});

test('held text is shown at the end of a stream that has no finish reason', async () => {
  for (const end of [['[DONE]'], []]) {
    const { content } = await read((await through([events(chunk({ content: '说赌博' }), ...end)])).response);
    assert.equal(content, '说赌博');
  }
});

test('a forbidden term does not pass, wherever the bytes are cut', async (t) => {
  const bytes = Buffer.from(answerOf(['说赌', '博网', '站😀。']));
  let cut = 0;
  const base = await serve(t, async (_request, response) => {
    response.writeHead(200, sse);
    response.write(bytes.subarray(0, cut));
    // Two writes in one turn would arrive as one piece.
    await new Promise((resolve) => setTimeout(resolve, 1));
    response.end(bytes.subarray(cut));
  });
  const guard = await guardOf();
  for (cut = 1; cut < bytes.length; cut += 1) {
    const { content, chunks, isDone } = await read(await guard.fetch(`${base}/v1/chat/completions`));
    assert.equal(content, '说＊＊＊＊😀。', `cut at ${cut}`);
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
    assert.ok(isDone);
  }
});

test('line ends of any kind and a byte-order mark are read', async () => {
  for (const end of ['\r\n', '\r']) {
    const raw = `\ufeff${answerOf(['赌博', '网站']).replaceAll('\n', end)}`;
    const pieces = [...Buffer.from(raw)].map((byte) => Uint8Array.of(byte));
    assert.equal((await read((await through(pieces)).response)).content, '＊＊＊＊', JSON.stringify(end));
  }
});

test('verdicts travel with the chunk in which they were made', async () => {
  const { chunks } = await read((await through([answerOf(['提醒词语。', '赌博网站'])])).response);
  const verdicts = chunks.flatMap(({ tidegate }) => tidegate?.verdicts ?? []);
  assert.deepEqual(verdicts.map(({ rule, channel, choice, start, end }) => [rule, channel, choice, start, end]),
    [['flag', 'text', 0, 0, 4], ['mask', 'text', 0, 5, 9]]);
});

test('terminate shows what came before, ends with content_filter, and aborts the upstream', async () => {
  const { response, calls } = await through([
    events(chunk({ content: '好的，终止' })), events(chunk({ content: '词语和更多' })), answerOf(['再多']),
  ]);
  const { content, chunks, isDone, raw } = await read(response);
  assert.equal(content, '好的，');
  assert.ok(!raw.includes('更多') && !raw.includes('再多'));
  assert.equal(isDone, true);
  const last = chunks.at(-1);
  assert.equal(last.choices[0].finish_reason, 'content_filter');
  assert.deepEqual({ state: last.tidegate.state, notice: last.tidegate.notice }, { state: 'terminated', notice: '内容已终止。' });
  assert.deepEqual(last.tidegate.verdicts.map(({ rule }) => rule), ['terminate']);
  assert.equal(calls[0].signal.aborted, true);
});

test('retract tells the interface to withdraw', async () => {
  const { chunks, isDone } = await read((await through([answerOf(['一段话撤回词语'])])).response);
  assert.equal(chunks.at(-1).tidegate.state, 'retracted');
  assert.equal(isDone, true);
});

test('the upstream server sees the request end when the policy ends the answer', async (t) => {
  let gone;
  const left = new Promise((resolve) => {
    gone = resolve;
  });
  const base = await serve(t, (_request, response) => {
    response.writeHead(200, sse);
    response.on('close', gone);
    response.write(events(chunk({ content: '终止词语' })));
  });
  const guard = await guardOf();
  await read(await guard.fetch(base));
  await left;
});

test('the cancel link of the same origin is posted to when the policy ends the answer', async () => {
  const { response, calls } = await through([answerOf(['终止词语'])], { headers: { 'tidegate-cancel': '/v1/generations/7/cancel' } });
  await read(response);
  assert.deepEqual(calls.slice(1).map(({ url, method, keepalive }) => [url, method, keepalive]),
    [['http://upstream.test/v1/generations/7/cancel', 'POST', true]]);
});

test('the connection breaks once the cancel link has answered, or after a second', async (t) => {
  const real = t.mock.timers;
  real.enable({ apis: ['setTimeout'] });
  for (const answers of [true, false]) {
    const calls = [];
    let answer;
    const fetch = async (url, init) => {
      calls.push({ url, ...init });
      if (calls.length === 2) return new Promise((resolve) => { answer = () => resolve(new Response('{}', { status: 202 })); });
      return new Response(answerOf(['终止词语']), { headers: { ...sse, 'tidegate-cancel': '/cancel' } });
    };
    const guard = await guardOf({ fetch });
    await read(await guard.fetch(URL_));
    assert.equal(calls.length, 2);
    assert.equal(calls[0].signal.aborted, false, 'the server is asked first');
    if (answers) answer();
    else real.tick(1_000);
    await new Promise(setImmediate);
    assert.equal(calls[0].signal.aborted, true);
  }
});

test('a cancel link of another origin, or of none, is not posted to', async () => {
  for (const link of ['http://elsewhere.test/cancel', '//elsewhere.test/cancel', 'http://[', 'data:,x']) {
    const { response, calls } = await through([answerOf(['终止词语'])], { headers: { 'tidegate-cancel': link } });
    await read(response);
    assert.equal(calls.length, 1, link);
  }
});

test('an answer that came to its end cancels nothing', async () => {
  const { response, calls } = await through([answerOf(['好'])], { headers: { 'tidegate-cancel': '/cancel' } });
  await read(response);
  assert.equal(calls.length, 1);
  assert.equal(calls[0].signal.aborted, false);
});

test('a replay of an ended answer stays closed', async () => {
  const { fetch } = fetchOf([answerOf(['终止词语'], { id: 'again' })]);
  const guard = await guardOf({ fetch });
  await read(await guard.fetch(URL_));
  const replayed = fetchOf([answerOf(['无害'], { id: 'again' })]);
  const other = fetchOf([answerOf(['无害'], { id: 'fresh' })]);
  let now = replayed;
  const late = await guardOf({ fetch: (...args) => now.fetch(...args) });
  now = fetchOf([answerOf(['终止词语'], { id: 'again' })]);
  await read(await late.fetch(URL_));
  now = replayed;
  const { content, chunks } = await read(await late.fetch(URL_));
  assert.equal(content, '');
  assert.equal(chunks.at(-1).tidegate.state, 'terminated');
  now = other;
  assert.equal((await read(await late.fetch(URL_))).content, '无害');
});

test('every channel and every choice is guarded by itself', async () => {
  const body = events(
    chunk({ role: 'assistant', reasoning_content: '想赌博' }),
    chunk({ content: '说赌博', refusal: '不赌博' }),
    chunk({ content: '另赌博' }, { index: 1 }),
    chunk({ reasoning_content: '网站', refusal: '网站' }),
    chunk({ content: '好' }), chunk({ content: '网站' }, { index: 1 }),
    chunk({}, { finish: 'stop' }), chunk({}, { finish: 'stop', index: 1 }), '[DONE]',
  );
  const { field } = await read((await through([body])).response);
  assert.equal(field('reasoning_content'), '想＊＊＊＊');
  assert.equal(field('refusal'), '不＊＊＊＊');
  assert.equal(field('content'), '说赌博好');
  assert.equal(field('content', 1), '另＊＊＊＊');
});

test('an ending in the reasoning ends the answer', async () => {
  const { content, chunks } = await read((await through([events(
    chunk({ reasoning_content: '想终止词语' }), chunk({ content: '说' }), '[DONE]')])).response);
  assert.equal(content, '');
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'content_filter');
});

test('arguments of tool calls are guarded per call', async () => {
  const call = (index, text, rest = {}) => ({ tool_calls: [{ index, ...rest, function: { ...(rest.name && { name: rest.name }), arguments: text } }] });
  const body = events(
    chunk(call(0, '{"a":"赌博', { id: 'call_a', type: 'function', name: 'look' })), chunk(call(1, '网站', { id: 'call_b' })),
    chunk(call(0, '网站"}')), chunk({}, { finish: 'tool_calls' }), '[DONE]',
  );
  const { chunks } = await read((await through([body])).response);
  const calls = chunks.flatMap(({ choices }) => choices[0].delta.tool_calls ?? []);
  const argumentsOf = (index) => calls.filter((item) => item.index === index).map((item) => item.function?.arguments ?? '').join('');
  assert.equal(argumentsOf(0), '{"a":"＊＊＊＊"}');
  assert.equal(argumentsOf(1), '网站');
  assert.deepEqual(calls.filter(({ id }) => id).map(({ id, type }) => [id, type]), [['call_a', 'function'], ['call_b', undefined]]);
  assert.equal(calls.find((item) => item.function?.name).function.name, 'look');
});

test('fields that nobody guards carry nothing through', async () => {
  const smuggled = '赌博网站';
  const body = events({
    ...chunk({ content: '好', audio: { transcript: smuggled }, thoughts: smuggled, [smuggled]: 1, content_parts: [smuggled] }),
    citations: [smuggled], system_fingerprint: smuggled, usage: { note: smuggled, total_tokens: 3, details: { n: 1, s: smuggled } },
  }, {
    ...chunk({ content: { text: smuggled }, role: smuggled, refusal: 7 }),
    model: `m ${smuggled}`,
  }, {
    id: 'chatcmpl-1', choices: [{ index: 0, delta: {}, message: { content: smuggled }, logprobs: { content: [{ token: smuggled }] }, finish_reason: smuggled }],
  }, '[DONE]');
  const named = `event: note\ndata: ${JSON.stringify(chunk({ content: smuggled }))}\n\n: ${smuggled}\nid: ${smuggled}\n\n`;
  const { raw, content, chunks } = await read((await through([named, body])).response);
  assert.ok(!raw.includes(smuggled), raw);
  assert.equal(content, '好');
  assert.deepEqual(chunks[0].usage, { total_tokens: 3, details: { n: 1 } });
});

test('an event that is not JSON fails the stream and shows nothing more', async () => {
  const { response } = await through([events(chunk({ content: '说赌博' })), 'data: {"choices": [\n\n']);
  await assert.rejects(response.text(), coded('fetch/json'));
});

test('a stream whose events are no chat completions is withheld with a code', async () => {
  const { response } = await through([events({ type: 'response.output_text.delta', delta: '赌博网站' })]);
  await assert.rejects(response.text(), coded('fetch/not-chat'));
});

test('an event that never ends fails the stream', async () => {
  const piece = `data: ${'x'.repeat(1 << 20)}`;
  const { response } = await through([piece, ...Array.from({ length: 8 }, () => piece)]);
  await assert.rejects(response.text(), coded('fetch/too-large'));
});

test('an error event passes with its message guarded', async () => {
  const { chunks } = await read((await through([events({ error: { message: '赌博网站超时', type: 'server_error', code: 500 } })])).response);
  assert.deepEqual(chunks, [{ error: { message: '＊＊＊＊超时', type: 'server_error', code: 500 } }]);
});

test('a connection that breaks drops what is held and fails with fetch/network', async (t) => {
  const base = await serve(t, (_request, response) => {
    response.writeHead(200, sse);
    response.write(events(chunk({ content: '说赌博' })), () => setTimeout(() => response.destroy(), 10));
  });
  const guard = await guardOf();
  const response = await guard.fetch(base);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let shown = '';
  await assert.rejects(async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) shown += part.value;
  }, coded('fetch/network'));
  assert.ok(shown.includes('说') && !shown.includes('赌博'), shown);
});

test('a server that is not there fails with fetch/network', async () => {
  const guard = await guardOf();
  await assert.rejects(guard.fetch('http://127.0.0.1:1/v1'), coded('fetch/network'));
});

test('HTML, text and bodies of no type are withheld with fetch/content-type', async () => {
  for (const type of ['text/html', 'text/plain; charset=utf-8', 'application/octet-stream', 'application/x-ndjson', '']) {
    for (const status of [200, 502]) {
      const { fetch } = fetchOf(['<p>赌博网站</p>'], { type, status });
      const guard = await guardOf({ fetch });
      await assert.rejects(guard.fetch(URL_), coded('fetch/content-type'), `${status} ${type}`);
    }
  }
});

test('a JSON error passes with its status and its message guarded', async () => {
  const { response } = await through([JSON.stringify({ error: { code: 'x', message: '请求赌博网站' } })],
    { status: 500, type: 'application/json', headers: { 'content-length': '999' } });
  assert.equal(response.status, 500);
  assert.equal(response.headers.get('content-length'), null);
  assert.deepEqual(await response.json(), { error: { code: 'x', message: '请求＊＊＊＊' } });
});

test('JSON that is none, or nothing, is withheld with fetch/json', async () => {
  for (const body of ['', '{"choices":', '<p>']) {
    const { fetch } = fetchOf([body], { type: 'application/json' });
    await assert.rejects((await guardOf({ fetch })).fetch(URL_), coded('fetch/json'));
  }
});

test('an answer without a body passes', async () => {
  const guard = await guardOf({ fetch: async () => new Response(null, { status: 204 }) });
  assert.equal((await guard.fetch(URL_)).status, 204);
});

test('other JSON is guarded string by string, keys too', async () => {
  const { response } = await through([JSON.stringify({ data: [{ id: 'gpt', note: '去赌博网站', n: 1, ok: true, none: null, 赌博网站: 1 }, '终止词语'] })],
    { type: 'application/json' });
  assert.deepEqual(await response.json(), {
    data: [{ id: 'gpt', note: '去＊＊＊＊', n: 1, ok: true, none: null, '＊＊＊＊': 1 }, '内容已终止。'],
  });
});

const whole = (message, rest = {}) => JSON.stringify({
  id: 'chatcmpl-w', object: 'chat.completion', created: 1, model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }], usage: { total_tokens: 9 }, ...rest,
});

test('a whole answer is guarded in every channel', async () => {
  const tool = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":"赌博网站"}' } };
  const { response } = await through([whole({ content: '去赌博网站，又赌博', reasoning_content: '想赌博网站', tool_calls: [tool], audio: { transcript: '赌博网站' } })],
    { type: 'application/json; charset=utf-8' });
  const answer = await response.json();
  assert.deepEqual(answer.choices, [{
    index: 0,
    message: {
      role: 'assistant', content: '去＊＊＊＊，又赌博', reasoning_content: '想＊＊＊＊',
      tool_calls: [{ index: 0, function: { name: 'f', arguments: '{"a":"＊＊＊＊"}' }, id: 'call_1', type: 'function' }],
    },
    finish_reason: 'stop',
  }]);
  assert.deepEqual(answer.usage, { total_tokens: 9 });
  assert.deepEqual(answer.tidegate.verdicts.map(({ channel }) => channel), ['text', 'reasoning', 'tool-input']);
});

test('a whole answer that the policy ends says so and shows only what came before', async () => {
  const { response } = await through([whole({ content: '好的，终止词语，更多' })], { type: 'application/json' });
  const answer = await response.json();
  assert.equal(answer.choices[0].message.content, '好的，');
  assert.equal(answer.choices[0].finish_reason, 'content_filter');
  assert.equal(answer.tidegate.state, 'terminated');
  assert.equal(answer.tidegate.notice, '内容已终止。');
});

test('nothing of a whole answer that is retracted is shown', async () => {
  const { response } = await through([whole({ reasoning_content: '想', content: '一段撤回词语' })], { type: 'application/json' });
  const answer = await response.json();
  assert.deepEqual(answer.choices[0].message, { role: 'assistant', content: '' });
  assert.equal(answer.tidegate.state, 'retracted');
});

test('the abort of the caller aborts the request and stays an AbortError', async (t) => {
  let gone;
  const left = new Promise((resolve) => {
    gone = resolve;
  });
  const base = await serve(t, (_request, response) => {
    response.writeHead(200, sse);
    response.on('close', gone);
    response.write(events(chunk({ content: '说赌博' })));
  });
  const guard = await guardOf();
  for (const asRequest of [false, true]) {
    const controller = new AbortController();
    const { signal } = controller;
    const response = await (asRequest ? guard.fetch(new Request(base, { signal })) : guard.fetch(base, { signal }));
    const reader = response.body.getReader();
    await reader.read();
    controller.abort();
    await assert.rejects(async () => {
      for (;;) if ((await reader.read()).done) break;
    }, { name: 'AbortError' });
    await left;
  }
  await assert.rejects(guard.fetch(base, { signal: AbortSignal.abort() }), { name: 'AbortError' });
});

test('a reader that leaves early stops the upstream', async () => {
  const { response, calls } = await through([events(chunk({ content: '一' })), answerOf(['二'])]);
  const reader = response.body.getReader();
  await reader.read();
  await reader.cancel();
  assert.equal(calls[0].signal.aborted, true);
});

test('a guard that is disposed fails its open streams', async () => {
  let controller;
  const source = new ReadableStream({ start: (given) => void (controller = given) });
  const guard = await guardOf({ fetch: async () => new Response(source, { headers: sse }) });
  const reader = (await guard.fetch(URL_)).body.getReader();
  controller.enqueue(new TextEncoder().encode(events(chunk({ content: '说赌博' }))));
  await reader.read();
  const next = assert.rejects(reader.read(), coded('guard/disposed'));
  await guard.dispose();
  await next;
});

test('while the service is closed requests are refused with usage/closed and the time it opens', async () => {
  const { memoryHost } = await import('tidegate');
  // 23:00 in Beijing: curfew.
  const host = memoryHost({ now: Date.UTC(2026, 2, 2, 15) });
  const { fetch, calls } = fetchOf([answerOf(['好'])]);
  const guard = await guardOf({ fetch, host, usage: { presets: ['cn_minor_mode_2024'] } });
  await assert.rejects(guard.fetch(URL_), (error) => coded('usage/closed')(error) && error.opensAt > host.now());
  assert.equal(calls.length, 0);
  assert.throws(() => guard.message(), coded('usage/closed'));
  assert.throws(() => guard.stream(), coded('usage/closed'));
  await guard.dispose();
});

test('when the service closes, open streams and messages end and the upstream is aborted', async () => {
  const { memoryHost } = await import('tidegate');
  // 21:59 in Beijing: a minute before the curfew.
  const host = memoryHost({ now: Date.UTC(2026, 2, 2, 13, 59) });
  let controller;
  const calls = [];
  const source = new ReadableStream({ start: (given) => void (controller = given) });
  const fetch = async (url, init) => {
    calls.push({ url, ...init });
    return new Response(source, { headers: { ...sse, 'tidegate-cancel': '/cancel' } });
  };
  const guard = await guardOf({ fetch, host, usage: { presets: ['cn_minor_mode_2024'] } });
  const message = guard.message();
  message.push('说赌博');
  const stream = guard.stream();
  const streamed = assert.rejects(stream.readable.getReader().read(), coded('usage/closed'));
  const reader = (await guard.fetch(URL_)).body.getReader();
  controller.enqueue(new TextEncoder().encode(events(chunk({ content: '说赌博' }))));
  await reader.read();
  const next = assert.rejects(reader.read(), coded('usage/closed'));
  await host.advance(2 * 60_000);
  await next;
  await streamed;
  assert.equal(calls[0].signal.aborted, true);
  assert.equal(calls[1].url, 'http://upstream.test/cancel');
  const outcome = message.push('的危害');
  assert.deepEqual([outcome.text, outcome.state], ['', 'terminated']);
  await guard.dispose();
});
