/** The playground against the same package in Node. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { Key } from 'selenium-webdriver';
import { compilePolicy, createGuard, init, memoryHost } from 'tidegate';
import { parse } from 'yaml';
import { CHROMIUM_ONLY, Collector, Page, until } from './harness.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const MARKUP = '<img src=x onerror="window.ran = true"><script>window.ran = true</script>';
const CUTS = ['whole', 'character', 'random', 'hand'];
let collector;
let page;

before(async () => {
  collector = await Collector.start();
  page = await Page.start();
  await init();
});
after(async () => {
  await page?.dispose();
  await collector?.dispose();
});

const runs = () => page.run('return Number(document.documentElement.dataset.runs ?? 0)');
const state = () => page.run('return document.documentElement.dataset.playground');

/** Does something to the page and waits until the policy has run on the text once more. */
async function andRun(act) {
  const before = await runs();
  const result = await act();
  await until('the text has gone through', async () => await runs() > before);
  return result;
}

/** Opens the playground; `hash` as in `#e=views`. */
async function open(hash = '', query = '?lang=en') {
  // Another document, so that a change behind # alone loads it too.
  await page.driver.get('about:blank');
  await page.driver.get(`${collector.url}/playground.html${query}${hash}`);
  await until('the text has gone through', async () => await runs() > 0);
  await page.run(`window.violations = [];
    document.addEventListener('securitypolicyviolation', ({ blockedURI, violatedDirective }) => violations.push(violatedDirective + ' ' + blockedURI));`);
}

/** Follows a link to another trial. */
const follow = (hash) => andRun(() => page.run('location.hash = arguments[0]', hash));
/** Types all at once, as pasting does. */
const write = (id, text) => andRun(() => page.run(`const box = document.getElementById(arguments[0]);
  box.value = JSON.parse(arguments[1]);
  box.dispatchEvent(new Event('input', { bubbles: true }));`, id, JSON.stringify(text)));
const choose = (selector) => andRun(() => page.run('document.querySelector(arguments[0]).click()', selector));

/** What the page shows of the step that it is at. */
const SEEN = `const texts = (selector) => [...document.querySelectorAll(selector)].map((node) => node.textContent);
  const shown = document.getElementById('displayed');
  return {
    policy: document.getElementById('policy').value,
    text: document.getElementById('text').value,
    cut: document.querySelector('input[name=cut]:checked').value,
    state: document.getElementById('ending').className.replace('notice', '').trim(),
    shown: shown.querySelector('.quiet') ? '' : shown.textContent,
    held: document.querySelector('#held mark')?.textContent ?? '',
    live: [...document.querySelectorAll('#views .live')].map((row) => row.dataset.row + ': ' + [...row.querySelectorAll('dd')].map((cell) => cell.textContent).join('; ')),
    verdicts: [...document.querySelectorAll('#verdicts tr:not(:has(.quiet))')].map((row) => [...row.cells].slice(1).map((cell) => cell.textContent)),
    pieces: texts('#tape span:not(.end)'),
  };`;
const seen = () => page.run(SEEN);
/** The same of every cut, without a message to the driver for each. */
const seenOfEveryCut = () => page.driver.executeAsyncScript(`const seen = () => { ${SEEN} };
  const [cuts, done] = arguments;
  const { dataset } = document.documentElement;
  const next = async (cut) => {
    const { runs } = dataset;
    const radio = document.querySelector('input[value=' + cut + ']');
    if (!radio.checked) {
      radio.click();
      while (dataset.runs === runs) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return seen();
  };
  (async () => {
    const all = [];
    for (const cut of cuts) all.push(await next(cut));
    done(all);
  })();`, CUTS);

/** The same of Node: the whole text at once. */
async function expected({ policy, text }) {
  const guard = await createGuard({ packs: [compilePolicy(parse(policy))], host: memoryHost(), locale: 'en' });
  const message = guard.message();
  const outcomes = [message.push(text), message.finish()];
  const verdicts = outcomes.flatMap((outcome) => outcome.verdicts);
  return {
    state: message.state,
    shown: outcomes.map((outcome) => outcome.text).join(''),
    verdicts: verdicts.map(({ rule, action, risk, view, start, end }) => [rule + risk, action, view, `${text.slice(start, end)} ${start}–${end}`]),
  };
}

test('every example ends as in Node, however it is cut', CHROMIUM_ONLY, async () => {
  await open();
  const names = await page.run("return [...document.querySelectorAll('#example option')].map(({ value }) => value).filter(Boolean)");
  assert.ok(names.length >= 9, names);
  for (const name of names) {
    await andRun(() => page.run("const list = document.getElementById('example'); list.value = arguments[0]; list.dispatchEvent(new Event('change'));", name));
    if (name === 'errors') {
      assert.equal(await state(), 'wrong');
      continue;
    }
    const all = await seenOfEveryCut();
    assert.deepEqual(all.map(({ cut }) => cut), CUTS);
    const wanted = await expected(all[0]);
    assert.ok(wanted.verdicts.length > 0, name);
    for (const { cut, state: ending, shown, verdicts, held } of all) {
      assert.deepEqual({ state: ending, shown, verdicts, held }, { ...wanted, held: '' }, `${name}, ${cut}`);
    }
  }
  assert.deepEqual(await page.run('return window.violations'), []);
});

test('a step tells what was pushed, what is held and why, and the keys move it', CHROMIUM_ONLY, async () => {
  await open('#e=longest');
  await write('text', '远离赌|博|。');
  await choose('input[value=hand]');
  await page.run("document.getElementById('first').click()");
  assert.deepEqual(await seen().then(({ shown, held, pieces }) => ({ shown, held, pieces })), { shown: '', held: '', pieces: ['远离赌', '博', '。'] });
  await (await page.find('#step')).sendKeys(Key.ARROW_RIGHT);
  let now = await seen();
  assert.deepEqual([now.shown, now.held], ['远离', '赌']);
  assert.equal(now.live[0], 'tight: 赌 could become 赌博rule gambling');
  assert.match(await page.text('#announcement'), /^Step 1 of 4\. Displayed: 远离\. Held: 赌\.$/);
  await page.run("document.getElementById('forward').click()");
  now = await seen();
  assert.deepEqual([now.shown, now.held], ['远离', '赌博']);
  assert.match(now.live.join('\n'), /found: 赌博: what follows may still dismiss it/);
  await page.run("document.getElementById('play').click()");
  await until('it has played to the end', async () => (await seen()).state === 'finished');
  assert.deepEqual(await seen().then(({ shown, verdicts }) => [shown, verdicts.length]), ['远离＊＊。', 1]);
});

test('what is wrong with a policy is told with its place, and the caret goes there', CHROMIUM_ONLY, async () => {
  await open('#e=longest');
  const before = await seen();
  const rules = (text) => `policy: p\nrules:\n${text}`;
  const one = (fields) => rules(`  - id: one\n    risk: x_gambling\n    action: mask\n    terms: [赌博]\n${fields}`);
  const cases = [
    ['policy: p\nrules: [', 2, 9, 'policy/yaml'],
    ['rulez: 1', 1, 1, 'policy/shape'],
    [one('').replace('[赌博]', '[赌博, [7]]'), 6, 17, 'policy/shape'],
    [one('').replace('    risk: x_gambling\n', ''), 3, 5, 'policy/shape'],
    [one('    veiws: [tight]\n'), 7, 5, 'policy/shape'],
    [one('    views: [tight, sideways]\n'), 7, 20, 'policy/view'],
    [one("    unless:\n      - 电影\n      - '***'\n"), 9, 9, 'policy/term-empty'],
    [one('') + one('').replace(rules(''), ''), 7, 5, 'policy/rule-duplicate'],
    [one('').replace('x_gambling', 'x_nothing'), 4, 11, 'policy/risk'],
    [one('').replace('mask', 'hide'), 5, 13, 'policy/action'],
    [one('allow: [赌博]\n'), 6, 13, 'policy/contradiction'],
    ['policy: p\nrevision: 0\nrules: [{id: a, risk: x_gambling, action: mask, terms: [赌博]}]', 2, 11, 'policy/revision'],
    [one('    terms-from: lists/own.txt\n'), 7, 17, 'policy/terms-from'],
    ['rules: *nothing', 1, 8, 'policy/yaml'],
  ];
  for (const [policy, line, column, code] of cases) {
    await write('policy', policy);
    const told = await page.text('#policy-state');
    const [, atLine, atColumn] = /^Line (\d+), column (\d+): /.exec(told) ?? assert.fail(told);
    assert.ok(told.includes(code), `${told}\n${policy}`);
    assert.equal(Number(atLine), line, `${told}\n${policy}`);
    assert.equal(Number(atColumn), column, `${told}\n${policy}`);
    assert.equal(await page.text('.line-numbers .bad'), String(line));
    await page.run("document.getElementById('go-to-error').click()");
    const caret = await page.run("const { value, selectionStart } = document.getElementById('policy'); return [document.activeElement.id, value.slice(0, selectionStart).split('\\n')]");
    assert.deepEqual([caret[0], caret[1].length, caret[1].at(-1).length + 1], ['policy', Number(atLine), Number(atColumn)]);
  }
  // Deeper than any reader goes; how deep that is depends on the browser.
  await write('policy', '['.repeat(50_000));
  assert.match(await page.text('#policy-state'), /^Line 1, column \d+: policy\/yaml: /);
  await write('policy', before.policy);
  assert.equal(await state(), 'ready');
  assert.equal(await page.isVisible('#go-to-error'), false);
});

test('what is typed stays text, under a policy that allows nothing else', CHROMIUM_ONLY, async () => {
  await open('#e=markup');
  const quoted = JSON.stringify(MARKUP);
  await write('policy', `policy: ${quoted}\nnotice: {en: ${quoted}}\nrules:\n  - {id: ${quoted}, risk: x_gambling, action: terminate, terms: [赌博]}\n  - {id: two, risk: x_gambling, action: replace, with: ${quoted}, terms: [下注]}\n`);
  assert.equal(await state(), 'ready', await page.text('#policy-state'));
  await write('text', `${MARKUP}下注${MARKUP}赌博`);
  for (const cut of CUTS) {
    await page.run('document.querySelector(arguments[0]).click()', `input[value=${cut}]`);
    await page.run("document.getElementById('last').click(); document.getElementById('back').click(); document.getElementById('forward').click();");
    assert.equal(await page.count('main img, main script, main iframe, [onerror]'), 0);
  }
  assert.match((await seen()).shown, /<img src=x/);
  await write('policy', `policy: p\nrules: [{id: ${quoted}, risk: ${quoted}, action: mask, terms: [赌博]}]`);
  assert.match(await page.text('#policy-state'), /<img src=x/);
  assert.equal(await page.count('main img, main script, main iframe, [onerror]'), 0);
  assert.equal(await page.run('return window.ran'), null);
  assert.deepEqual(await page.run('return window.violations'), []);
});

test('the address holds the trial, and one that is damaged or too long is not believed', CHROMIUM_ONLY, async () => {
  await open('#e=doubt');
  await write('text', '代开发票|😀，"引号" & <b>。\n第二行');
  await write('policy', 'policy: mine # 我的\nrules: [{id: a, risk: x_gambling, action: mask, terms: [发票]}]\n');
  await choose('input[value=hand]');
  const { verdicts, ...before } = await seen();
  await until('the address is written', async () => (await page.driver.getCurrentUrl()).includes('cut=hand'));
  const address = await page.run('return location.hash');
  await open(address);
  assert.deepEqual(await seen(), { ...before, verdicts });
  assert.equal(await page.isVisible('#page-status'), false);
  // Half a character too, which no driver carries.
  const half = JSON.stringify('\u{D83D}|半');
  await write('text', JSON.parse(half));
  await open(await page.run('return location.hash'));
  assert.equal(await page.run("return document.getElementById('text').value === JSON.parse(arguments[0])", half), true);
  for (const hash of ['#e=nothing', '#policy=%', `#text=${'A'.repeat(9_000)}`, '#seed=-1', '#cut=across', await bomb()]) {
    await follow(hash);
    await until('the link is refused', async () => /damaged/.test(await page.text('#page-status')));
    assert.equal(await state(), 'ready');
  }
  await follow('#e=views');
  assert.equal(await page.isVisible('#page-status'), false);
  await write('policy', `${(await seen()).policy}# ${Array.from({ length: 8_000 }, (_, at) => (at * 7919 % 9973).toString(36)).join('')}`);
  assert.match(await page.text('#page-status'), /too long for a link/);
  assert.equal(await page.run('return location.hash'), '#e=views');
});

/** Few bytes that stand for many. */
async function bomb() {
  const packed = new Response(new Blob(['a'.repeat(4_000_000)]).stream().pipeThrough(new CompressionStream('deflate-raw')));
  return `#text=${Buffer.from(await packed.arrayBuffer()).toString('base64url')}`;
}

test('it is accessible and fits, in both languages, light and dark, wide and narrow', CHROMIUM_ONLY, async () => {
  try {
    for (const [lang, width, scheme, hash] of [
      ['en', 1280, 'light', '#e=longest'], ['zh-CN', 390, 'dark', '#e=longest'], ['zh-CN', 1280, 'dark', '#e=errors'], ['en', 390, 'light', '#e=errors'],
    ]) {
      await page.driver.sendDevToolsCommand('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: false });
      await page.driver.sendDevToolsCommand('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
      await open(hash, `?lang=${lang}`);
      await page.run("for (let step = 0; step < 6; step += 1) document.getElementById('back').click();");
      assert.equal(await page.run('return document.documentElement.lang'), lang);
      const wide = await page.run("return document.getElementById('content').scrollWidth - document.getElementById('content').clientWidth");
      assert.ok(wide <= 0, `${lang}, ${width} px: ${wide} px too wide`);
      const violations = await page.driver.executeAsyncScript(`${AXE}
        axe.run().then(({ violations }) => arguments[0](violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200))));`);
      assert.deepEqual(violations, [], `${lang}, ${width} px, ${scheme}, ${hash}`);
    }
  } finally {
    await page.driver.sendDevToolsCommand('Emulation.clearDeviceMetricsOverride', {});
    await page.driver.sendDevToolsCommand('Emulation.setEmulatedMedia', { features: [] });
  }
});
