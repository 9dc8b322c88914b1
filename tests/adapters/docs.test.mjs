/** The quick starts in docs/adapters, run as they stand there. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MASKED, TEXTS, assertClean, collect, guardOf, pack, streamOf } from './hostile.mjs';
import { ROOT, quickStart } from './quick-start.mjs';

/** The app's own server. */
async function serving(t, answer) {
  const { fetch } = globalThis;
  t.after(() => void (globalThis.fetch = fetch));
  const bytes = await pack();
  globalThis.fetch = async (url) => String(url) === '/policy.pack' ? new Response(bytes)
    : new Response(answer.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''), { headers: { 'content-type': 'text/event-stream' } });
}

test('AI SDK, in pages', async (t) => {
  const deltas = [...TEXTS[0]].map((delta) => ({ type: 'text-delta', id: '1', delta }));
  await serving(t, [{ type: 'start' }, { type: 'text-start', id: '1' }, ...deltas, { type: 'text-end', id: '1' }, { type: 'finish' }]);
  const { guardedTransport } = await quickStart('ai-sdk.md', 'run');
  const transport = await guardedTransport();
  const { items } = await collect(await transport.sendMessages({ chatId: 'c', trigger: 'submit-message', messages: [] }));
  assert.equal(items.map(({ delta = '' }) => delta).join(''), `请看${MASKED}，就这样。`);
});

test('AI SDK, on the server', async () => {
  const { answer } = await quickStart('ai-sdk.md', 'run-model');
  const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
  const parts = [
    { type: 'stream-start', warnings: [] }, { type: 'text-start', id: '1' }, ...[...TEXTS[0]].map((delta) => ({ type: 'text-delta', id: '1', delta })),
    { type: 'text-end', id: '1' }, { type: 'finish', usage, finishReason: { unified: 'stop', raw: 'stop' } },
  ];
  const model = { specificationVersion: 'v3', provider: 'p', modelId: 'm', supportedUrls: {}, doStream: async () => ({ stream: streamOf(parts).stream }) };
  const { items } = await collect(await answer(model, [await pack()], 'x'));
  assert.equal(items.map(({ delta = '' }) => delta).join(''), `请看${MASKED}，就这样。`);
});

test('openai', async (t) => {
  await serving(t, [...TEXTS[0]].map((content) => ({ id: 'c', choices: [{ index: 0, delta: { content } }] })));
  const { guardedClient } = await quickStart('openai.md', 'run');
  const client = await guardedClient('https://x.test/v1');
  const { items } = await collect(await client.chat.completions.create({ model: 'm', stream: true, messages: [] }));
  assert.equal(items.map(({ choices }) => choices[0].delta.content ?? '').join(''), `请看${MASKED}，就这样。`);
});

test('generic', async () => {
  const { guardedRun } = await quickStart('generic.md', 'run');
  for (const text of TEXTS) {
    const run = [...text].map((_char, index) => ({ text: text.slice(0, index + 1), isDone: index + 1 === text.length }));
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
  for (const name of ['ai5', 'ai6', 'ai7', 'openai', '@anthropic-ai/sdk']) assert.ok(text.includes(devDependencies[name].replace('npm:ai@', '')), name);
  const interfaces = readFileSync(join(ROOT, 'docs/adapters/interfaces.md'), 'utf8');
  for (const name of ['@ant-design/x-sdk', '@assistant-ui/core', 'deep-chat']) assert.ok(interfaces.includes(`\`${name}\` ${devDependencies[name]}`), name);
  assert.ok(readdirSync(join(ROOT, 'docs/adapters')).length >= 5);
});
