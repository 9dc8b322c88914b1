/** `tidegate/testing` without a browser: answers that are made up, and what of a text is forbidden. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { DefaultChatTransport, readUIMessageStream } from 'ai6';
import { Window } from 'happy-dom';
import OpenAI from 'openai';
import { DisplayedError, everyCut, expectNeverDisplayed, mockFetch, mockStream } from 'tidegate/testing';
import { startMockServer } from 'tidegate/testing/server';
import { POLICY, coded, pack } from './support.mjs';

const ANSWER = { text: '请看 🙂 赌博网站，就这样。', reasoning: '想一想 🙂', tool: { name: 'search', input: { query: '赌博 🙂' } } };
const WAYS = [{}, { cuts: 'random', wire: 'random', seed: 7 }, { cuts: 'whole', wire: 'bytes' }];

async function all(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}

for (const options of WAYS) {
  const name = JSON.stringify(options);
  const client = (settings) => ({ apiKey: 'none', fetch: mockFetch(ANSWER, options), maxRetries: 0, ...settings });

  test(`openai reads the made-up chat completion, ${name}`, async () => {
    const chunks = await all(await new OpenAI(client()).chat.completions.create({ model: 'm', messages: [], stream: true }));
    const deltas = chunks.map(({ choices }) => choices[0].delta);
    assert.equal(deltas.map(({ content = '' }) => content).join(''), ANSWER.text);
    assert.equal(deltas.map(({ reasoning_content = '' }) => reasoning_content).join(''), ANSWER.reasoning);
    assert.deepEqual(JSON.parse(deltas.flatMap(({ tool_calls = [] }) => tool_calls).map((call) => call.function.arguments).join('')), ANSWER.tool.input);
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'tool_calls');
  });

  test(`openai reads the made-up response, ${name}`, async () => {
    const stream = new OpenAI(client()).responses.stream({ model: 'm', input: 'x' });
    const { output, output_text, status } = await stream.finalResponse();
    assert.deepEqual([output_text, status], [ANSWER.text, 'completed']);
    assert.deepEqual(output.map(({ type }) => type), ['reasoning', 'message', 'function_call']);
    assert.deepEqual(JSON.parse(output[2].arguments), ANSWER.tool.input);
  });

  test(`anthropic reads the made-up message, ${name}`, async () => {
    const stream = new Anthropic(client()).messages.stream({ model: 'm', max_tokens: 9, messages: [] });
    const { content, stop_reason } = await stream.finalMessage();
    const [thinking, text, tool] = content;
    assert.deepEqual([thinking.thinking, text.text, tool.input, stop_reason], [ANSWER.reasoning, ANSWER.text, ANSWER.tool.input, 'tool_use']);
  });

  test(`the AI SDK reads the made-up message, ${name}`, async () => {
    const transport = new DefaultChatTransport({ api: 'http://x.test/api/chat', fetch: mockFetch(ANSWER, options) });
    const stream = await transport.sendMessages({ chatId: 'c', trigger: 'submit-message', messages: [] });
    const { parts } = (await all(readUIMessageStream({ stream }))).at(-1);
    const of = (type) => parts.find((part) => part.type === type);
    assert.deepEqual([of('reasoning').text, of('text').text, of('tool-search').input], [ANSWER.reasoning, ANSWER.text, ANSWER.tool.input]);
  });
}

test('the same seed cuts the same way, another one in another', async () => {
  const sizes = async (seed) => (await all(mockStream('openai', ANSWER, { wire: 'random', cuts: 'random', seed }))).map(({ length }) => length);
  assert.deepEqual(await sizes(3), await sizes(3));
  assert.notDeepEqual(await sizes(3), await sizes(4));
});

test('a broken answer has its text, no end of any kind, and fails', async () => {
  for (const protocol of ['openai', 'responses', 'anthropic', 'ai-sdk']) {
    let text = '';
    const read = async () => {
      for await (const bytes of mockStream(protocol, { text: 'abc' }, { end: 'broken' })) text += new TextDecoder().decode(bytes);
    };
    await assert.rejects(read, TypeError);
    assert.match(text, /"c"/, protocol);
    assert.doesNotMatch(text, /DONE|stop"|finish"|"[\w.]*(done|completed|-end|_stop)"/, protocol);
  }
});

test('an aborted request fails as that of a real fetch does', async () => {
  const stop = new AbortController();
  const response = await mockFetch({ text: '去赌博网站' })('http://x.test/v1/chat/completions', { method: 'POST', signal: stop.signal });
  const reader = response.body.getReader();
  assert.equal((await reader.read()).done, false);
  stop.abort();
  await assert.rejects(reader.read(), { name: 'AbortError' });
  await assert.rejects(mockFetch({})('http://x.test', { method: 'POST', signal: stop.signal }), { name: 'AbortError' });
});

test('the server answers by path, remembers what was asked, and notices who goes away', async (t) => {
  const server = await startMockServer(({ body }) => ({ text: `${body.messages[0].content}${'…'.repeat(500)}` }), { delayMs: 1 });
  t.after(() => server.close());
  const client = new OpenAI({ apiKey: 'none', baseURL: `${server.url}/v1`, maxRetries: 0 });
  const stream = await client.chat.completions.create({ model: 'm', stream: true, messages: [{ role: 'user', content: '问' }] });
  let first = '';
  for await (const { choices } of stream) {
    first += choices[0].delta.content;
    if (first !== '') break;
  }
  assert.equal(first, '问');
  assert.equal(server.requests[0].url, '/v1/chat/completions');
  for (let waited = 0; server.cancelled === 0; waited += 1) {
    assert.ok(waited < 500, 'the server notices');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal((await fetch(server.url)).status, 404);
});

test('waiting for a slow reader leaves no listeners behind', async (t) => {
  const warnings = [];
  const note = ({ name }) => warnings.push(name);
  process.on('warning', note);
  t.after(() => process.off('warning', note));
  // Each piece is more than a socket takes at once, and more of them than Node lets listen unwarned.
  const pieces = Array.from({ length: 20 }, () => 'x'.repeat(100_000));
  const server = await startMockServer({ text: pieces.join('') }, { cuts: () => pieces });
  t.after(() => server.close());
  const body = await (await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body: '{}' })).text();
  assert.ok(body.length > 2_000_000);
  assert.deepEqual(warnings, []);
});

test('every cut gives the text again, whole, by character, by unit, and in two at each place', () => {
  const cuts = [...everyCut('a🙂b')];
  assert.deepEqual(cuts.slice(0, 3), [['a🙂b'], ['a', '🙂', 'b'], ['a', '\ud83d', '\ude42', 'b']]);
  assert.equal(cuts.length, 3 + 3);
  for (const pieces of cuts) assert.equal(pieces.join(''), 'a🙂b');
});

/** A document without a browser. */
function documentOf(t, html) {
  const window = new Window();
  t.after(() => window.happyDOM.close());
  window.document.body.innerHTML = html;
  return window.document;
}

test('a document in this process is watched too, by policy, packs or terms', async (t) => {
  for (const forbidden of [POLICY, await pack(), [await pack()], ['赌博网站']]) {
    const document = documentOf(t, '<main><p>好</p></main>');
    const watch = await expectNeverDisplayed(document.querySelector('main'), forbidden);
    assert.equal((await watch.check()).texts, 1);
    // In and out at once.
    document.querySelector('p').textContent = '去赌博网站看';
    document.querySelector('p').textContent = '好';
    await assert.rejects(watch.check(), (error) => {
      assert.ok(error instanceof DisplayedError && error.code === 'testing/displayed');
      assert.equal(error.hits[0].match, '赌博网站');
      assert.match(error.message, /去赌博网站看/);
      return true;
    });
    await watch.stop();
  }
});

test('what is only flagged may be displayed', async (t) => {
  const document = documentOf(t, '<p>提醒词语</p>');
  const watch = await expectNeverDisplayed(document, POLICY);
  assert.equal((await watch.check()).texts, 1);
  await watch.stop();
});

test('a watch that could not fail fails: nothing forbidden, nothing to watch, nothing seen', async (t) => {
  const document = documentOf(t, '');
  for (const forbidden of [[], [' '], ['赌', new Uint8Array()]]) await assert.rejects(expectNeverDisplayed(document, forbidden), coded('testing/forbidden'));
  await assert.rejects(expectNeverDisplayed({}, ['赌']), coded('testing/target'));
  const watch = await expectNeverDisplayed(document, ['赌']);
  await assert.rejects(watch.check(), coded('testing/nothing-seen'));
  await watch.stop();
});
