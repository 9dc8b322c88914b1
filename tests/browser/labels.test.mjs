/** `tidegate/labels` in a browser: what is copied, and which images are shown. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { ROOT } from './harness.mjs';
import { launchChromium } from './playwright.mjs';

const PIXEL = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>';
const HTML = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>t</title>
<p id="said">我说的话</p><article><p>模型<b>写的</b></p><p>第二段</p></article><textarea>框里的话</textarea><div id="images"></div>
<script type="module">import * as labels from '/pkg/labels.js'; window.labels = labels;</script>`;

let site;
let browser;
let page;
before(async () => {
  site = createServer(async ({ url }, to) => {
    if (url.startsWith('/image')) return to.writeHead(200, { 'content-type': 'image/svg+xml' }).end(PIXEL);
    const script = url.startsWith('/pkg/') ? await readFile(join(ROOT, url)).catch(() => '') : undefined;
    return to.writeHead(200, { 'content-type': script === undefined ? 'text/html' : 'text/javascript' }).end(script ?? HTML);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => site.once('listening', resolve));
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  site?.closeAllConnections();
  site?.close();
});
beforeEach(async () => {
  await page?.close();
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${site.address().port}`);
  await page.waitForFunction(() => window.labels);
});

/** What an application gets that is pasted into. */
async function copied(select) {
  return page.evaluate(async (code) => {
    new Function(code)();
    let data;
    // The last to hear of it.
    const listen = ({ clipboardData, defaultPrevented }) => { data = { isOurs: defaultPrevented, text: clipboardData.getData('text/plain'), html: clipboardData.getData('text/html') }; };
    window.addEventListener('copy', listen);
    document.execCommand('copy');
    window.removeEventListener('copy', listen);
    return data;
  }, select);
}
const selectNode = (selector) => `document.activeElement.blur(); getSelection().selectAllChildren(document.querySelector('${selector}'))`;

test('what is copied out of a message carries the label, as text and as HTML', async () => {
  await page.evaluate(() => { window.stop = window.labels.labelOnCopy(document, { messages: 'article' }); });
  const whole = await copied(selectNode('article'));
  assert.equal(whole.text, '模型写的\n\n第二段\n\n【内容由 AI 生成】');
  assert.equal(whole.html, '<p>模型<b>写的</b></p><p>第二段</p><p>【内容由 AI 生成】</p>');
  const part = await copied(selectNode('b'));
  assert.equal(part.text, '写的\n\n【内容由 AI 生成】');
  const across = await copied(selectNode('body'));
  assert.match(across.text, /我说的话[^]*【内容由 AI 生成】$/);
});

test('the user’s own words are copied as they are, and so is all after it was ended', async () => {
  await page.evaluate(() => { window.stop = window.labels.labelOnCopy(document.body, { messages: 'article', locale: 'en' }); });
  assert.deepEqual(await copied(selectNode('#said')), { isOurs: false, text: '', html: '' });
  assert.equal((await copied("const field = document.querySelector('textarea'); field.focus(); field.select()")).isOurs, false);
  assert.match((await copied(selectNode('article'))).text, /\[AI-generated content\]$/);
  await page.evaluate(() => window.stop());
  assert.equal((await copied(selectNode('article'))).isOurs, false);
});

/** Holds images; the page answers for each address by `window.answer(url, verdict)`. Notes what any frame shows. */
async function holding(options) {
  await page.evaluate((given) => {
    const waiting = new Map();
    window.asked = [];
    window.painted = new Set();
    window.answer = (url, verdict) => waiting.get(url)(verdict);
    const root = document.querySelector('#images');
    window.stop = window.labels.holdImages(root, ({ url, alt }) => {
      window.asked.push([url, alt]);
      return new Promise((resolve, reject) => {
        waiting.set(url, (verdict) => (verdict === 'fails' ? reject(new Error(verdict)) : resolve(verdict)));
      });
    }, given);
    const look = () => {
      for (const element of root.querySelectorAll('*')) {
        for (const name of ['src', 'srcset', 'poster', 'href', 'xlink:href']) if (element.hasAttribute(name)) window.painted.add(element.getAttribute(name));
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, options);
}
const put = (html) => page.evaluate((text) => { document.querySelector('#images').innerHTML = text; }, html);
const frames = () => page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))); }));
const seen = async () => {
  await frames();
  return page.evaluate(() => ({
    painted: [...window.painted].sort(), asked: window.asked, states: [...document.querySelectorAll('#images *')].map((one) => one.getAttribute('data-tidegate-held')),
  }));
};

test('an image is shown when its check has passed, and at no frame before', async () => {
  await holding();
  await put('<img src="/image/a" alt="甲"><picture><source srcset="/image/b"><img src="/image/c" srcset="/image/d 2x"></picture><video poster="/image/e"></video><svg><image href="/image/f"/></svg>');
  const before = await seen();
  assert.deepEqual(before.painted, []);
  assert.deepEqual(before.asked.map(([url]) => url).sort(), ['/image/a', '/image/b', '/image/c', '/image/d 2x', '/image/e', '/image/f']);
  assert.deepEqual(before.asked[0], ['/image/a', '甲']);
  await page.evaluate(() => window.answer('/image/a', true));
  assert.deepEqual((await seen()).painted, ['/image/a']);
  assert.equal(await page.evaluate(() => document.querySelector('img').decode().then(() => document.querySelector('img').naturalWidth)), 8);
});

test('an image of SVG under its older attribute is held, also when that is set later, and shown when it has passed', async () => {
  await holding();
  await put('<svg><image xlink:href="/image/a"/></svg>');
  const image = (code) => page.evaluate((text) => new Function('image', `return ${text}`)(document.querySelector('image')), code);
  const XLINK = 'http://www.w3.org/1999/xlink';
  assert.deepEqual((await seen()).painted, []);
  await page.evaluate(() => window.answer('/image/a', true));
  assert.deepEqual((await seen()).painted, ['/image/a']);
  assert.equal(await image(`image.getAttributeNS('${XLINK}', 'href')`), '/image/a');
  await image(`image.setAttributeNS('${XLINK}', 'xlink:href', '/image/b')`);
  const { painted, asked } = await seen();
  assert.deepEqual([painted, asked.map(([url]) => url)], [['/image/a'], ['/image/a', '/image/b']]);
});

test('an image that is refused, whose check fails or does not answer, or answers anything but true, is not shown', async () => {
  await holding();
  await put('<img src="/image/no"><img src="/image/fails"><img src="/image/yes"><img src="/image/waits">');
  await frames();
  await page.evaluate(() => { window.answer('/image/no', false); window.answer('/image/fails', 'fails'); window.answer('/image/yes', 'yes'); });
  const { painted, states } = await seen();
  assert.deepEqual([painted, states], [[], ['refused', 'refused', 'refused', 'checking']]);
});

test('another address in the same image is held anew, and one that has passed is shown at once', async () => {
  await holding();
  await put('<img src="/image/a">');
  await frames();
  await page.evaluate(() => window.answer('/image/a', true));
  await frames();
  await page.evaluate(() => { document.querySelector('img').src = '/image/b'; });
  assert.deepEqual((await seen()).painted, ['/image/a']);
  await page.evaluate(() => { document.querySelector('img').src = '/image/a'; window.answer('/image/b', true); });
  await frames();
  assert.equal(await page.evaluate(() => document.querySelector('img').getAttribute('src')), '/image/a');
  await put('<img src="/image/a">');
  const { asked, states } = await seen();
  assert.deepEqual([asked.length, states], [2, [null]]);
});

test('what is ignored is shown, and after the end nothing more is held nor released', async () => {
  await holding({ ignore: '.avatar' });
  await put('<img class="avatar" src="/image/me"><img src="/image/a">');
  assert.deepEqual((await seen()).painted, ['/image/me']);
  await page.evaluate(() => { window.stop(); window.answer('/image/a', true); });
  assert.deepEqual((await seen()).painted, ['/image/me']);
});
