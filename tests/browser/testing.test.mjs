/** `expectNeverDisplayed` in a real browser, driven by Playwright and by Selenium: what it sees, and what it leaves alone. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { expectNeverDisplayed } from 'tidegate/testing';
import { startMockServer } from 'tidegate/testing/server';
import { POLICY, coded, pack } from '../node/support.mjs';
import { Page, ROOT } from './harness.mjs';
import { launchChromium } from './playwright.mjs';

const TERM = '赌博网站';
const TEXT = `请看🙂${TERM}，就这样。`;
const displayed = ({ code }) => code === 'testing/displayed';
/** What the demo has too: nothing inline, and WebAssembly only. */
const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src *";

/** Shows what it asks for, raw or guarded. */
const APP = (isGuarded) => `
import { createGuard, init } from '/pkg/index.js';
await init({ compiler: false });
const bytes = await (await fetch('/policy.pack')).arrayBuffer();
const guard = await createGuard({ packs: [new Uint8Array(bytes)] });
const ask = ${isGuarded ? 'guard.fetch' : 'fetch'};
window.ask = async (base) => {
  const { body } = await ask(base + '/v1/chat/completions', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"messages":[]}' });
  const answer = document.createElement('p');
  document.querySelector('main').append(answer);
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\\n\\n');
    rest = lines.pop();
    for (const line of lines) if (line.startsWith('data: {')) answer.append(JSON.parse(line.slice(6)).choices[0].delta.content ?? '');
  }
  return answer.textContent;
};
document.documentElement.dataset.ready = '';
`;
const HTML = (script) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>t</title><body><main>好</main>
<form><input id="field"></form>${script}`;

let site;
let url;
let browser;
let selenium;
before(async () => {
  const files = {
    '/': HTML(''), '/raw': HTML('<script type="module" src="/raw.js"></script>'), '/guarded': HTML('<script type="module" src="/guarded.js"></script>'),
    '/raw.js': APP(false), '/guarded.js': APP(true), '/policy.pack': Buffer.from(await pack()),
  };
  const types = { js: 'text/javascript', wasm: 'application/wasm', pack: 'application/octet-stream' };
  site = createServer(async ({ url: path }, to) => {
    const body = path.startsWith('/pkg/') ? await readFile(join(ROOT, path)).catch(() => undefined) : files[path];
    if (body === undefined) return to.writeHead(404).end();
    return to.writeHead(200, { 'content-type': types[path.split('.')[1]] ?? 'text/html', 'content-security-policy': CSP }).end(body);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => site.once('listening', resolve));
  url = `http://127.0.0.1:${site.address().port}`;
  browser = await launchChromium();
  selenium = await Page.start();
});
after(async () => {
  await browser?.close();
  await selenium?.dispose();
  site?.closeAllConnections();
  site?.close();
});

/** The two drivers, as the tests use them. */
const DRIVERS = {
  async Playwright() {
    const page = await browser.newPage();
    return { target: page, open: (path) => page.goto(url + path), run: (code) => page.evaluate(`(async () => { ${code} })()`), close: () => page.close() };
  },
  async Selenium() {
    const { driver } = selenium;
    return { target: driver, open: (path) => driver.get(url + path), run: (code) => driver.executeScript(`return (async () => { ${code} })()`), close: async () => {} };
  },
};
/** A page that is watched from before its first script. */
async function watched(t, options, forbidden = POLICY, start = DRIVERS.Playwright) {
  const page = await start();
  const watch = await expectNeverDisplayed(page.target, forbidden, options);
  t.after(async () => {
    await watch.stop();
    await page.close();
  });
  await page.open('/');
  await watch.check();
  return { ...page, watch };
}

for (const [name, start] of Object.entries(DRIVERS)) {
  describe(name, () => {
    /** How a term may be displayed, each in its own way. */
    const FLASHES = {
      'for good': `document.querySelector('main').textContent = '${TEXT}'`,
      'in and out within a task': `const p = document.createElement('p'); p.textContent = '${TEXT}'; document.body.append(p); p.remove()`,
      'and overwritten within a task': `const [t] = [document.createTextNode('${TEXT}')]; document.body.append(t); t.data = ''`,
      'over several nodes': `document.querySelector('main').innerHTML = '<b>赌</b><i>博<u>网</u></i>站'`,
      'with separators': `document.querySelector('main').textContent = '赌 博-网站'`,
      'in an attribute': `document.body.setAttribute('aria-label', '${TEXT}')`,
      'in an attribute, for a moment': `document.body.title = '${TEXT}'; document.body.title = ''`,
      'in the title': `document.title = '${TEXT}'`,
      'in a field': `document.querySelector('input').value = '${TEXT}'`,
      'in a shadow root': `document.querySelector('main').attachShadow({ mode: 'open' }).innerHTML = '<p>${TEXT}</p>'`,
      'in a closed shadow root': `const root = document.querySelector('main').attachShadow({ mode: 'closed' }); root.innerHTML = '<p>${TEXT}</p>'`,
      'in a frame of the page': `const frame = document.createElement('iframe'); frame.src = '/'; document.body.append(frame);
        await new Promise((done) => { frame.onload = done; }); frame.contentDocument.body.append('${TEXT}')`,
    };
    test('a term is seen however it is displayed', async (t) => {
      const { watch, open, run } = await watched(t, {}, POLICY, start);
      for (const [how, code] of Object.entries(FLASHES)) {
        await open('/');
        await watch.check();
        await run(code);
        await assert.rejects(watch.check(), displayed, how);
        if (!how.includes('for good')) continue;
        // What is there is told once, perhaps again as painted, and once more when it is taken away.
        let isTold = false;
        for (let tries = 0; !isTold && tries < 5; tries += 1) isTold = await watch.check().then(() => true, () => false);
        assert.ok(isTold, how);
        await run("document.querySelector('main').textContent = '好'");
        await assert.rejects(watch.check(), displayed, 'taken away');
        await watch.check();
      }
    });

    test('a stream that is shown raw is caught however it is cut, a guarded one never', async (t) => {
      const { watch, open, run } = await watched(t, { root: 'main' }, POLICY, start);
      for (const [path, isGuarded] of [['/raw', false], ['/guarded', true]]) {
        await open(path);
        await run('while (!("ready" in document.documentElement.dataset)) await new Promise(requestAnimationFrame);');
        for (const options of [{ cuts: 'chars' }, { cuts: 'units' }, { cuts: 'random', wire: 'random' }]) {
          const server = await startMockServer({ text: TEXT }, options);
          const shown = await run(`return window.ask('${server.url}')`);
          await server.close();
          if (isGuarded) {
            assert.equal(shown, TEXT.replace(TERM, '＊＊＊＊'));
            const { texts, frames, mutations } = await watch.check();
            assert.ok(texts > 0 && frames >= 2 && mutations > 0, 'it was awake');
          } else {
            assert.equal(shown, TEXT);
            await assert.rejects(watch.check(), displayed, options.cuts);
            await run("document.querySelector('main').textContent = '好'");
            await watch.check().catch(() => {});
          }
        }
      }
    });

    test('a root, what is ignored, and what is not laid out are left alone', async (t) => {
      const { watch, run } = await watched(t, { root: 'main', ignore: '.mine' }, POLICY, start);
      await run(`document.querySelector('main').innerHTML = '<p>好</p><p class="mine"></p>'; document.querySelector('.mine').textContent = '${TEXT}';
        document.body.append('${TEXT}')`);
      await watch.check();
    });
  });
}

test('words of different paragraphs are not read as one, unless they are one message', async (t) => {
  const code = "document.querySelector('main').innerHTML = '<article><p>去赌博</p><p>网站看</p></article>'";
  for (const [messages, isSeen] of [[undefined, false], ['article', true]]) {
    const { watch, run } = await watched(t, messages ? { messages } : {});
    await run(code);
    if (isSeen) await assert.rejects(watch.check(), displayed);
    else await watch.check();
  }
});

test('with onlyPainted, what is taken out before a frame does not count, and what is drawn does', async (t) => {
  const { watch, run } = await watched(t, { onlyPainted: true });
  await run(`const p = document.createElement('p'); p.textContent = '${TEXT}'; document.body.append(p); p.remove();
    document.querySelector('main').innerHTML = '<p>好</p><p hidden>${TEXT}</p>'`);
  await watch.check();
  await run("document.querySelector('[hidden]').hidden = false");
  await assert.rejects(watch.check(), (error) => displayed(error) && error.hits[0].isPainted);
});

test('a locator is a root', async (t) => {
  const page = await browser.newPage();
  t.after(() => page.close());
  await page.goto(url);
  await page.evaluate("document.querySelector('main').textContent = '好'");
  const watch = await expectNeverDisplayed(page.locator('main'), [TERM]);
  await page.evaluate(`document.body.append('${TEXT}')`);
  await watch.check();
  await page.evaluate(`document.querySelector('main').textContent = '${TEXT}'`);
  await assert.rejects(watch.check(), displayed);
});

test('an element of Selenium is a root, and a document opened after it is not taken for seen', async () => {
  const { driver } = selenium;
  await driver.get(url);
  await driver.executeScript("document.querySelector('main').textContent = '好'");
  const watch = await expectNeverDisplayed(await selenium.find('main'), [TERM]);
  await driver.executeScript(`document.body.append('${TEXT}')`);
  await watch.check();
  await driver.get(`${url}/raw`);
  await assert.rejects(watch.check(), coded('testing/gone'));
});
