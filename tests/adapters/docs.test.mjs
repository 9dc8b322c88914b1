/** The quick starts in docs/adapters, run as they stand there. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MASKED, assertClean, attacks, collect, guardOf, pack, streamOf } from './hostile.mjs';
import { ROOT, quickStart } from './quick-start.mjs';

/** What the app's own server answers. */
let answer = [];
/** The app's own server; its policy is what a build step made. */
async function serving(t) {
  const { fetch } = globalThis;
  t.after(() => void (globalThis.fetch = fetch));
  const bytes = await pack();
  globalThis.fetch = async (url) => String(url) === '/policy.pack' ? new Response(bytes)
    : new Response(answer.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''), { headers: { 'content-type': 'text/event-stream' } });
}

let answers = 0;
/** What is shown of the text with this term, without the notice. */
const shownOf = (term) => term === '赌博网站' ? `请看${MASKED}，就这样。` : '请看';

test('AI SDK, in pages, at every cut', async (t) => {
  await serving(t);
  const { guardedTransport } = await quickStart('ai-sdk.md', 'run');
  const transport = await guardedTransport();
  for (const { term, pieces } of attacks()) {
    answers += 1;
    const deltas = pieces.map((delta) => ({ type: 'text-delta', id: '1', delta }));
    answer = [{ type: 'start', messageId: `m-${answers}` }, { type: 'text-start', id: '1' }, ...deltas, { type: 'text-end', id: '1' }, { type: 'finish' }];
    const { items } = await collect(await transport.sendMessages({ chatId: 'c', trigger: 'submit-message', messages: [] }));
    assertClean(items);
    assert.equal(items.map(({ id, delta = '' }) => id === '1' ? delta : '').join(''), shownOf(term), pieces.join('|'));
  }
});

test('AI SDK, on the server, at every cut', async () => {
  const { answer: answering } = await quickStart('ai-sdk.md', 'run-model');
  const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
  const packs = [await pack()];
  for (const { term, pieces } of attacks()) {
    const parts = [
      { type: 'stream-start', warnings: [] }, { type: 'text-start', id: '1' }, ...pieces.map((delta) => ({ type: 'text-delta', id: '1', delta })),
      { type: 'text-end', id: '1' }, { type: 'finish', usage, finishReason: { unified: 'stop', raw: 'stop' } },
    ];
    const model = { specificationVersion: 'v3', provider: 'p', modelId: 'm', supportedUrls: {}, doStream: async () => ({ stream: streamOf(parts).stream }) };
    const { items } = await collect(await answering(model, packs, 'x'));
    assertClean(items);
    assert.equal(items.map(({ id, delta = '' }) => id === 'tidegate-notice' ? '' : delta).join(''), shownOf(term), pieces.join('|'));
  }
});

test('openai, at every cut', async (t) => {
  await serving(t);
  const { guardedClient } = await quickStart('openai.md', 'run');
  const client = await guardedClient('https://x.test/v1');
  for (const { term, pieces } of attacks()) {
    answers += 1;
    answer = pieces.map((content) => ({ id: `c-${answers}`, choices: [{ index: 0, delta: { content } }] }));
    const { items } = await collect(await client.chat.completions.create({ model: 'm', stream: true, messages: [] }));
    assertClean(items);
    assert.equal(items.map(({ choices }) => choices[0]?.delta.content ?? '').join(''), shownOf(term), pieces.join('|'));
    answers += 1;
    answer = [
      { type: 'response.created', response: { id: `r-${answers}`, object: 'response', status: 'in_progress', output: [] } },
      ...pieces.map((delta) => ({ type: 'response.output_text.delta', item_id: 'i', output_index: 0, content_index: 0, delta })),
    ];
    const events = await collect(await client.responses.create({ model: 'm', stream: true, input: '问' }));
    assertClean(events.items);
    assert.equal(events.items.map(({ delta = '' }) => delta).join(''), shownOf(term), pieces.join('|'));
  }
});

test('generic, at every cut', async () => {
  const { guardedRun } = await quickStart('generic.md', 'run');
  for (const { pieces } of attacks()) {
    const run = pieces.map((_piece, index) => ({ text: pieces.slice(0, index + 1).join(''), isDone: index + 1 === pieces.length }));
    const { items } = await collect(guardedRun(await guardOf(), streamOf(run).stream));
    assertClean(items);
    assert.match(items.at(-1).state, /finished|terminated|retracted/);
  }
});

test('the table names every adapter, and the versions that are tested', () => {
  const text = readFileSync(join(ROOT, 'docs/adapters/README.md'), 'utf8');
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'pkg-template/package.json'), 'utf8'));
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const name of Object.keys(exports).filter((entry) => entry.startsWith('./adapters/'))) assert.ok(text.includes(`tidegate${name.slice(1)}\``), name);
  for (const name of ['ai5', 'ai6', 'ai7', 'ai-react5', 'ai-react6', 'ai-react7', 'openai', '@anthropic-ai/sdk']) assert.ok(text.includes(devDependencies[name].split('@').at(-1)), name);
  const interfaces = readFileSync(join(ROOT, 'docs/adapters/interfaces.md'), 'utf8');
  for (const name of ['@ant-design/x-sdk', '@assistant-ui/core', 'deep-chat', '@tdesign-react/chat']) assert.ok(interfaces.includes(`\`${name}\` ${devDependencies[name]}`), name);
  assert.ok(readdirSync(join(ROOT, 'docs/adapters')).length >= 5);
});
