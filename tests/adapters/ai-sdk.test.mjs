/** The adapter of the AI SDK under the real `readUIMessageStream`, `DefaultChatTransport` and `AbstractChat` of 5, 6 and 7. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ai5 from 'ai5';
import * as ai6 from 'ai6';
import * as ai7 from 'ai7';
import { guardChunks, guardHistory, guardTransport, visibleParts } from 'tidegate/adapters/ai-sdk';
import { MASKED, TEXTS, assertClean, attacks, coded, collect, cuts, escaped, guardOf, streamOf } from './hostile.mjs';

const SDKS = { 5: ai5, 6: ai6, 7: ai7 };
const START = [{ type: 'start' }, { type: 'start-step' }];
const FINISH = [{ type: 'finish-step' }, { type: 'finish', finishReason: 'stop' }];
const meta = (text) => ({ providerMetadata: { vendor: { note: text } } });
const json = (text) => JSON.stringify({ q: text });

/** How a text can travel, by channel: its pieces in chunks. */
const STREAMED = {
  text: (pieces) => [{ type: 'text-start', id: '1' }, ...pieces.map((delta) => ({ type: 'text-delta', id: '1', delta })), { type: 'text-end', id: '1' }],
  reasoning: (pieces) => [
    { type: 'reasoning-start', id: '1' }, ...pieces.map((delta) => ({ type: 'reasoning-delta', id: '1', delta })), { type: 'reasoning-end', id: '1' },
  ],
  'text without an end': (pieces) => [{ type: 'text-start', id: '1' }, ...pieces.map((delta) => ({ type: 'text-delta', id: '1', delta }))],
  'tool input': (pieces) => [
    { type: 'tool-input-start', toolCallId: 'c', toolName: 't' },
    ...['{"q":"', ...pieces, '"}'].map((inputTextDelta) => ({ type: 'tool-input-delta', toolCallId: 'c', inputTextDelta })),
    { type: 'tool-input-available', toolCallId: 'c', toolName: 't', input: { q: pieces.join('') } },
  ],
};
const WHOLE = {
  error: (text) => [{ type: 'error', errorText: text }],
  'abort reason': (text) => [{ type: 'abort', reason: text }],
  'tool name': (text) => [{ type: 'tool-input-available', toolCallId: 'c', toolName: text, input: {} }],
  'tool title': (text) => [{ type: 'tool-input-available', toolCallId: 'c', toolName: 't', title: text, input: {} }],
  'name of an input': (text) => [{ type: 'tool-input-available', toolCallId: 'c', toolName: 't', input: { [text]: 1 } }],
  'tool metadata': (text) => [{ type: 'tool-input-available', toolCallId: 'c', toolName: 't', input: {}, toolMetadata: { text } }],
  'tool output': (text) => [
    { type: 'tool-input-available', toolCallId: 'c', toolName: 't', input: {} }, { type: 'tool-output-available', toolCallId: 'c', output: [{ text }] },
  ],
  'tool error': (text) => [
    { type: 'tool-input-available', toolCallId: 'c', toolName: 't', input: {} }, { type: 'tool-output-error', toolCallId: 'c', errorText: text },
  ],
  'tool input error': (text) => [{ type: 'tool-input-error', toolCallId: 'c', toolName: 't', input: text, errorText: text }],
  approval: (text) => [
    { type: 'tool-input-available', toolCallId: 'c', toolName: 't', input: {} },
    { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c', reason: text, approvalDescriptor: { text }, inputSchemaInput: text, signature: text },
  ],
  'approval response': (text) => [{ type: 'tool-approval-response', approvalId: 'a', approved: true, reason: text }],
  'source title': (text) => [{ type: 'source-url', sourceId: 's', url: 'https://x.test', title: text }],
  'source address': (text) => [{ type: 'source-url', sourceId: 's', url: `https://x.test/${text}` }],
  'source document': (text) => [{ type: 'source-document', sourceId: 's', mediaType: 'text/plain', title: text, filename: text }],
  citations: (text) => [{ type: 'text-start', id: '1' }, { type: 'text-end', id: '1', citations: [{ citedText: text }] }],
  'provider metadata': (text) => [{ type: 'text-start', id: '1', ...meta(text) }, { type: 'text-delta', id: '1', delta: 'x', ...meta(text) }],
  custom: (text) => [{ type: 'custom', kind: 'x.y', ...meta(text) }],
  data: (text) => [{ type: 'data-title', data: { title: text } }],
  'transient data': (text) => [{ type: 'data-title', data: text, transient: true }],
  'message metadata': (text) => [{ type: 'message-metadata', messageMetadata: { title: text } }],
  'metadata of the start': (text) => [{ type: 'start', messageMetadata: { title: text } }],
  'metadata of the end': (text) => [{ type: 'finish', messageMetadata: { title: text } }],
  steering: (text) => [{ type: 'steering-message', id: 'u', parts: [{ type: 'text', text }] }],
  file: (text) => [{ type: 'file', mediaType: 'text/plain', url: `data:text/plain,${text}` }],
  'a type nobody knows': (text) => [{ type: 'text-preview', text }, { type: 'tool-thought', text }],
  'a field nobody knows': (text) => [{ type: 'start-step', text }, { type: 'text-start', id: '1', preview: text }],
  ids: (text) => [{ type: 'text-start', id: text }, { type: 'text-delta', id: text, delta: 'x' }, { type: 'start', messageId: text }],
};

async function guarded(guard, chunks, options) {
  const { stream, seen } = streamOf(chunks);
  const { items } = await collect(stream.pipeThrough(guardChunks(guard, options)));
  return { items, seen };
}

/** Every state that an interface shows on the way, as the package itself makes them. */
async function states(sdk, chunks) {
  const { items } = await collect(sdk.readUIMessageStream({ stream: streamOf(chunks).stream, onError: () => {} }));
  return items;
}

test('terms leak from no channel that streams, at no cut, in no version', async () => {
  const guard = await guardOf();
  for (const [channel, chunksOf] of Object.entries(STREAMED)) {
    for (const { term, pieces } of attacks()) {
      const { items } = await guarded(guard, [...START, ...chunksOf(pieces), ...FINISH]);
      const context = `${channel}, ${pieces.join('|')}`;
      assertClean(items, context);
      for (const sdk of Object.values(SDKS)) assertClean(await states(sdk, items), context);
      const { type, finishReason } = items.at(-1);
      assert.deepEqual([type, finishReason], ['finish', term === '赌博网站' ? 'stop' : 'content-filter'], context);
    }
  }
});

test('terms leak from no field that comes whole', async () => {
  const guard = await guardOf();
  for (const [channel, chunksOf] of Object.entries(WHOLE)) {
    for (const text of TEXTS) {
      const { items } = await guarded(guard, [...START, ...chunksOf(text), ...FINISH]);
      assertClean(items, channel);
    }
  }
});

test('a stream without terms goes on as it is', async () => {
  const guard = await guardOf();
  const chunks = [
    { type: 'start', messageId: 'm-1', messageMetadata: { model: 'x' } }, { type: 'start-step' }, ...STREAMED.reasoning(['想', '想']),
    ...STREAMED.text(['你', '好']), ...STREAMED['tool input'](['天', '气']),
    { type: 'tool-output-available', toolCallId: 'c', output: { degrees: 3, dry: true, text: null } },
    { type: 'source-url', sourceId: 's', url: 'https://x.test/a?b=c', title: '题' }, { type: 'data-title', id: 'd', data: { title: '题' } }, ...FINISH,
  ];
  const { items } = await guarded(guard, chunks);
  assert.deepEqual(items, chunks);
});

test('the input of a tool is judged as it will be read, escapes and all', async () => {
  const guard = await guardOf();
  for (const pieces of cuts(`{"q":"${escaped('赌博网站')}","n":[1,true]}`)) {
    const chunks = [
      { type: 'tool-input-start', toolCallId: 'c', toolName: 't' },
      ...pieces.map((inputTextDelta) => ({ type: 'tool-input-delta', toolCallId: 'c', inputTextDelta })),
      { type: 'tool-input-available', toolCallId: 'c', toolName: 't', input: {} },
    ];
    const { items } = await guarded(guard, chunks);
    const text = items.map(({ inputTextDelta = '' }) => inputTextDelta).join('');
    assert.deepEqual(JSON.parse(text), { q: MASKED, n: [1, true] }, pieces.join('|'));
  }
});

test('the end cancels the source, closes what is open and tells the notice', async () => {
  const guard = await guardOf();
  const ends = [];
  const chunks = [...START, { type: 'text-start', id: '1' }, { type: 'text-delta', id: '1', delta: '好的终止词语' }, { type: 'text-delta', id: '1', delta: '更多' }];
  const { items, seen } = await guarded(guard, chunks, { id: 'a', onEnd: (end) => ends.push(end) });
  assert.deepEqual(items.slice(2), [
    { type: 'text-start', id: '1' }, { type: 'text-delta', id: '1', delta: '好的' }, { type: 'text-end', id: '1' },
    { type: 'data-tidegate', data: { state: 'terminated', notice: '内容已终止。' } },
    { type: 'text-start', id: 'tidegate-notice' }, { type: 'text-delta', id: 'tidegate-notice', delta: '内容已终止。' }, { type: 'text-end', id: 'tidegate-notice' },
    { type: 'finish', finishReason: 'content-filter' },
  ]);
  assert.ok(seen.cancelled);
  assert.deepEqual(ends, [{ state: 'terminated', notice: '内容已终止。', id: 'a' }]);
});

test('of a retracted message only the notice is visible, by visibleParts and in version 7 by itself', async () => {
  const guard = await guardOf();
  const { items } = await guarded(guard, [...START, { type: 'text-start', id: '1' }, { type: 'text-delta', id: '1', delta: '好的撤回词语' }]);
  for (const [version, sdk] of Object.entries(SDKS)) {
    const last = (await states(sdk, items)).at(-1);
    assert.deepEqual(visibleParts(last).map(({ text }) => text), ['内容已终止。'], version);
    assert.equal(last.parts.some(({ text }) => text === '好的'), version !== '7', version);
  }
});

test('held text is not shown after an abort, an error or a broken connection', async () => {
  const guard = await guardOf();
  for (const end of [{ type: 'abort' }, { type: 'error', errorText: 'x' }, new Error('network')]) {
    const { items } = await guarded(guard, [...START, { type: 'text-start', id: '1' }, { type: 'text-delta', id: '1', delta: '去赌博' }, end, ...FINISH]);
    assert.equal(items.map(({ delta = '' }) => delta).join(''), '去');
  }
});

test('files are withheld until the app has passed them', async () => {
  const guard = await guardOf();
  const file = { type: 'file', mediaType: 'image/png', url: 'https://x.test/a.png' };
  assert.deepEqual((await guarded(guard, [file])).items, []);
  assert.deepEqual((await guarded(guard, [file], { file: async ({ url }) => url === file.url })).items, [file]);
  assert.deepEqual((await guarded(guard, [file], { file: () => false })).items, []);
});

test('messages of before are guarded', async () => {
  const guard = await guardOf();
  for (const text of TEXTS) {
    const history = [{ id: 'u', role: 'user', parts: [{ type: 'text', text: '问' }] }, {
      id: 'a', role: 'assistant', parts: [
        { type: 'reasoning', text }, { type: 'text', text, state: 'done' }, { type: 'file', mediaType: 'text/plain', url: `data:,${text}` },
        { type: 'tool-x', toolCallId: 'c', state: 'output-available', input: { text }, output: text },
      ],
    }];
    const [user, answer] = guardHistory(guard, history);
    assert.equal(user, history[0]);
    assertClean(answer);
  }
});

/** The SSE that `DefaultChatTransport` reads. */
const sse = (chunks) => chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('') + 'data: [DONE]\n\n';

/** A chat as `useChat` drives it, with a state that checks all it is told to show. */
function chatOf(sdk, transport, id = 'chat') {
  const state = {
    status: 'ready', error: undefined, shown: [], messages: [],
    pushMessage: (message) => state.set([...state.messages, message]),
    popMessage: () => state.set(state.messages.slice(0, -1)),
    replaceMessage: (index, message) => state.set(state.messages.with(index, message)),
    set(messages) {
      state.messages = messages;
      assertClean(messages.filter(({ role }) => role === 'assistant'));
    },
    snapshot: (value) => structuredClone(value),
  };
  class Chat extends sdk.AbstractChat {}
  const chat = new Chat({ id, state, transport, onError: () => {} });
  return { chat, state };
}

for (const [version, sdk] of Object.entries(SDKS)) {
  test(`ai ${version}: a chat with DefaultChatTransport shows no term, new, resumed or replayed`, async () => {
    const guard = await guardOf();
    let answers = 0;
    for (const { pieces } of attacks()) {
      answers += 1;
      const body = sse([{ type: 'start', messageId: `m-${answers}` }, { type: 'start-step' }, ...STREAMED.reasoning(pieces), ...STREAMED.text(pieces), ...FINISH]);
      const fetch = async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } });
      const transport = guardTransport(guard, new sdk.DefaultChatTransport({ api: 'https://x.test', fetch }));
      const { chat, state } = chatOf(sdk, transport);
      await chat.sendMessage({ text: '你好' });
      assert.match(JSON.stringify(state.messages.at(-1)), /请看|内容已终止/);
      assertClean(state.messages);
      await chat.resumeStream();
      assertClean(state.messages);
    }
  });
}

test('a resumed stream of an ended answer stays ended, with and without an id of the server', async () => {
  const guard = await guardOf();
  for (const start of [{ type: 'start' }, { type: 'start', messageId: 'm' }]) {
    const transport = guardTransport(guard, {
      sendMessages: async () => streamOf([start, ...STREAMED.text(['好的终止词语']), ...FINISH]).stream,
      reconnectToStream: async () => streamOf([start, ...STREAMED.text(['后面的话']), ...FINISH]).stream,
    });
    await collect(await transport.sendMessages({ chatId: 'c', messages: [] }));
    const { items } = await collect(await transport.reconnectToStream({ chatId: 'c' }));
    assert.ok(!JSON.stringify(items).includes('后面'), JSON.stringify(items));
    assert.equal(items.at(-1).finishReason, 'content-filter');
  }
});

test('words of the user for stopping end the request before it is sent', async () => {
  const { POLICY, pack } = await import('./hostile.mjs');
  const policy = { ...POLICY, rules: [...POLICY.rules, { id: 'exit', risk: 'x_self_harm', action: 'flag', terms: ['退出服务'], exit: true }] };
  const guard = await guardOf({ packs: [await pack(policy)] });
  let asked = 0;
  const transport = guardTransport(guard, { sendMessages: async () => (asked += 1, streamOf([]).stream), reconnectToStream: async () => null });
  const ask = (text) => transport.sendMessages({ chatId: 'c', messages: [{ role: 'user', parts: [{ type: 'text', text }] }] });
  await assert.rejects(ask('我要退出服务'), coded('usage/exit'));
  assert.equal(asked, 0);
  await ask('你好');
  assert.equal(asked, 1);
});
