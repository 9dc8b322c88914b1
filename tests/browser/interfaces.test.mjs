/** Examples of docs/adapters that need a browser: plain DOM, and the real deep-chat, whose animation never shows a term. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { everyCut, expectNeverDisplayed } from 'tidegate/testing';
import { MASKED, POLICY, TEXTS, TERMS, cuts, pack } from '../adapters/hostile.mjs';
import { codeOf } from '../adapters/quick-start.mjs';
import { until } from './harness.mjs';
import { Site } from './site.mjs';

const HTML = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>t</title><body><script type="module" src="/app.js"></script>';
const APP = `
import '/node_modules/deep-chat/dist/deepChat.bundle.js';
import { createGuard, init } from '/pkg/index.js';
${codeOf('interfaces.md', 'run-deep-chat').replace("'tidegate/adapters/deep-chat'", "'/pkg/adapters/deep-chat.js'")}
await init({ compiler: false });
const guard = await createGuard({ packs: [new Uint8Array(await (await fetch('/policy.pack')).arrayBuffer())] });
const chat = document.createElement('deep-chat');
/** Pieces, then the end: 'done', 'broken', or 'never', which only an abort ends. */
const sourceOf = ({ pieces, end }) => new ReadableStream({
  async pull(controller) {
    const piece = pieces.shift();
    await new Promise((done) => setTimeout(done, 1));
    if (piece !== undefined) controller.enqueue(piece);
    else if (end === 'done') controller.close();
    else if (end === 'broken') controller.error(new Error('network'));
    else {
      window.isWaiting = true;
      await new Promise(() => {});
    }
  },
}, { highWaterMark: 0 });
// Asked once more for each answer; the element keeps what it was given first.
let next;
const ask = async () => sourceOf(next);
const connects = { guarded: guardedConnect(guard, ask), raw: guardedConnect({ stream: () => new TransformStream(), check() {}, usage: new EventTarget() }, ask) };
chat.connect = {
  stream: true,
  async handler(body, signals) {
    window.isWaiting = false;
    window.stop = () => signals.stopClicked.listener();
    await connects[next.by].handler(body, signals);
    next.done();
  },
};
window.ask = (pieces, by, end) => new Promise((done, fail) => {
  next = { pieces, by, end, done };
  setTimeout(() => fail(new Error('deep-chat does not ask')), 20_000);
  chat.submitUserMessage({ text: 'q' });
});
window.shown = () => [...chat.shadowRoot.querySelectorAll('.message-bubble')].at(-1).textContent;
chat.onComponentRender = () => { document.documentElement.dataset.ready = ''; };
document.body.append(chat);
`;

/** The quick start, as a page without a bundler has it. */
const PLAIN = codeOf('dom.md', 'run').replace("'tidegate'", "'/pkg/index.js'");
const PAGES = { '/': HTML, '/app.js': APP, '/plain': '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>t</title><main>好</main><section></section>', '/plain.js': PLAIN };

let site;
let page;
let url;
before(async () => {
  site = await Site.open({ ...PAGES, '/policy.pack': Buffer.from(await pack()) }, ['/pkg/', '/node_modules/deep-chat/']);
  ({ page, url } = site);
});
after(() => site?.close());

const inPage = (code, ...values) => site.run(code, ...values);

const SHOWN = { 赌博网站: MASKED, 终止词语: '内容已终止。', 撤回词语: '内容已终止。', killswitch: '内容已终止。' };

test('deep-chat shows no term at any moment, at any cut, and the watch would see one', async () => {
  await page.driver.get(url);
  await until('deep-chat is drawn', () => page.run('return "ready" in document.documentElement.dataset'));
  const watch = await expectNeverDisplayed(page.driver, POLICY, { messages: '.message-bubble' });
  const ask = (pieces, by, end) => inPage('await window.ask(...given); return window.shown();', pieces, by, end);
  for (const [index, whole] of TEXTS.entries()) {
    for (const pieces of cuts(whole)) {
      const shown = await ask(pieces, 'guarded', 'done');
      assert.ok(shown.includes(SHOWN[TERMS[index]]), `${pieces.join('|')}: ${shown}`);
      if (TERMS[index] === '撤回词语') assert.ok(!shown.includes('请看'), 'the whole answer is withdrawn');
    }
    // Broken off in the middle of the term: what is held is not shown.
    const begun = whole.slice(0, whole.indexOf(TERMS[index]) + 2);
    const shown = await ask([...begun], 'guarded', 'broken');
    assert.ok(!shown.includes(TERMS[index].charAt(0)), shown);
    const { texts, mutations } = await watch.check();
    assert.ok(texts > 0 && mutations > 0, 'it was awake');
  }
  await ask([...TEXTS[0]], 'raw', 'done');
  await assert.rejects(watch.check(), ({ code }) => code === 'testing/displayed');
  await watch.stop();
});

test('deep-chat shows nothing that is held once the user has stopped the answer', async () => {
  await page.driver.get(url);
  await until('deep-chat is drawn', () => page.run('return "ready" in document.documentElement.dataset'));
  const watch = await expectNeverDisplayed(page.driver, ['赌博', POLICY.rules[0].terms[0]], { messages: '.message-bubble' });
  const shown = await inPage(`const asked = window.ask(...given);
    while (!window.isWaiting) await new Promise(requestAnimationFrame);
    window.stop();
    await asked;
    return window.shown();`, [...'请看赌博'], 'guarded', 'never');
  await watch.check();
  assert.ok(shown.includes('请看') && !shown.includes('赌'), shown);
  await watch.stop();
});

test('the quick start for plain DOM shows no term, and guards an interface that it does not know', async () => {
  await page.driver.get(`${url}/plain`);
  const watch = await expectNeverDisplayed(page.driver, POLICY, { root: 'main' });
  for (const [index, whole] of TEXTS.entries()) {
    const answers = await inPage(`const { startGuard, showAnswer } = await import('/plain.js');
      window.guard ??= await startGuard();
      const shown = [];
      for (const pieces of given[0]) {
        const element = document.createElement('p');
        document.querySelector('main').replaceChildren(element);
        const encoder = new TextEncoder();
        const body = new ReadableStream({
          pull(controller) {
            const piece = pieces.shift();
            if (piece === undefined) controller.close();
            else controller.enqueue(encoder.encode(piece));
          },
        });
        await showAnswer(window.guard, new Response(body), element);
        shown.push(element.textContent);
      }
      return shown;`, [...everyCut(whole)]);
    for (const shown of answers) {
      assert.ok(shown.endsWith({ 赌博网站: `请看${MASKED}，就这样。` }[TERMS[index]] ?? '内容已终止。'), shown);
      if (TERMS[index] === '撤回词语') assert.equal(shown, '内容已终止。');
    }
    await watch.check();
  }
  await watch.stop();
  const painted = await expectNeverDisplayed(page.driver, POLICY, { root: 'section', onlyPainted: true });
  await inPage(`const section = document.querySelector('section');
    section.textContent = '好';
    const detach = (await import('/plain.js')).guardInterface(window.guard, section);
    for (const char of given[0]) {
      section.firstChild.appendData(char);
      await new Promise(requestAnimationFrame);
    }
    window.detach = detach;`, TEXTS[0]);
  await painted.check();
  assert.equal(await page.run("return document.querySelector('section').textContent"), `好请看${MASKED}，就这样。`);
  // What the page has goes through no more.
  await page.run(`window.detach();
    document.querySelector('section').textContent = arguments[0];`, TEXTS[0]);
  await assert.rejects(painted.check(), ({ code }) => code === 'testing/displayed', 'the watch sees what is not guarded');
  await painted.stop();
});
