/** The adapter of Anthropic's Messages under the real client. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { anthropicFetch, guardMessages } from 'tidegate/adapters/anthropic';
import { TEXTS, assertClean, attacks, collect, escaped, guardOf, streamOf } from './hostile.mjs';

let answers = 0;
const delta = (index, fields) => ({ type: 'content_block_delta', index, delta: fields });
const block = (index, content_block) => ({ type: 'content_block_start', index, content_block });
const stop = (index) => ({ type: 'content_block_stop', index });

const CHANNELS = {
  text: (pieces) => [block(0, { type: 'text', text: '' }), ...pieces.map((text) => delta(0, { type: 'text_delta', text })), stop(0)],
  'text from its start': ([first, ...rest]) => [block(0, { type: 'text', text: first }), ...rest.map((text) => delta(0, { type: 'text_delta', text })), stop(0)],
  thinking: (pieces) => [
    block(0, { type: 'thinking', thinking: '', signature: '' }), ...pieces.map((thinking) => delta(0, { type: 'thinking_delta', thinking })),
    delta(0, { type: 'signature_delta', signature: 'EqQB==' }), stop(0),
  ],
  'tool input': (pieces) => [
    block(0, { type: 'tool_use', id: 't', name: 'n', input: {} }),
    ...['{"q":"', ...pieces.map(escaped), '"}'].map((partial_json) => delta(0, { type: 'input_json_delta', partial_json })), stop(0),
  ],
  'without a stop': (pieces) => [block(0, { type: 'text', text: '' }), ...pieces.map((text) => delta(0, { type: 'text_delta', text }))],
};
const WHOLE = {
  'name of a tool': (text) => [block(0, { type: 'tool_use', id: 't', name: text, input: { [text]: text } }), stop(0)],
  'result of a tool': (text) => [block(0, { type: 'web_search_tool_result', tool_use_id: 't', content: [{ type: 'web_search_result', title: text, url: `https://x.test/${text}`, encrypted_content: text }] }), stop(0)],
  citation: (text) => [block(0, { type: 'text', text: '' }), delta(0, { type: 'citations_delta', citation: { type: 'char_location', cited_text: text, document_title: text } }), stop(0)],
  'what nobody knows': (text) => [{ type: 'content_preview', text }, block(0, { type: 'text', text: '', preview: text }), delta(0, { type: 'preview_delta', text }), stop(0)],
  'sequence that stopped it': (text) => [{ type: 'message_delta', delta: { stop_reason: 'stop_sequence', stop_sequence: text }, usage: { output_tokens: 1 } }],
};

function eventsOf(middle) {
  answers += 1;
  const message = { id: `msg_${answers}`, type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 1, output_tokens: 1 } };
  return [{ type: 'message_start', message }, { type: 'ping' }, ...middle, { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 3 } }, { type: 'message_stop' }];
}
const sse = (events) => events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

function clientOf(guard, body, { type = 'text/event-stream', status = 200 } = {}) {
  const fetch = async () => new Response(body, { status, headers: { 'content-type': type } });
  return new Anthropic({ apiKey: 'none', baseURL: 'https://x.test', maxRetries: 0, fetch: anthropicFetch(guard, { fetch }) });
}
const ASK = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: '你好' }] };
const textOf = (items) => items.map(({ delta: given }) => given?.text ?? given?.thinking ?? given?.partial_json ?? '').join('');

test('terms leak from no channel at no cut', async () => {
  const guard = await guardOf();
  for (const [channel, eventsIn] of Object.entries(CHANNELS)) {
    for (const { term, pieces } of attacks()) {
      const context = `${channel}, ${pieces.join('|')}`;
      const given = eventsOf(eventsIn(pieces));
      const { items, error } = await collect(await clientOf(guard, sse(given)).messages.create({ ...ASK, stream: true }));
      assert.equal(error, undefined, context);
      assertClean(items, context);
      assertClean(textOf(items), context);
      assert.equal(items.at(-1).type, 'message_stop', context);
      assert.equal(items.at(-2).delta.stop_reason, term === '赌博网站' ? 'end_turn' : 'refusal', context);
      answers += 1;
      given[0].message.id = `msg_${answers}`;
      assertClean(await clientOf(guard, sse(given)).messages.stream(ASK).finalMessage(), context);
    }
  }
});

test('terms leak from no field that comes whole', async () => {
  const guard = await guardOf();
  for (const [channel, eventsIn] of Object.entries(WHOLE)) {
    for (const text of TEXTS) {
      const { items } = await collect(await clientOf(guard, sse(eventsOf(eventsIn(text)))).messages.create({ ...ASK, stream: true }));
      assertClean(items, channel);
    }
  }
});

test('an answer without terms goes on as it is', async () => {
  const guard = await guardOf();
  for (const eventsIn of [CHANNELS.thinking, CHANNELS.text]) {
    const given = eventsOf(eventsIn(['你', '好']));
    const { items } = await collect(await clientOf(guard, sse(given)).messages.create({ ...ASK, stream: true }));
    assert.deepEqual(items, given.filter(({ type }) => type !== 'ping'));
  }
  const final = await clientOf(guard, sse(eventsOf(CHANNELS['tool input'](['你', '好'])))).messages.stream(ASK).finalMessage();
  assert.deepEqual(final.content[0].input, { q: '你好' });
});

test('an answer in one piece, and errors, are guarded', async () => {
  const guard = await guardOf();
  for (const text of TEXTS) {
    answers += 1;
    const message = { id: `msg_${answers}`, type: 'message', role: 'assistant', model: 'm', content: [{ type: 'text', text }], stop_reason: 'end_turn', usage: {} };
    assertClean(await clientOf(guard, JSON.stringify(message), { type: 'application/json' }).messages.create(ASK));
    const error = { type: 'error', error: { type: 'overloaded_error', message: text } };
    const failing = clientOf(guard, JSON.stringify(error), { type: 'application/json', status: 529 });
    await assert.rejects(failing.messages.create(ASK), (thrown) => (assertClean(thrown.message), thrown instanceof Anthropic.APIError));
    // One that ends the answer does so here too, without its error.
    const { items, error: broken } = await collect(await clientOf(guard, sse([...eventsOf([]).slice(0, 1), error])).messages.create({ ...ASK, stream: true }));
    assertClean(broken?.message ?? items);
    assert.equal(broken !== undefined, text === TEXTS[0]);
  }
});

test('a stream that was opened elsewhere is guarded', async () => {
  const guard = await guardOf();
  for (const { pieces } of attacks()) {
    const { items } = await collect(guardMessages(guard, streamOf(eventsOf(CHANNELS.text(pieces))).stream));
    assertClean(textOf(items));
    assertClean(items);
  }
});
