/** The adapter of openai under the real client: Responses and chat completions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { guardCompletions, guardResponses, openaiFetch } from 'tidegate/adapters/openai';
import { POLICY, TEXTS, assertClean, attacks, coded, collect, escaped, guardOf, pack, streamOf } from './hostile.mjs';

let answers = 0;
const responseOf = (fields = {}) => ({ id: `resp_${answers}`, object: 'response', created_at: 1, status: 'in_progress', model: 'm', output: [], ...fields });
const at = { item_id: 'i', output_index: 0, content_index: 0 };

/** An answer whose text is streamed and then repeated by every event that repeats. */
const CHANNELS = {
  text: (pieces, text) => [
    { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'i', role: 'assistant', status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...at, part: { type: 'output_text', text: '', annotations: [] } },
    ...pieces.map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [{ token: delta, logprob: 0 }] })),
    { type: 'response.output_text.done', ...at, text, logprobs: [{ token: text, logprob: 0 }] },
    { type: 'response.content_part.done', ...at, part: { type: 'output_text', text, annotations: [] } },
    { type: 'response.output_item.done', output_index: 0, item: messageOf(text) },
  ],
  refusal: (pieces, refusal) => [
    ...pieces.map((delta) => ({ type: 'response.refusal.delta', ...at, delta })), { type: 'response.refusal.done', ...at, refusal },
  ],
  reasoning: (pieces, text) => [
    ...pieces.map((delta) => ({ type: 'response.reasoning_text.delta', ...at, delta })), { type: 'response.reasoning_text.done', ...at, text },
    { type: 'response.output_item.done', output_index: 0, item: { type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text }], content: [{ type: 'reasoning_text', text }] } },
  ],
  summary: (pieces, text) => [
    { type: 'response.reasoning_summary_part.added', item_id: 'r', output_index: 0, summary_index: 0, part: { type: 'summary_text', text } },
    ...pieces.map((delta) => ({ type: 'response.reasoning_summary_text.delta', item_id: 'r', output_index: 0, summary_index: 0, delta })),
    { type: 'response.reasoning_summary_text.done', item_id: 'r', output_index: 0, summary_index: 0, text },
  ],
  arguments: (pieces, text) => [
    ...['{"q":"', ...pieces, '"}'].map((delta) => ({ type: 'response.function_call_arguments.delta', item_id: 'f', output_index: 0, delta })),
    { type: 'response.function_call_arguments.done', item_id: 'f', output_index: 0, arguments: `{"q":"${escaped(text)}"}` },
    { type: 'response.output_item.done', output_index: 0, item: { type: 'function_call', id: 'f', call_id: 'c', name: text, arguments: `{"q":"${escaped(text)}"}` } },
  ],
  'custom tools': (pieces, input) => [
    ...pieces.map((delta) => ({ type: 'response.custom_tool_call_input.delta', item_id: 'f', output_index: 0, delta })),
    { type: 'response.custom_tool_call_input.done', item_id: 'f', output_index: 0, input },
  ],
  code: (pieces, code) => [
    ...pieces.map((delta) => ({ type: 'response.code_interpreter_call_code.delta', item_id: 'f', output_index: 0, delta })),
    { type: 'response.code_interpreter_call_code.done', item_id: 'f', output_index: 0, code },
  ],
  'held only by the end': (pieces) => pieces.map((delta) => ({ type: 'response.output_text.delta', ...at, delta })),
};
const WHOLE = {
  annotation: (text) => [{ type: 'response.output_text.annotation.added', ...at, annotation_index: 0, annotation: { type: 'url_citation', title: text, url: `https://x.test/${text}` } }],
  failure: (text) => [{ type: 'response.failed', response: responseOf({ status: 'failed', error: { code: 'x', message: text } }) }],
  'what the request said': (text) => [{ type: 'response.created', response: responseOf({ instructions: text, metadata: { text }, tools: [{ description: text }] }) }],
  'the end': (text) => [{ type: 'response.completed', response: responseOf({ status: 'completed', output: [messageOf(text), { type: 'x_output', output: text }] }) }],
  'what nobody knows': (text) => [{ type: 'response.preview', text }, { type: 'response.output_text.delta', ...at, delta: '好', preview: text }],
  progress: (text) => [{ type: 'response.web_search_call.searching', item_id: 'w', output_index: 0, query: text }],
};

function messageOf(text) {
  return { type: 'message', id: 'i', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text, annotations: [], logprobs: [{ token: text }] }] };
}

function eventsOf(middle, text) {
  answers += 1;
  return [
    { type: 'response.created', response: responseOf() }, ...middle,
    { type: 'response.completed', response: responseOf({ status: 'completed', output: [messageOf(text)], usage: { total_tokens: 3 } }) },
  ].map((event, index) => ({ sequence_number: index, ...event }));
}

const sse = (events) => events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

function clientOf(guard, body, { type = 'text/event-stream', status = 200 } = {}) {
  const fetch = async () => new Response(body, { status, headers: { 'content-type': type } });
  return new OpenAI({ apiKey: 'none', baseURL: 'https://x.test/v1', maxRetries: 0, fetch: openaiFetch(guard, { fetch }) });
}
const ASK = { model: 'm', input: '你好' };

test('Responses: terms leak from no channel at no cut, neither streamed nor repeated', async () => {
  const guard = await guardOf();
  for (const [channel, eventsIn] of Object.entries(CHANNELS)) {
    for (const { term, text, pieces } of attacks()) {
      const given = eventsOf(eventsIn(pieces, text), text);
      const { items, error } = await collect(await clientOf(guard, sse(given)).responses.create({ ...ASK, stream: true }));
      const context = `${channel}, ${pieces.join('|')}`;
      assert.equal(error, undefined, context);
      assertClean(items, context);
      assertClean(items.map(({ delta = '' }) => delta).join(''), context);
      assert.equal(items.at(-1).type, term === '赌博网站' ? 'response.completed' : 'response.incomplete', context);
    }
  }
});

test('Responses: terms leak from no field that comes whole', async () => {
  const guard = await guardOf();
  for (const [channel, eventsIn] of Object.entries(WHOLE)) {
    for (const text of TEXTS) {
      const { items } = await collect(await clientOf(guard, sse(eventsOf(eventsIn(text), ''))).responses.create({ ...ASK, stream: true }));
      assertClean(items, channel);
    }
  }
});

test('Responses: what an answer without terms says goes on, and the client reads it whole', async () => {
  const guard = await guardOf();
  const given = eventsOf(CHANNELS.text(['你', '好'], '你好'), '你好');
  const { items } = await collect(await clientOf(guard, sse(given)).responses.create({ ...ASK, stream: true }));
  assert.deepEqual(items.map(({ type }) => type), given.map(({ type }) => type));
  assert.deepEqual(items.at(-1).response.usage, { total_tokens: 3 });
  const final = await clientOf(guard, sse(eventsOf(CHANNELS.text(['你', '好'], '你好'), '你好'))).responses.stream(ASK).finalResponse();
  assert.equal(final.output[0].content[0].text, '你好');
});

test('Responses: an answer in one piece, and an error, are guarded', async () => {
  const guard = await guardOf();
  for (const text of TEXTS) {
    answers += 1;
    const body = JSON.stringify(responseOf({ status: 'completed', instructions: text, output: [messageOf(text)] }));
    assertClean(await clientOf(guard, body, { type: 'application/json' }).responses.create(ASK));
    const failing = clientOf(guard, JSON.stringify({ error: { message: text } }), { type: 'application/json', status: 400 });
    await assert.rejects(failing.responses.create(ASK), (error) => (assertClean(error.message + JSON.stringify(error.error)), error instanceof OpenAI.BadRequestError));
  }
});

test('Responses: other bodies are withheld', async () => {
  const guard = await guardOf();
  await assert.rejects(clientOf(guard, '赌博网站', { type: 'text/html' }).responses.create(ASK), (error) => coded('fetch/content-type')(error.cause));
});

test('Responses: a stream that breaks does not show what is held', async () => {
  const guard = await guardOf();
  const given = eventsOf([{ type: 'response.output_text.delta', ...at, delta: '去赌博' }], '').slice(0, -1);
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(sse(given)));
      setTimeout(() => controller.error(new Error('network')), 20);
    },
  });
  const { items, error } = await collect(await clientOf(guard, body).responses.create({ ...ASK, stream: true }));
  assert.ok(error);
  assert.equal(items.map(({ delta = '' }) => delta).join(''), '去');
});

test('streams that were opened elsewhere are guarded', async () => {
  const guard = await guardOf();
  for (const { text, pieces } of attacks()) {
    const responses = await collect(guardResponses(guard, streamOf(eventsOf(CHANNELS.text(pieces, text), text)).stream));
    assertClean(responses.items);
    assertClean(responses.items.map(({ delta = '' }) => delta).join(''));
    const chunks = pieces.map((content) => ({ id: `c-${answers}`, choices: [{ index: 0, delta: { content } }] }));
    const completions = await collect(guardCompletions(guard, streamOf(chunks).stream));
    assertClean(completions.items.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? '')).join(''));
    assertClean(completions.items);
  }
});

test('chat completions go through guard.fetch', async () => {
  const body = `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content: '去赌博网站' } }] })}\n\ndata: [DONE]\n\n`;
  const fetch = async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  const guard = await guardOf({ fetch });
  const client = new OpenAI({ apiKey: 'none', baseURL: 'https://x.test/v1', fetch: openaiFetch(guard) });
  const { items } = await collect(await client.chat.completions.create({ model: 'm', stream: true, messages: [] }));
  assert.equal(items.map(({ choices }) => choices[0]?.delta?.content ?? '').join(''), '去＊＊＊＊');
});

test('Responses: words of the user for stopping end the request before it is sent', async () => {
  const policy = { ...POLICY, rules: [...POLICY.rules, { id: 'exit', risk: 'x_self_harm', action: 'flag', terms: ['退出服务'], exit: true }] };
  const guard = await guardOf({ packs: [await pack(policy)] });
  let asked = 0;
  const ask = openaiFetch(guard, { fetch: async () => (asked += 1, new Response('{}', { headers: { 'content-type': 'application/json' } })) });
  const said = (input) => ask('https://x.test/v1/responses', { method: 'POST', body: JSON.stringify({ input }) });
  await assert.rejects(said('我要退出服务'), coded('usage/exit'));
  await assert.rejects(said([{ role: 'user', content: [{ type: 'input_text', text: '退出服务' }] }]), coded('usage/exit'));
  assert.equal(asked, 0);
  await said('你好');
  assert.equal(asked, 1);
});
