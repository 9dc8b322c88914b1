/** A minor's time: closed means closed, and it opens by itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Key } from 'selenium-webdriver';
import { CHROMIUM_ONLY, chinaTime, Collector, until } from './harness.mjs';
import { clean, collector, page } from './own-page.mjs';

const at = (clock, lang = 'en') => `?lang=${lang}&age=14&now=${chinaTime(clock)}`;
const isClosed = () => page.run("return document.querySelector('#closed').open");
/** What one of the page's usage elements says; empty while it shows nothing. */
const says = (id) => page.run(`const [shown] = document.querySelector(arguments[0]).shadowRoot.children;
  return shown.checkVisibility() ? shown.innerText : ''`, id);

test('at_night_the_page_is_covered_and_nothing_is_sent', async () => {
  await page.openReady(collector.url, at('23:00:00'));
  await until('the closed sign', isClosed);
  assert.match(await says('#closed'), /night/);
  assert.match(await says('#closed'), /Wednesday at 06:00, China time/);
  const started = await collector.metric('generations_started_total');
  // Past the sign, as a script could: the guard itself must refuse.
  await page.run(`const box = document.querySelector('#composer-input'); box.value = arguments[0];
    document.querySelector('#composer').requestSubmit();`, clean.prompt);
  await page.driver.sleep(500);
  assert.equal(await page.count('.turn.answer'), 0);
  assert.equal(await collector.metric('generations_started_total'), started);
});

test('the_closed_sign_keeps_the_focus_and_cannot_be_dismissed', async () => {
  await page.openReady(collector.url, at('23:00:00', 'zh-CN'));
  await until('the closed sign', isClosed);
  const inSign = () => page.run("const sign = document.querySelector('#closed'); return sign.contains(document.activeElement) || document.activeElement === document.body");
  for (let press = 0; press < 6; press += 1) {
    await page.driver.actions().sendKeys(Key.TAB).perform();
    assert.equal(await inSign(), true, `after ${press + 1} tabs`);
  }
  for (let press = 0; press < 4; press += 1) {
    await page.driver.actions().sendKeys(Key.ESCAPE).perform();
    await page.driver.sleep(100);
    assert.equal(await isClosed(), true, `after ${press + 1} times Escape`);
  }
  assert.equal(await page.run("return document.querySelector('#closed').shadowRoot.querySelector('dialog').matches(':modal')"), true);
});

test('in_the_morning_it_opens_by_itself', async () => {
  await page.openReady(collector.url, at('05:59:57'));
  await until('the closed sign', isClosed, 4_000);
  await until('it opens', async () => !(await isClosed()), 15_000);
  assert.match(await says('#usage-badge'), /left/);
  assert.equal((await page.ask(clean.prompt)).end, 'finished');
});

test('an_answer_under_way_ends_with_its_sentence_when_the_service_closes', async () => {
  const sentence = 'The tide comes in and the tide goes out, and nobody who sits upon the sand in the evening has ever seen it stop for long.';
  const play = [{ id: 'tide', locale: 'en', keywords: ['tide'], prompt: 'Tell me of the tide.', answer: Array(40).fill(sentence).join(' '), expect: 'clean', forbidden: [] }];
  const slow = await Collector.start({ delay: 60, play });
  try {
    await page.openReady(slow.url, at('21:59:50'));
    await page.type(play[0].prompt);
    assert.equal(await until('the closed sign', isClosed), true);
    const closed = Date.now();
    const answer = await page.ended(0);
    assert.equal(answer.end, 'closed');
    assert.ok(Date.now() - closed <= 16_000, 'within the grace');
    // WebKit ends the text of a paragraph with a line.
    assert.match(answer.shown.trimEnd(), /^The tide .* for long\.$/s, 'the sentence is finished');
    await until('the collector stops too', async () => await slow.metric('generations_active') === 0, 5_000);
    const { length } = answer.shown;
    await page.driver.sleep(1_000);
    assert.equal((await page.ended(0)).shown.length, length, 'nothing is added any more');
  } finally {
    await slow.dispose();
  }
});

test('a_guardian_finds_the_way_to_their_page_and_back', async () => {
  await page.openReady(collector.url, `${at('23:00:00', 'zh-CN')}&subject=child-9`);
  await until('the closed sign', isClosed);
  const link = await page.find('#closed-guardian');
  assert.equal(await link.getAriaRole(), 'link');
  assert.equal(await link.getAccessibleName(), '监护人页面');
  await (await page.find('#closed-settings')).click();
  assert.equal(await (await page.find('#settings-guardian')).getAccessibleName(), '监护人页面');
  await page.driver.actions().sendKeys(Key.ESCAPE).perform();
  await link.sendKeys(Key.ENTER);
  await until('the guardian page', () => page.isVisible('#entry-form'));
  assert.equal(await page.run("return document.querySelector('#subject').value"), 'child-9');
  assert.equal(await page.run('return document.documentElement.lang'), 'zh-CN');
  await (await page.find('#chat')).sendKeys(Key.ENTER);
  await page.guard('ready');
  assert.match(await page.run('return location.search'), /lang=zh-CN&subject=child-9/);
});

test('the_chat_and_the_guardians_page_fit_a_narrow_phone', CHROMIUM_ONLY, async () => {
  const fits = async (what, width) => assert.ok(await page.run('return document.documentElement.scrollWidth') <= width, `${what} at ${width}`);
  for (const width of [320, 390]) {
    await page.driver.sendDevToolsCommand('Emulation.setDeviceMetricsOverride', { width, height: 700, deviceScaleFactor: 1, mobile: true });
    for (const lang of ['zh-CN', 'en']) {
      for (const clock of ['21:55:00', '23:00:00']) {
        await page.openReady(collector.url, at(clock, lang));
        await fits(`${lang} ${clock}`, width);
        assert.equal(await page.run("return document.querySelector('#scroll').scrollTop"), 0, 'it begins at its beginning');
      }
      await page.driver.get(`${collector.url}/guardian.html?lang=${lang}`);
      await until('the form', () => page.isVisible('#entry-form'));
      await fits(`${lang} guardian`, width);
    }
  }
});

test('a_minor_sees_time_used_and_left_and_an_adult_does_not', async () => {
  await page.openReady(collector.url, at('15:00:00'));
  await until('the badge', async () => /Used today: .* left/.test(await says('#usage-badge')));
  await page.openReady(collector.url, `?lang=en&age=adult&now=${chinaTime('23:00:00')}`);
  assert.equal(await says('#usage-badge'), '');
  assert.equal(await isClosed(), false);
});

test('who_is_not_known_is_treated_as_a_minor', async () => {
  await page.openReady(collector.url, `?lang=en&age=unknown&now=${chinaTime('23:00:00')}`);
  await until('the closed sign', isClosed);
});

/** Shows that somebody is here, as using the page does. */
const stir = () => page.driver.actions().move({ x: 200 + Math.floor(Math.random() * 50), y: 300 }).sendKeys(Key.SHIFT).perform();

test('after_half_an_hour_a_rest_is_due_and_can_be_acknowledged', async () => {
  await page.openReady(collector.url, `${at('15:00:00')}&speed=300`);
  await until('the reminder', async () => {
    await stir();
    return await says('#reminder') !== '';
  }, 60_000);
  assert.match(await says('#reminder'), /3\d min/);
  await page.run("document.querySelector('#reminder').shadowRoot.querySelector('button').click()");
  await page.driver.sleep(500);
  assert.equal(await says('#reminder'), '');
});

test('when_the_hour_is_used_the_page_closes_until_tomorrow', async () => {
  await page.openReady(collector.url, `${at('15:00:00')}&speed=600`);
  await until('the closed sign', async () => {
    await stir();
    return await isClosed();
  }, 90_000);
  assert.match(await says('#closed'), /Today’s time is used up/);
  // Used time is remembered: a reload changes nothing.
  await page.openReady(collector.url, at('17:00:00'));
  await until('the closed sign again', isClosed);
});

test('the_time_machine_shows_curfew_holiday_and_quota', async () => {
  await page.openReady(collector.url, '?lang=en&age=adult');
  const travel = async (scene) => {
    if (await isClosed()) await (await page.find('#closed-time-machine')).click();
    else await (await page.find('#time-machine-open')).click();
    await (await page.find(`[data-scene=${scene}]`)).click();
    await page.guard('ready');
  };
  await travel('night');
  await until('the night', isClosed);
  assert.match(await says('#closed'), /night/);
  await travel('workedSaturday');
  await until('a Saturday that is worked', async () => await isClosed() && /not open/.test(await says('#closed')));
  await travel('holiday');
  await until('a holiday', async () => !await isClosed());
  assert.match(await says('#usage-badge'), /Closes today at 21:00/);
  await travel('quota');
  const used = () => page.run("return document.querySelector('#usage-badge').usage.status().usedMs");
  await stir();
  const [begun, before] = [Date.now(), await used()];
  await until('three minutes', async () => {
    await stir();
    return await used() >= before + 3 * 60_000;
  });
  // Sixty times as fast: the hour is over, and the quota with it, in a minute; that it closes then is another test's.
  const rate = (await used() - before) / (Date.now() - begun);
  assert.ok(rate > 30 && rate < 75, `${rate}`);
  assert.match(await says('#usage-badge'), /left/);
  await travel('present');
  await until('the present', async () => !await isClosed());
  assert.equal((await page.ask(clean.prompt)).end, 'finished');
});
