/** Examples of docs/adapters that need a browser: plain DOM, and the real deep-chat, whose animation never shows a term. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { everyCut, expectNeverDisplayed } from 'tidegate/testing';
import { MASKED, POLICY, TEXTS, TERMS, pack } from '../adapters/hostile.mjs';
import { codeOf } from '../adapters/quick-start.mjs';
import { ROOT } from './harness.mjs';
import { launchChromium } from './playwright.mjs';

const HTML = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>t</title><body><script type="module" src="/app.js"></script>`;
const APP = `
import '/node_modules/deep-chat/dist/deepChat.bundle.js';
import { createGuard, init } from '/pkg/index.js';
${codeOf('interfaces.md', 'run-deep-chat')}
await init({ compiler: false });
const guard = await createGuard({ packs: [new Uint8Array(await (await fetch('/policy.pack')).arrayBuffer())] });
const chat = document.createElement('deep-chat');
const sourceOf = (pieces) => new ReadableStream({
  async pull(controller) {
    const piece = pieces.shift();
    if (piece === undefined) return controller.close();
    await new Promise((done) => setTimeout(done, 5));
    controller.enqueue(piece);
  },
}, { highWaterMark: 0 });
// Asked once more for each answer; the element keeps what it was given first.
let next;
const ask = async () => sourceOf(next.pieces);
const connects = { guarded: guardedConnect(guard, ask), raw: guardedConnect({ stream: () => new TransformStream() }, ask) };
chat.connect = {
  stream: true,
  async handler(body, signals) {
    await connects[next.by].handler(body, signals);
    next.done();
  },
};
window.ask = (pieces, by) => new Promise((done, fail) => {
  next = { pieces, by, done };
  setTimeout(() => fail(new Error('deep-chat does not ask')), 20_000);
  chat.submitUserMessage({ text: 'q' });
});
chat.onComponentRender = () => { document.documentElement.dataset.ready = ''; };
document.body.append(chat);
`;

/** The quick start, as a page without a bundler has it. */
const PLAIN = codeOf('dom.md', 'run').replace("'tidegate'", "'/pkg/index.js'");
const PAGES = { '/': HTML, '/app.js': APP, '/plain': '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>t</title><main></main><section></section>', '/plain.js': PLAIN };

let site;
let browser;
let url;
before(async () => {
  const bytes = Buffer.from(await pack());
  const types = { js: 'text/javascript', wasm: 'application/wasm' };
  site = createServer(async ({ url: path }, to) => {
    const body = PAGES[path] ?? (path === '/policy.pack' ? bytes : /^\/(pkg|node_modules\/deep-chat)\//.test(path) ? await readFile(join(ROOT, path)).catch(() => undefined) : undefined);
    if (body === undefined) return to.writeHead(404).end();
    return to.writeHead(200, { 'content-type': types[path.split('.').at(-1)] ?? 'text/html' }).end(body);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => site.once('listening', resolve));
  url = `http://127.0.0.1:${site.address().port}`;
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  site?.closeAllConnections();
  site?.close();
});

const SHOWN = { 赌博网站: MASKED, 终止词语: '内容已终止。', 撤回词语: '内容已终止。', killswitch: '内容已终止。' };

test('deep-chat shows no term at any moment, and the watch would see one', async () => {
  const page = await browser.newPage();
  const watch = await expectNeverDisplayed(page, POLICY, { messages: '.message-bubble' });
  await page.goto(url);
  await page.waitForFunction(() => 'ready' in document.documentElement.dataset);
  const text = () => page.evaluate(() => [...document.querySelector('deep-chat').shadowRoot.querySelectorAll('.message-bubble')].at(-1).textContent);
  for (const [index, whole] of TEXTS.entries()) {
    for (const pieces of [[...whole], [whole]]) {
      await page.evaluate((given) => window.ask(given, 'guarded'), pieces);
      await watch.check();
      assert.ok((await text()).includes(SHOWN[TERMS[index]]), `${TERMS[index]}: ${await text()}`);
      if (TERMS[index] === '撤回词语') assert.ok(!(await text()).includes('请看'), 'the whole answer is withdrawn');
    }
  }
  await page.evaluate((given) => window.ask(given, 'raw'), [...TEXTS[0]]);
  await assert.rejects(watch.check(), ({ code }) => code === 'testing/displayed');
  await page.close();
});

test('the quick start for plain DOM shows no term, and guards an interface that it does not know', async () => {
  const page = await browser.newPage();
  const watch = await expectNeverDisplayed(page, POLICY, { root: 'main' });
  await page.goto(`${url}/plain`);
  for (const [index, whole] of TEXTS.entries()) {
    for (const pieces of everyCut(whole)) {
      const shown = await page.evaluate(async (given) => {
        const { startGuard, showAnswer } = await import('/plain.js');
        window.guard ??= await startGuard();
        const element = document.createElement('p');
        document.querySelector('main').replaceChildren(element);
        const encoder = new TextEncoder();
        const body = new ReadableStream({
          pull(controller) {
            const piece = given.shift();
            if (piece === undefined) controller.close();
            else controller.enqueue(encoder.encode(piece));
          },
        });
        await showAnswer(window.guard, new Response(body), element);
        return element.textContent;
      }, pieces);
      assert.ok(shown.endsWith({ 赌博网站: `请看${MASKED}，就这样。` }[TERMS[index]] ?? '内容已终止。'), shown);
      if (TERMS[index] === '撤回词语') assert.equal(shown, '内容已终止。');
    }
    await watch.check();
  }
  await watch.stop();
  const painted = await expectNeverDisplayed(page, POLICY, { root: 'section', onlyPainted: true });
  await page.evaluate(async ([text]) => {
    const section = document.querySelector('section');
    section.textContent = '好';
    const detach = (await import('/plain.js')).guardInterface(window.guard, section);
    for (const char of text) {
      section.firstChild.appendData(char);
      await new Promise(requestAnimationFrame);
    }
    window.detach = detach;
  }, TEXTS);
  await painted.check();
  assert.equal(await page.evaluate(() => document.querySelector('section').textContent), `好请看${MASKED}，就这样。`);
  // What the page has goes through no more.
  await page.evaluate(([text]) => {
    window.detach();
    document.querySelector('section').textContent = text;
  }, TEXTS);
  await assert.rejects(painted.check(), ({ code }) => code === 'testing/displayed', 'the watch sees what is not guarded');
  await page.close();
});
