/** Chat completions under the real client of openai: what `guard.fetch` and `guardCompletions` let through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { guardCompletions, openaiFetch } from 'tidegate/adapters/openai';
import { TEXTS, assertClean, attacks, collect, escaped, guardOf, streamOf } from './hostile.mjs';

let answers = 0;
const chunkOf = (delta, rest = {}) => ({ object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: null, ...rest }] });
const call = (text, rest = {}) => chunkOf({ tool_calls: [{ index: 0, function: { arguments: text }, ...rest }] });

/** How a text can travel: its pieces in chunks, and where a client finds them. */
const CHANNELS = {
  content: [(pieces) => pieces.map((content) => chunkOf({ content })), ({ content }) => content],
  reasoning_content: [(pieces) => pieces.map((text) => chunkOf({ reasoning_content: text })), (delta) => delta.reasoning_content],
  reasoning: [(pieces) => pieces.map((reasoning) => chunkOf({ reasoning })), ({ reasoning }) => reasoning],
  refusal: [(pieces) => pieces.map((refusal) => chunkOf({ refusal })), ({ refusal }) => refusal],
  'a second choice': [(pieces) => pieces.map((content) => chunkOf({ content }, { index: 1 })), ({ content }) => content],
  'arguments of a tool': [
    (pieces) => [call('{"q":"', { id: 'c', type: 'function' }), ...pieces.map((text) => call(text)), call('"}')],
    (delta) => delta.tool_calls?.[0].function?.arguments,
  ],
  'arguments of a tool, in escapes': [
    (pieces) => [call('{"q":"', { id: 'c', type: 'function' }), ...pieces.map((text) => call(escaped(text))), call('"}')],
    (delta) => delta.tool_calls?.[0].function?.arguments,
  ],
  'arguments of a function, in escapes': [
    (pieces) => ['{"q":"', ...pieces.map(escaped), '"}'].map((text) => chunkOf({ function_call: { arguments: text } })),
    (delta) => delta.function_call?.arguments,
  ],
};
const WHOLE = {
  'name of a tool': (text) => [chunkOf({ tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: text, arguments: '' } }] })],
  'id of a call': (text) => [chunkOf({ tool_calls: [{ index: 0, id: text, type: text, function: { name: 'n' } }] })],
  'name of a function': (text) => [chunkOf({ function_call: { name: text, arguments: '' } })],
  role: (text) => [chunkOf({ role: text, content: '' })],
  model: (text) => [{ ...chunkOf({ content: '好' }), model: text, system_fingerprint: text, service_tier: text }],
  probabilities: (text) => [chunkOf({ content: '好' }, { logprobs: { content: [{ token: text, logprob: 0, top_logprobs: [] }] } })],
  'reason of the end': (text) => [chunkOf({ content: '好' }, { finish_reason: text })],
  'what nobody knows': (text) => [{ ...chunkOf({ content: '好', preview: text }), preview: text }, { preview: text }],
  usage: (text) => [{ ...chunkOf({}), usage: { total_tokens: 1, note: text } }],
};

/** Of one id, which no other answer has. */
function eventsOf(middle) {
  answers += 1;
  const last = chunkOf({}, { finish_reason: 'stop' });
  return [chunkOf({ role: 'assistant', content: '' }), ...middle, last].map((event) => ({ id: `chatcmpl-${answers}`, ...event }));
}
const sse = (events) => `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`;
const ASK = { model: 'm', messages: [{ role: 'user', content: '你好' }] };

/** The guard's own fetch is what answers. */
async function clients() {
  let body;
  let given = { type: 'text/event-stream', status: 200 };
  const guard = await guardOf({ fetch: async () => new Response(body, { status: given.status, headers: { 'content-type': given.type } }) });
  const client = new OpenAI({ apiKey: 'none', baseURL: 'https://x.test/v1', maxRetries: 0, fetch: openaiFetch(guard) });
  const answering = (next, { type = 'text/event-stream', status = 200 } = {}) => {
    body = next;
    given = { type, status };
    return client.chat.completions;
  };
  return { guard, answering };
}
const textOf = (items, find) => items.flatMap(({ choices }) => choices.map(({ delta }) => find(delta) ?? '')).join('');

test('terms leak from no channel at no cut, whether the client asks or the stream was opened elsewhere', async () => {
  const { guard, answering } = await clients();
  for (const [channel, [eventsIn, find]] of Object.entries(CHANNELS)) {
    for (const { term, pieces } of attacks()) {
      const context = `${channel}, ${pieces.join('|')}`;
      const { items, error } = await collect(await answering(sse(eventsOf(eventsIn(pieces)))).create({ ...ASK, stream: true }));
      assert.equal(error, undefined, context);
      assertClean(items, context);
      assertClean(textOf(items, find), context);
      const reasons = items.flatMap(({ choices }) => choices.map((choice) => choice.finish_reason)).filter(Boolean);
      assert.ok(reasons.includes(term === '赌博网站' ? 'stop' : 'content_filter'), context);
      const elsewhere = await collect(guardCompletions(guard, streamOf(eventsOf(eventsIn(pieces))).stream));
      assertClean(elsewhere.items, context);
      assertClean(textOf(elsewhere.items, find), context);
    }
  }
});

test('what the helpers of the client gather holds no term', async () => {
  const { answering } = await clients();
  for (const { pieces } of attacks()) {
    const gathered = await answering(sse(eventsOf(CHANNELS.content[0](pieces)))).stream({ ...ASK }).finalChatCompletion().catch((error) => error);
    assertClean(gathered instanceof Error ? gathered.message : gathered);
  }
});

test('terms leak from no field that comes whole', async () => {
  const { answering } = await clients();
  for (const [channel, eventsIn] of Object.entries(WHOLE)) {
    for (const text of TEXTS) {
      const { items, error } = await collect(await answering(sse(eventsOf(eventsIn(text)))).create({ ...ASK, stream: true }));
      assertClean(error?.message ?? items, channel);
    }
  }
});

test('an answer in one piece is guarded in every field, arguments as the JSON they are', async () => {
  const { answering } = await clients();
  for (const text of TEXTS) {
    answers += 1;
    const message = {
      role: 'assistant', content: text, refusal: text, reasoning_content: text, annotations: [{ type: 'url_citation', url_citation: { title: text } }],
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'n', arguments: `{"q":"${escaped(text)}"}` } }],
    };
    const body = JSON.stringify({ id: `chatcmpl-${answers}`, object: 'chat.completion', model: 'm', choices: [{ index: 0, message, finish_reason: 'stop' }] });
    const completion = await answering(body, { type: 'application/json' }).create(ASK);
    assertClean(completion);
    for (const { function: made } of completion.choices[0].message.tool_calls ?? []) assertClean(made.arguments);
  }
});

test('the input of a tool that no rule changes arrives as it is', async () => {
  const { answering } = await clients();
  const pieces = ['{"q":"天', '气\\n', '\\u597d","n":[1', ',true]}'];
  const { items } = await collect(await answering(sse(eventsOf(pieces.map((text) => call(text))))).create({ ...ASK, stream: true }));
  assert.deepEqual(JSON.parse(textOf(items, CHANNELS['arguments of a tool'][1])), { q: '天气\n好', n: [1, true] });
});
