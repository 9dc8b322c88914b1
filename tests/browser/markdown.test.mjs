/** Rendering never joins what the raw text keeps apart, and never runs what a model wrote. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Collector, Page } from './harness.mjs';

/** A term that the starter policy masks. */
const TERM = '在线赌场';

/** Each would show the term if Markdown or HTML were rendered as usual. */
const JOINERS = {
  'a decimal entity': '去在线&#36172;场吧。',
  'a hexadecimal entity': '去在线&#x8d4c;场吧。',
  'a named invisible entity': '去在线&ZeroWidthSpace;赌场吧。',
  'a tag': '去在线<b>x</b>赌场，在线<span hidden>不是</span>赌场。',
  'a comment': '去在线<!-- 不是 -->赌场吧。',
  'a block of html': '<div>去在线<i title="不是"></i>赌场</div>',
  'a link': '去[在线](https://example.com/a)赌场吧。',
  'a link with a title': '去[在线](https://example.com/a "不是")赌场吧。',
  'a reference link': '去[在线][one]赌场吧。\n\n[one]: https://example.com/a',
  'a hidden definition': '去在线\n\n[one]: https://example.com/a\n赌场吧。',
  'a link that is not of the web': '去[在线](javascript:alert(1))赌场吧。',
  'an image': '去在线![不是](https://example.com/a.png)赌场吧。',
  'an entity in a heading': '# 在线&#36172;场',
  'an entity in a table': '| 名 | 字 |\n|---|---|\n| 在线&#36172;场 | 甲 |',
  'an entity in a list': '- 在线&#36172;场\n- 乙',
};

let collector;
let page;
before(async () => {
  const play = [
    ...Object.entries(JOINERS).map(([id, answer]) => ({ id, locale: 'zh-CN', keywords: [], prompt: id, answer })),
    {
      id: 'active content', locale: 'en', keywords: [], prompt: 'active content',
      answer: [
        '<script>window.__ran = 1</script>', '<img src=x onerror="window.__ran = 2">', '[link](javascript:window.__ran=3)',
        '<svg onload="window.__ran = 4"></svg>', '<iframe src="https://example.com"></iframe>', '<p style="color: red">red</p>',
        '![pixel](https://example.com/pixel.png)', '<a href="data:text/html,x">data</a>', '<form action="/v1/reports"><button>go</button></form>',
      ].join('\n\n'),
    },
    {
      id: 'plain', locale: 'en', keywords: [], prompt: 'plain',
      answer: '# One\n\n**bold** `a < b` [here](https://example.com/x)\n\n- [x] done\n\n```ts\nconst a = 1 && 2;\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |',
    },
  ];
  collector = await Collector.start({ play });
  page = await Page.start();
});
after(async () => {
  await page?.dispose();
  await collector?.dispose();
});

describe('a forbidden term is not put together by', () => {
  for (const id of Object.keys(JOINERS)) {
    test(id, async () => {
      await page.openReady(collector.url, '?lang=zh-CN&age=adult', [TERM]);
      const answer = await page.ask(id);
      assert.equal(answer.end, 'finished');
      assert.deepEqual((await page.seen()).hits, []);
      assert.match(answer.shown, /在线|＊/, 'the rest of the answer is shown');
    });
  }
});

test('what_a_model_writes_is_never_run_or_loaded', async () => {
  await page.openReady(collector.url, '?lang=en&age=adult');
  await page.ask('active content');
  const { violations } = await page.seen();
  assert.equal(await page.run('return window.__ran'), null);
  assert.equal(await page.count('.prose :is(script, img, svg, iframe, form, button, input, style, [style], [onerror])'), 0);
  assert.equal(await page.count('.prose a:not([href^="https://"], [href^="http://"], [href^="mailto:"])'), 0);
  assert.deepEqual(violations, []);
});

test('ordinary_markdown_is_rendered', async () => {
  await page.openReady(collector.url, '?lang=en&age=adult');
  const { shown } = await page.ask('plain');
  for (const [selector, text] of [
    ['h1', 'One'], ['strong', 'bold'], ['p code', 'a < b'], ['a[href="https://example.com/x"]', 'here'],
    ['pre code', 'const a = 1 && 2;'], ['td[align=right]', '2'], ['.code-lang', 'ts'], ['li', '☑ done'],
  ]) {
    assert.equal((await page.text(`.prose ${selector}`)).trim(), text, selector);
  }
  assert.match(shown, /here \(https:\/\/example\.com\/x\)/, 'link targets are visible');
});
