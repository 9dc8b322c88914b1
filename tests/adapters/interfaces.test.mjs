/** The examples for chat interfaces, with the real packages: no state of theirs ever has a term. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalRuntimeCore } from '@assistant-ui/core/internal';
import { mockFetch } from 'tidegate/testing';
import { OpenAIChatProvider, DeepSeekChatProvider, XRequest } from '@ant-design/x-sdk';
import { memoryHost } from 'tidegate';
import { guardProvider } from 'tidegate/adapters/ant-design-x';
import { MASKED, POLICY, TEXTS, TERMS, assertClean, attacks, coded, guardOf, pack } from './hostile.mjs';
import { quickStart } from './quick-start.mjs';

const NOTICE = '内容已终止。';
/** What is shown in the end, by term. */
const FINAL = { 赌博网站: `请看${MASKED}，就这样。`, 撤回词语: NOTICE };
const finalOf = (term, between) => FINAL[term] ?? `请看${between}${NOTICE}`;

/** Runs a request of a provider as `useXChat` does; its last message. No message on the way has a term. */
async function messageOf(provider, where) {
  let message;
  let failure;
  provider.injectGetMessages(() => [{ role: 'user', content: '问' }]);
  const done = new Promise((resolve) => {
    provider.injectRequest({
      onUpdate(chunk, responseHeaders) {
        assertClean(chunk);
        message = provider.transformMessage({ originMessage: message, chunk, chunks: [], status: 'updating', responseHeaders });
        assertClean(message, where);
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
  return message;
}

test('Ant Design X: no message of a provider has a term, at any cut', async () => {
  const { guardedProvider } = await quickStart('interfaces.md', 'run-antd');
  const packs = [await pack()];
  for (const { term, text, pieces } of attacks()) {
    const guard = await guardOf({ packs, fetch: mockFetch({ text }, { cuts: () => pieces }) });
    const { content } = await messageOf(guardedProvider(guard, 'http://x.test/v1/chat/completions'), pieces.join('|'));
    assert.equal(content, finalOf(term, '\n\n'), pieces.join('|'));
  }
});

const deepSeek = (guard) => guardProvider(guard, new DeepSeekChatProvider({ request: XRequest('http://x.test/v1/chat/completions', { manual: true, params: { stream: true } }) }));

test('Ant Design X: nor has one that shows reasoning, in it or in the text', async () => {
  const packs = [await pack()];
  for (const { term, text, pieces } of attacks()) {
    for (const answer of [{ reasoning: text, text: '好' }, { reasoning: '想', text }]) {
      const guard = await guardOf({ packs, fetch: mockFetch(answer, { cuts: (whole) => whole === text ? pieces : [whole] }) });
      const { content } = await messageOf(deepSeek(guard), pieces.join('|'));
      assert.ok(content.includes(term === '赌博网站' ? MASKED : NOTICE), content);
      if (term === '撤回词语') assert.equal(content, NOTICE);
    }
  }
});

test('Ant Design X: an answer in one piece is guarded too, and a request with a fetch of its own is refused', async () => {
  const guard = await guardOf({ fetch: async () => Response.json({ id: 'a', object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: TEXTS[1] } }] }) });
  const { content } = await messageOf(deepSeek(guard));
  assert.ok(content.endsWith(NOTICE) && !content.includes('就这样'), content);
  const own = new OpenAIChatProvider({ request: XRequest('http://x.test', { manual: true, fetch: globalThis.fetch }) });
  assert.throws(() => guardProvider(guard, own), coded('guard/options'));
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

/** By interface: asks with a guard; `asked` is called when something is asked of a backend. */
const ASKING = {
  async 'assistant-ui'(guard, words, asked) {
    const { guardedModel } = await quickStart('interfaces.md', 'run-assistant-ui');
    const model = { async* run() { yield asked(); } };
    await guardedModel(guard, model).run({ messages: [{ role: 'user', content: [{ type: 'text', text: words }] }] }).next();
  },
  async 'deep-chat'(guard, words, asked) {
    const { guardConnect } = await import('tidegate/adapters/deep-chat');
    let failure;
    const { handler } = guardConnect(guard, async () => asked(), { error: (thrown) => { failure = thrown; return 'x'; } });
    await handler({ messages: [{ role: 'user', text: words }] }, { onOpen() {}, onClose() {}, onResponse: async () => {}, stopClicked: {} });
    throw failure;
  },
  async TDesign(guard, words, asked) {
    const { guardedService } = await quickStart('interfaces.md', 'run-tdesign');
    guardedService(guard, () => {}).onRequest({ prompt: words });
    asked();
  },
};
for (const [name, ask] of Object.entries(ASKING)) {
  test(`${name}: while the service is closed nothing is asked, and words for stopping are heard`, async () => {
    const asked = () => assert.fail('a backend is asked');
    const usage = { presets: ['cn_minor_mode_2024'], age: 12 };
    const night = await guardOf({ usage, host: memoryHost({ now: Date.UTC(2026, 2, 2, 15) }) });
    await assert.rejects(ask(night, '问', asked), coded('usage/closed'));
    const leaving = { ...POLICY, rules: [...POLICY.rules, { id: 'exit', risk: 'a4_privacy', action: 'flag', exit: true, terms: ['退出聊天'] }] };
    await assert.rejects(ask(await guardOf({ packs: [await pack(leaving)] }), '退出聊天', asked), coded('usage/exit'));
  });
}
