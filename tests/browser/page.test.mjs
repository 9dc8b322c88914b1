/** The page itself: keyboard, labels, particulars, content security, and failing closed. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Key } from 'selenium-webdriver';
import { CHROMIUM_ONLY, Collector, conversations, SITE, until } from './harness.mjs';
import { clean, collector, page } from './shared-page.mjs';

const EN = '?lang=en&age=adult';
const ZH = '?lang=zh-CN&age=adult';
const focused = () => page.run('return document.activeElement?.id || document.activeElement?.className || ""');
const press = (...keys) => page.driver.actions().sendKeys(...keys).perform();

test('a_question_can_be_asked_with_the_keyboard_alone', async () => {
  await page.openReady(collector.url, EN);
  await press(Key.TAB);
  assert.equal(await focused(), 'skip-link');
  await press(Key.ENTER);
  await until('the message box has the focus', async () => await focused() === 'composer-input');
  await press('How should I');
  await page.driver.actions().keyDown(Key.SHIFT).sendKeys(Key.ENTER).keyUp(Key.SHIFT).perform();
  await press('revise for an exam?', Key.ENTER);
  assert.equal((await page.ended(0)).end, 'finished');
  assert.equal(await page.text('.turn.user .bubble'), 'How should I\nrevise for an exam?');
  assert.equal(await focused(), 'composer-input');
  const announced = await page.run("return document.querySelector('#announcer').textContent");
  assert.ok(announced.length > 100, 'the finished answer is announced');
});

test('the_stop_button_ends_the_answer_and_keeps_what_was_shown', async () => {
  const slow = await Collector.start({ delay: 60 });
  try {
    await page.openReady(slow.url, EN);
    await page.type(clean.prompt);
    await until('some text', async () => (await page.text('.prose')).length > 10);
    await (await page.find('#stop')).click();
    const answer = await page.ended(0);
    assert.equal(answer.end, 'stopped');
    assert.ok(answer.shown.length > 10);
    await until('the collector stops', async () => await slow.metric('generations_active') === 0, 5_000);
    assert.equal(await page.isVisible('#send'), true);
  } finally {
    await slow.dispose();
  }
});

describe('labels', () => {
  for (const [query, label] of [[EN, 'AI-generated content'], [ZH, '内容由 AI 生成']]) {
    test(`the_label_is_always_visible_and_copied_along ${label}`, CHROMIUM_ONLY, async () => {
      await page.openReady(collector.url, query);
      const question = query === EN ? clean.prompt : (await conversations('zh-CN'))[0].prompt;
      assert.ok((await page.text('#ai-label')).includes(label));
      await page.ask(question);
      assert.equal(await page.isVisible('#ai-label'), true);
      assert.equal(await page.count('#ai-label button'), 0, 'there is no way to dismiss it');
      assert.match(await page.text('.answer-tag'), /AI.*生成|AI.*generated/);
      await page.driver.sendDevToolsCommand('Browser.grantPermissions', {
        origin: collector.url, permissions: ['clipboardReadWrite', 'clipboardSanitizedWrite'],
      });
      await (await page.find('[data-tool=copy]')).click();
      const copied = await until('the clipboard', () => page.driver.executeAsyncScript(
        'const done = arguments[0]; navigator.clipboard.readText().then(done, () => done(""))'));
      assert.ok(copied.trimEnd().split('\n').at(-1).includes(label), copied.slice(-60));
    });
  }
});

test('the_particulars_name_provider_model_and_filing', async () => {
  await page.openReady(collector.url, ZH);
  await (await page.find('#particulars-open')).click();
  const shown = await until('particulars', async () => {
    const text = await page.text('dialog[data-kind=particulars]');
    return text.includes('网信算备') && text;
  });
  const { provider, models, algorithms } = await fetch(`${collector.url}/v1/particulars`).then((response) => response.json());
  for (const words of [provider.name['zh-CN'], models[0].filing, algorithms[0].filing]) assert.ok(shown.includes(words), words);
  await press(Key.ESCAPE);
  await until('the dialog is closed', async () => await page.count('dialog[data-kind=particulars]') === 0);
  assert.equal(await focused(), 'particulars-open', 'focus returns to the button');
});

test('language_and_theme_can_be_switched', async () => {
  await page.openReady(collector.url, EN);
  await (await page.find('#language')).click();
  await page.guard('ready');
  assert.equal(await page.run('return document.documentElement.lang'), 'zh-CN');
  assert.ok((await page.text('#ai-label')).includes('内容由 AI 生成'));
  const background = () => page.run('return getComputedStyle(document.body).backgroundColor');
  const before = await background();
  await (await page.find('#theme')).click();
  assert.notEqual(await background(), before);
});

test('a_phone_needs_no_sideways_scrolling', CHROMIUM_ONLY, async () => {
  await page.driver.sendDevToolsCommand('Emulation.setDeviceMetricsOverride', {
    width: 360, height: 740, deviceScaleFactor: 2, mobile: true,
  });
  try {
    await page.openReady(collector.url, EN);
    await page.ask(clean.prompt);
    assert.ok(await page.run('return document.documentElement.scrollWidth <= innerWidth'));
    assert.ok(await page.run("const box = document.querySelector('#scroll'); return box.scrollWidth <= box.clientWidth"));
    for (const control of ['#new-chat', '#language', '#theme', '#particulars-open', '#settings-open', '#send']) {
      assert.ok(await page.run(`const box = document.querySelector(arguments[0]).getBoundingClientRect();
        return box.width >= 36 && box.height >= 36 && box.right <= innerWidth`, control), control);
    }
  } finally {
    await page.driver.sendDevToolsCommand('Emulation.clearDeviceMetricsOverride', {});
  }
});

test('a_message_that_the_policy_ends_is_not_sent', async () => {
  const [{ forbidden }] = (await conversations('en')).filter(({ id }) => id === 'en-drug-sale');
  await page.openReady(collector.url, EN);
  const started = await collector.metric('generations_started_total');
  await page.type(forbidden[0]);
  await until('the notice', () => page.isVisible('#status-line[data-kind=error]'));
  assert.match(await page.text('#status-line'), /not sent/);
  assert.equal(await page.count('.turn'), 0);
  assert.equal(await collector.metric('generations_started_total'), started);
  assert.equal(await page.run("return document.querySelector('#composer-input').value"), forbidden[0], 'it can be changed');
});

test('a_new_chat_forgets_the_old_one', async () => {
  await page.openReady(collector.url, EN);
  await page.ask(clean.prompt);
  await (await page.find('#new-chat')).click();
  assert.equal(await page.count('.turn'), 0);
  assert.equal(await page.isVisible('#welcome'), true);
});

test('the_page_keeps_its_content_security_policy', async () => {
  await page.openReady(collector.url, EN);
  for (const { prompt } of (await conversations('en')).filter(({ expect }) => expect === 'clean' || expect === 'terminate')) {
    await page.ask(prompt);
  }
  for (const opener of ['#settings-open', '#particulars-open', '[data-tool=report]']) {
    await (await page.find(opener)).click();
    await press(Key.ESCAPE);
  }
  const answer = await fetch(collector.url);
  assert.match(answer.headers.get('content-security-policy'), /script-src 'self' 'wasm-unsafe-eval'/);
  assert.deepEqual((await page.seen()).violations, []);
  // The watch itself works: an inline style is refused and reported.
  await page.run("document.body.setAttribute('style', 'color: red')");
  await until('a violation', async () => (await page.seen()).violations.some((one) => one.startsWith('style-src')));
});

describe('failing closed', () => {
  /** Serves the page with another policy file, or none. */
  async function withPack(change, check, key) {
    const site = await mkdtemp(join(tmpdir(), 'tidegate-site-'));
    let own;
    try {
      await cp(SITE, site, { recursive: true });
      const file = join(site, 'starter.pack');
      const bytes = change(await readFile(file));
      if (bytes) await writeFile(file, bytes);
      else await rm(file);
      if (key) await writeFile(join(site, 'starter.pub'), key);
      own = await Collector.start({ site });
      await page.open(own.url, EN);
      await page.guard('failed');
      await check(await page.text('#status-line'));
      assert.equal(await (await page.find('#composer-input')).isEnabled(), false);
      assert.equal(await (await page.find('.suggestion')).isEnabled(), false);
      await page.run("document.querySelector('#composer').requestSubmit()");
      assert.equal(await own.metric('generations_started_total'), 0);
    } finally {
      await own?.dispose();
      await rm(site, { recursive: true, force: true });
    }
  }

  test('without_a_policy_nothing_can_be_asked_and_the_page_says_why', async () => {
    await withPack(() => undefined, (line) => assert.match(line, /page\/policy-missing/));
  });

  test('a_damaged_policy_is_refused_with_its_code', async () => {
    await withPack((bytes) => {
      bytes[bytes.length >> 1] ^= 0x10;
      return bytes;
    }, (line) => assert.match(line, /pack\/[a-z-]+/));
  });

  test('a_truncated_policy_is_refused_with_its_code', async () => {
    await withPack((bytes) => bytes.subarray(0, bytes.length - 7), (line) => assert.match(line, /pack\/[a-z-]+/));
  });

  test('a_policy_that_another_key_signed_or_nobody_is_refused', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    await withPack((bytes) => bytes, (line) => assert.match(line, /pack\/[a-z-]+/), publicKey.export({ format: 'jwk' }).x);
  });
});
