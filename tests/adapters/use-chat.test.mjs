/** `useChat` of the AI SDK in React, for `ai` 5, 6 and 7, in a page of happy-dom: no state of the page has a term, at any cut. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Window } from 'happy-dom';
import * as ai5 from 'ai5';
import * as ai6 from 'ai6';
import * as ai7 from 'ai7';
import { guardTransport } from 'tidegate/adapters/ai-sdk';
import { MASKED, TEXTS, assertClean, attacks, guardOf } from './hostile.mjs';

const window = new Window();
Object.assign(globalThis, { window, document: window.document });
// Node 21 has one of its own.
globalThis.navigator ??= window.navigator;
globalThis.IS_REACT_ACT_ENVIRONMENT = true;
const { act, createElement } = await import('react');
const { createRoot } = await import('react-dom/client');
after(() => window.close());

const SDKS = [['5', ai5, await import('ai-react5')], ['6', ai6, await import('ai-react6')], ['7', ai7, await import('ai-react7')]];
const sse = (chunks) => chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');

/** A page with one chat, and what its server answers next. */
async function chatPage({ DefaultChatTransport }, { useChat }) {
  const server = {};
  const transport = guardTransport(await guardOf(), new DefaultChatTransport({ api: 'https://x.test', fetch: async () => server.answer() }));
  let chat;
  function Chat() {
    chat = useChat({ transport, onError: () => {} });
    return chat.messages.map(({ id, role, parts }) => createElement('p', { key: id, className: role }, parts.map(({ text = '' }) => text)));
  }
  const place = window.document.createElement('div');
  window.document.body.append(place);
  const root = createRoot(place);
  await act(async () => root.render(createElement(Chat)));
  const observer = new window.MutationObserver(() => assertClean(place.innerHTML));
  observer.observe(place, { childList: true, characterData: true, subtree: true });
  return {
    server,
    /** Asks in a chat that is empty. */
    async ask() {
      await act(async () => chat.setMessages([]));
      await act(async () => chat.sendMessage({ text: '问' }));
      assertClean(chat.messages);
      return { text: [...place.querySelectorAll('.assistant')].at(-1)?.textContent ?? '', status: chat.status };
    },
    /** Asks, and stops once `text` is drawn. */
    async stopAt(text) {
      await act(async () => void chat.sendMessage({ text: '问' }));
      for (let turn = 0; !place.textContent.includes(text) && turn < 100; turn += 1) await act(() => new Promise(setImmediate));
      await act(async () => chat.stop());
      return [...place.querySelectorAll('.assistant')].at(-1).textContent;
    },
    leave: () => act(async () => root.unmount()),
  };
}

const answers = { text: (id, pieces) => textOf('text', id, pieces), reasoning: (id, pieces) => textOf('reasoning', id, pieces) };
function textOf(type, id, pieces) {
  return [{ type: 'start', messageId: id }, { type: `${type}-start`, id: '1' }, ...pieces.map((delta) => ({ type: `${type}-delta`, id: '1', delta }))];
}
const END = (type) => [{ type: `${type}-end`, id: '1' }, { type: 'finish' }];
const streamed = (body) => new Response(body, { headers: { 'content-type': 'text/event-stream' } });

for (const [version, sdk, react] of SDKS) {
  test(`ai ${version}: no state of a page has a term, in text or reasoning, at any cut`, async () => {
    const { server, ask, leave } = await chatPage(sdk, react);
    let count = 0;
    for (const { term, pieces } of attacks()) {
      for (const [type, begin] of Object.entries(answers)) {
        count += 1;
        server.answer = () => streamed(sse([...begin(`m-${count}`, pieces), ...END(type)]));
        const { text, status } = await ask();
        const where = `${type} ${pieces.join('|')}: ${text}`;
        assert.equal(status, 'ready', where);
        if (term === '赌博网站') assert.equal(text, `请看${MASKED}，就这样。`, where);
        else assert.ok(!text.includes('就这样'), where);
      }
    }
    await leave();
  });

  test(`ai ${version}: nothing that is held is drawn once the user has stopped the answer`, async () => {
    const { server, stopAt, leave } = await chatPage(sdk, react);
    const begun = new TextEncoder().encode(sse(answers.text('m', [...TEXTS[0].slice(0, 4)])));
    server.answer = () => streamed(new ReadableStream({ start: (controller) => controller.enqueue(begun) }));
    const text = await stopAt('请看');
    assert.equal(text, '请看');
    await leave();
  });
}
