/** The examples for chat interfaces, with the real packages: no state of theirs ever has a term. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalRuntimeCore } from '@assistant-ui/core/internal';
import { mockFetch } from 'tidegate/testing';
import { MASKED, TEXTS, TERMS, assertClean, attacks, guardOf, pack } from './hostile.mjs';
import { quickStart } from './quick-start.mjs';

const NOTICE = '内容已终止。';
/** What is shown in the end, by term. */
const FINAL = { 赌博网站: `请看${MASKED}，就这样。`, 撤回词语: NOTICE };
const finalOf = (term, between) => FINAL[term] ?? `请看${between}${NOTICE}`;

test('Ant Design X: no message of a provider has a term, at any cut', async () => {
  const { guardedProvider } = await quickStart('interfaces.md', 'run-antd');
  const packs = [await pack()];
  for (const { term, text, pieces } of attacks()) {
    const guard = await guardOf({ packs, fetch: mockFetch({ text }, { cuts: () => pieces }) });
    const provider = guardedProvider(guard, 'http://x.test/v1/chat/completions');
    let message;
    let failure;
    // As `useXChat` does it.
    provider.injectGetMessages(() => [{ role: 'user', content: '问' }]);
    const done = new Promise((resolve) => {
      provider.injectRequest({
        onUpdate(chunk, responseHeaders) {
          assertClean(chunk);
          message = provider.transformMessage({ originMessage: message, chunk, chunks: [], status: 'updating', responseHeaders });
          assertClean(message, pieces.join('|'));
        },
        onSuccess: resolve,
        onError(error) {
          failure = error;
          resolve();
        },
      });
    });
    provider.request.run({ messages: [] });
    await done;
    assert.equal(failure, undefined);
    assert.equal(message.content, finalOf(term, '\n\n'), pieces.join('|'));
  }
});

/** Runs a thread of assistant-ui to its end; every state that interfaces would draw. */
async function thread(chatModel) {
  const core = new LocalRuntimeCore({ adapters: { chatModel } }, []).threads.getMainThreadRuntimeCore();
  const states = [];
  const done = new Promise((resolve) => {
    core.subscribe(() => {
      const last = core.messages.at(-1);
      states.push(structuredClone(last.content));
      if (last.role === 'assistant' && last.status.type !== 'running') resolve(last);
    });
  });
  await core.append({
    role: 'user', content: [{ type: 'text', text: '问' }], parentId: null, sourceId: null, runConfig: {}, attachments: [], metadata: { custom: {} }, createdAt: new Date(),
  });
  return { states, last: await done };
}

test('assistant-ui: no state of a thread has a term, in text or reasoning, at any cut', async () => {
  const { guardedModel } = await quickStart('interfaces.md', 'run-assistant-ui');
  const guard = await guardOf();
  for (const { term, pieces } of attacks()) {
    const model = {
      async* run() {
        let whole = '';
        for (const piece of pieces) {
          whole += piece;
          yield { content: [{ type: 'reasoning', text: whole }, { type: 'text', text: whole }, { type: 'source', id: 's', url: whole, title: whole }], metadata: { custom: { whole } } };
        }
      },
    };
    const { states, last } = await thread(guardedModel(guard, model));
    assertClean(states, pieces.join('|'));
    assertClean(last);
    const text = last.content.filter(({ type }) => type === 'text').map((part) => part.text).join('');
    if (FINAL[term]) assert.equal(text, FINAL[term]);
    else assert.ok(text.endsWith(NOTICE));
    assert.deepEqual([last.status.type, last.status.reason], term === '赌博网站' ? ['complete', 'stop'] : ['incomplete', 'content-filter']);
  }
});

test('assistant-ui: the source is ended with the answer, and an answer in one piece is guarded too', async () => {
  const { guardedModel } = await quickStart('interfaces.md', 'run-assistant-ui');
  const guard = await guardOf();
  let isEnded = false;
  const endless = {
    async* run() {
      try {
        for (let text = TEXTS[1]; ; text += '。') yield { content: [{ type: 'text', text }] };
      } finally {
        isEnded = true;
      }
    },
  };
  await thread(guardedModel(guard, endless));
  assert.ok(isEnded);
  const { states } = await thread(guardedModel(guard, { run: async () => ({ content: TERMS.map((text) => ({ type: 'text', text })) }) }));
  assertClean(states);
});
