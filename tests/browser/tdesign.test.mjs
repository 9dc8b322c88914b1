/**
 * The example for TDesign Chat, with the real packages for React and Vue: their chat never shows a term, in whatever content
 * it comes. `package.json` has a small package in place of those that they depend on and that a chat does not need.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { expectNeverDisplayed } from 'tidegate/testing';
import { MASKED, POLICY, TEXTS, TERMS, cuts, pack } from '../adapters/hostile.mjs';
import { codeOf } from '../adapters/quick-start.mjs';
import { ROOT, until } from './harness.mjs';
import { Site } from './site.mjs';

const htmlOf = (app) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>t</title><main></main><script type="module" src="${app}"></script>`;
/** How the chat of each package is put into the page, in place of one before. */
const DRAWS = {
  react: `
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { ChatBot } from '@tdesign-react/chat';
const root = createRoot(document.querySelector('main'));
const draw = (isGuarded, chatServiceConfig) => root.render(createElement(ChatBot, { key: String(isGuarded), chatServiceConfig, defaultMessages: [] }));
`,
  vue: `
import { createApp, h } from 'vue';
import { Chatbot } from '@tdesign-vue-next/chat/es/chatbot/index.mjs';
let app;
const draw = (isGuarded, chatServiceConfig) => {
  app?.unmount();
  app = createApp({ render: () => h(Chatbot, { chatServiceConfig, defaultMessages: [] }) });
  app.mount('main');
};
`,
};
const appOf = (name) => `
${DRAWS[name]}
import { createGuard, init } from 'tidegate';
${codeOf('interfaces.md', 'run-tdesign')}
await init({ compiler: false });
const guard = await createGuard({ packs: [new Uint8Array(await (await fetch('/policy.pack')).arrayBuffer())] });
let chat;
const guarded = guardedService(guard, () => chat);
const raw = { ...guarded, onMessage: ({ data }) => data === '[DONE]' ? null : data, onRequest: () => ({ method: 'POST' }) };
const frame = () => new Promise(requestAnimationFrame);
/** A new chat, guarded or not. */
window.open = async (isGuarded) => {
  const before = document.querySelector('main t-chatbot');
  draw(isGuarded, isGuarded ? guarded : raw);
  do {
    await frame();
    chat = document.querySelector('main t-chatbot');
  } while (chat === before || !chat?.isChatEngineReady);
};
const last = () => chat.chatMessageValue.at(-1);
/** All that is drawn in the last answer. */
function textOf(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.localName === 'style') return '';
  return [...node.shadowRoot?.childNodes ?? [], ...node.childNodes].map(textOf).join('');
}
/** Asks, and, once this much is there and the server has sent all, ends the answer in this way. */
window.ask = async (seen, end) => {
  chat.clearMessages();
  await chat.sendUserMessage({ prompt: 'q' });
  if (seen) {
    while (!JSON.stringify(last()?.content ?? '').includes(seen)) await frame();
    await fetch('/sent');
    await frame();
    if (end === 'stopped') await chat.abortChat();
    else await fetch('/' + end);
  }
  while (['pending', 'streaming'].includes(last()?.status ?? 'pending')) await frame();
  await frame();
  return { status: last().status, content: last().content, drawn: textOf(document.querySelector('main')) };
};
document.documentElement.dataset.ready = '';
`;

let site;
let page;
let url;
/** What the server answers. */
let contents;
let isWhole;
let closed = 0;
let allSent;
/** How an answer that is not whole ends, when the page says so: in order, but without the last event, or broken off. */
const ends = { '/cut': () => {}, '/broken': () => {} };

async function bundle(name) {
  const { outputFiles: [app] } = await build({
    stdin: { contents: appOf(name), resolveDir: ROOT }, bundle: true, write: false, format: 'esm', target: 'es2022', define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'error',
    plugins: [{
      name: 'package',
      setup: ({ onResolve }) => onResolve({ filter: /^tidegate(\/|$)/ }, ({ path }) => ({ path: `/pkg${path === 'tidegate' ? '/index' : path.slice('tidegate'.length)}.js`, external: true })),
    }],
  });
  return app.text;
}

before(async () => {
  const pages = { '/policy.pack': Buffer.from(await pack()), '/sent': '', '/cut': '', '/broken': '' };
  for (const name of Object.keys(DRAWS)) Object.assign(pages, { [`/${name}`]: htmlOf(`/${name}.js`), [`/${name}.js`]: await bundle(name) });
  site = await Site.open(pages, ['/pkg/'], async (from, to) => {
    if (from.method === 'POST') {
      await reply(to);
      return true;
    }
    if (from.url === '/sent') await allSent;
    ends[from.url]?.();
    return false;
  });
  ({ page, url } = site);
});
after(() => site?.close());

/** Opens a page with a guarded chat. */
async function open(name) {
  await page.driver.get(`${url}/${name}`);
  await until('the page is there', () => page.run('return "ready" in document.documentElement.dataset'));
  await inPage('await window.open(true)');
}

/** Sends each content by itself, so that the page may draw between them. */
async function reply(to) {
  Object.assign(ends, { '/cut': () => to.end(), '/broken': () => to.destroy() });
  to.once('close', () => { closed += 1; });
  to.writeHead(200, { 'content-type': 'text/event-stream' });
  let sent;
  allSent = new Promise((resolve) => { sent = resolve; });
  for (const content of contents) {
    to.write(`data: ${JSON.stringify(content)}\n\n`);
    await new Promise((done) => setImmediate(done));
  }
  sent();
  if (isWhole) to.end('data: [DONE]\n\n');
}

const inPage = (code, ...values) => site.run(code, ...values);

/** Asks for these contents; without `end`, for a whole answer, else for one that ends so once `请看` is there. */
async function ask(given, end) {
  contents = given;
  isWhole = end === undefined;
  return inPage('return window.ask(...given)', end ? '请看' : null, end ?? null);
}

const NOTICE = '内容已终止。';
const growing = {
  markdown: (data) => ({ type: 'markdown', data }),
  text: (data) => ({ type: 'text', data }),
  thinking: (text) => ({ type: 'thinking', data: { title: '想', text } }),
};
/** Contents that are given whole, and those that do not go on. */
const whole = {
  title: (title) => ({ type: 'thinking', data: { title, text: '好' } }),
  search: (title) => ({ type: 'search', data: { title, references: [{ title, content: title, url: 'https://x.test/' }] } }),
  suggestion: (title) => ({ type: 'suggestion', data: [{ title, prompt: title }] }),
};
const dropped = (text) => [
  { type: 'toolcall', data: { toolCallId: '1', toolCallName: text, args: text, result: text } },
  { type: 'activity', data: { activityType: text, content: { text } } },
  { type: 'image', data: { name: text, url: 'data:,' } },
  { type: 'reasoning', data: [{ type: 'text', data: text }] },
];

for (const name of Object.keys(DRAWS)) {
  test(`TDesign Chat shows no term at any moment, in any content, at any cut, and the watch would see one: ${name}`, async () => {
    await open(name);
    const watch = await expectNeverDisplayed(page.driver, POLICY, { root: 'main' });
    for (const [index, text] of TEXTS.entries()) {
      const term = TERMS[index];
      for (const [type, content] of Object.entries(growing)) {
        // Those of the others: tests/adapters/tdesign.test.mjs.
        for (const pieces of type === 'markdown' ? cuts(text) : [[...text]]) {
          const { status, drawn } = await ask([...dropped(text), ...pieces.map(content)]);
          const where = `${type} ${pieces.join('|')}: ${drawn}`;
          if (term === '赌博网站') assert.ok(status === 'complete' && drawn.includes(MASKED) && drawn.includes('就这样'), where);
          else assert.ok(drawn.includes(NOTICE) && !drawn.includes('就这样'), where);
          if (term === '撤回词语') assert.ok(!drawn.includes('请看'), `the whole answer is withdrawn: ${where}`);
        }
      }
      for (const [type, content] of Object.entries(whole)) {
        const { drawn } = await ask([growing.markdown('好'), content(text)]);
        assert.ok(drawn.includes(term === '赌博网站' ? MASKED : NOTICE), `${type}: ${drawn}`);
      }
      const { texts, mutations } = await watch.check();
      assert.ok(texts > 0 && mutations > 0, 'it was awake');
    }
    await inPage('await window.open(false)');
    await ask([growing.markdown(TEXTS[0])]);
    await assert.rejects(watch.check(), ({ code }) => code === 'testing/displayed');
    await watch.stop();
  });

  test(`TDesign Chat shows nothing that is held of an answer that breaks, ends without its last event, or is stopped: ${name}`, async () => {
    await open(name);
    const watch = await expectNeverDisplayed(page.driver, ['赌', '终', '撤'], { root: 'main' });
    for (const [index, text] of TEXTS.entries()) {
      const begun = [...text.slice(0, text.indexOf(TERMS[index]) + 2)].map(growing.markdown);
      for (const end of ['broken', 'cut', 'stopped']) {
        const { drawn } = await ask(begun, end);
        assert.ok(drawn.includes('请看') && !drawn.includes(TERMS[index].slice(0, 2)), `${end}: ${drawn}`);
      }
      await watch.check();
    }
    await watch.stop();
  });

  test(`an answer that the policy ends is asked for no longer: ${name}`, async () => {
    await open(name);
    const before = closed;
    contents = [growing.markdown(TEXTS[1])];
    isWhole = false;
    const { drawn } = await inPage('return window.ask()');
    assert.ok(drawn.includes(NOTICE), drawn);
    await until('the request is closed', () => closed > before, 5_000);
  });
}
