/**
 * Real tabs of one browser, and two browsers as two devices, with the page's own
 * host: IndexedDB, BroadcastChannel, Web Locks, the page's signals, and the clock
 * of the browser itself.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Key } from 'selenium-webdriver';
import { BESIDE, BROWSER, CHROMIUM_ONLY, chinaTime, Collector, Page, until } from './harness.mjs';
import { clean, collector, page } from './own-page.mjs';

const MINUTE = 60_000;
const status = () => page.run(`const { usage } = document.querySelector('tidegate-usage-badge'); const { now, ...rest } = usage.status();
  return { now, ...rest }`);
const isClosed = () => page.run("return document.querySelector('#closed').open");
/** Shows that somebody is here, as using the page does. */
const stir = () => page.driver.actions().move({ x: 200 + Math.floor(Math.random() * 50), y: 300 }).sendKeys(Key.SHIFT).perform();

/** Opens the page, beside what is open already, and returns its handle. */
async function tab(query) {
  if ((await page.driver.getCurrentUrl()).startsWith('http')) await page.driver.switchTo().newWindow(BESIDE);
  await page.openReady(collector.url, query);
  page.script = undefined;
  return page.driver.getWindowHandle();
}
const goTo = async (handle) => {
  await page.driver.switchTo().window(handle);
  await page.bringToFront();
};

test('two_tabs_count_once_and_see_each_others_time_within_about_a_second', async () => {
  const query = `?lang=en&age=14&now=${chinaTime('15:00:00')}`;
  const tabs = [await tab(query), await tab(query)];
  const started = Date.now();
  const readings = [];
  for (let round = 0; round < 4; round += 1) {
    await goTo(tabs[round % 2]);
    await stir();
    await page.driver.sleep(1_500);
    await stir();
    const turning = Date.now();
    const here = (await status()).usedMs;
    await goTo(tabs[(round + 1) % 2]);
    const there = (await status()).usedMs;
    readings.push({ here, there, between: Date.now() - turning, passed: Date.now() - started });
  }
  for (const { here, there, between, passed } of readings) {
    // Turning to the other tab takes time, which may count.
    assert.ok(there >= here - 1_500 && there <= here + between + 1_500, JSON.stringify(readings));
    // Both tabs were loaded a little before the first reading.
    assert.ok(Math.max(here, there) <= passed + 5_000, JSON.stringify(readings));
  }
  assert.ok(readings.at(-1).here >= 4_000, JSON.stringify(readings));
});

test('both_tabs_close_together_and_reopening_does_not_reset', async () => {
  // 600 times as fast: the hour is six seconds. The second tab stays in the background.
  const query = `?lang=en&age=14&now=${chinaTime('15:00:00')}&speed=600`;
  const tabs = [await tab(query), await tab(query)];
  await goTo(tabs[0]);
  await page.driver.executeScript(`window.closedAt = undefined;
    document.querySelector('#closed').usage.addEventListener('change', ({ detail }) => { if (detail.state === 'closed') window.closedAt = Date.now(); })`);
  await goTo(tabs[1]);
  await page.driver.executeScript(`window.closedAt = undefined;
    document.querySelector('#closed').usage.addEventListener('change', ({ detail }) => { if (detail.state === 'closed') window.closedAt = Date.now(); })`);
  await goTo(tabs[0]);
  await until('the closed sign', async () => {
    await stir();
    return await isClosed();
  }, 60_000);
  assert.match((await status()).reason, /quota/);
  const first = await page.run('return window.closedAt');
  await goTo(tabs[1]);
  await until('the closed sign in the other tab', isClosed);
  const second = await until('the other tab has closed', () => page.run('return window.closedAt'));
  // Timers of background tabs run once a second at most.
  assert.ok(Math.abs(first - second) <= 2_500, `${second - first} ms apart`);
  // Closed with both tabs, opened again: the store remembers.
  await page.driver.close();
  await goTo(tabs[0]);
  await page.openReady(collector.url, `?lang=en&age=14&now=${chinaTime('16:30:00')}`);
  await until('the closed sign again', isClosed);
  const after = await status();
  assert.equal(after.reason, 'quota');
  // The quota may be passed by what one page used before it heard of the other: within a second, which here is ten minutes.
  assert.ok(after.usedMs <= 70 * MINUTE, `${after.usedMs}`);
});

test('changing_the_clock_inside_the_browser_does_not_reopen', async () => {
  const query = `?lang=en&age=14&now=${chinaTime('23:00:00')}`;
  await tab(query);
  await until('the closed sign', isClosed);
  // The device's clock: every Date of the page, from now on and in what it loads next.
  for (const jump of [-12 * 60 * MINUTE, 12 * 60 * MINUTE, 7 * 24 * 60 * MINUTE]) {
    await page.run(`const real = globalThis.realDate ??= Date; const jump = arguments[0];
      globalThis.Date = class extends real { constructor(...given) { super(...(given.length === 0 ? [real.now() + jump] : given)); } static now() { return real.now() + jump; } };`, jump);
    for (const signal of ['focus', 'pointerdown', 'online']) await page.run('dispatchEvent(new Event(arguments[0]))', signal);
    await page.driver.sleep(1_200);
    assert.equal(await isClosed(), true, `after a jump of ${jump} ms`);
    assert.equal((await status()).reason, 'curfew');
    await page.run(`const box = document.querySelector('#composer-input'); box.value = arguments[0]; document.querySelector('#composer').requestSubmit();`, clean.prompt);
    assert.equal(await page.count('.turn.answer'), 0);
  }
});

test('an_exit_word_in_one_tab_ends_the_answer_in_the_other', async () => {
  const slow = await Collector.start({ delay: 60 });
  try {
    const open = async () => {
      if ((await page.driver.getCurrentUrl()).startsWith('http')) await page.driver.switchTo().newWindow(BESIDE);
      page.script = undefined;
      await page.openReady(slow.url, '?lang=en&age=adult');
      return page.driver.getWindowHandle();
    };
    const tabs = [await open(), await open()];
    await goTo(tabs[0]);
    await page.type(clean.prompt);
    await until('some text', async () => (await page.text('.prose')).length > 10);
    await goTo(tabs[1]);
    await page.type('Stop this chat');
    await goTo(tabs[0]);
    const { end } = await page.ended(0);
    assert.equal(end, 'stopped');
    await until('the collector stops too', async () => await slow.metric('generations_active') === 0, 5_000);
    assert.equal((await status()).state, 'open');
  } finally {
    await slow.dispose();
  }
});

test('used_up_time_stays_used_up_when_the_clock_is_put_back_and_the_page_is_loaded_again', async () => {
  await tab(`?lang=en&age=14&now=${chinaTime('15:00:00')}&speed=600`);
  await until('the closed sign', async () => {
    await stir();
    return await isClosed();
  }, 60_000);
  for (const clock of ['15:00:01', '12:00:00', '07:00:00']) {
    await page.openReady(collector.url, `?lang=en&age=14&now=${chinaTime(clock)}`);
    await until('the closed sign again', isClosed);
    assert.equal((await status()).reason, 'quota', `at ${clock}`);
  }
});

test('what_a_tab_used_is_kept_when_it_is_killed', CHROMIUM_ONLY, async () => {
  await tab(`?lang=en&age=14&now=${chinaTime('15:00:00')}&speed=100`);
  for (let turn = 0; turn < 10; turn += 1) {
    await stir();
    await page.driver.sleep(300);
  }
  const { usedMs } = await status();
  const first = await page.driver.getWindowHandle();
  await page.driver.switchTo().newWindow('tab');
  const second = await page.driver.getWindowHandle();
  await page.driver.switchTo().window(first);
  await page.driver.sendDevToolsCommand('Page.crash', {}).catch(() => {});
  await page.driver.switchTo().window(second);
  await page.openReady(collector.url, `?lang=en&age=14&now=${chinaTime('15:30:00')}`);
  const kept = (await status()).usedMs;
  // A heartbeat is fifteen seconds of the page's clock, less than a fifth of a second here; the rest is the way to the browser.
  assert.ok(kept >= usedMs - 2 * MINUTE && kept > 0, `${kept} of ${usedMs}`);
});

test('two_devices_of_one_subject_share_their_time_and_who_it_is_is_asserted', async () => {
  const server = await Collector.start({ demo: true });
  const other = await Page.start();
  try {
    // Reminders only, so that it does not matter at which hour this runs.
    const query = '?lang=en&age=adult&presets=cn_companion_2026&subject=shared';
    await page.openReady(server.url, query);
    const first = await status();
    assert.equal(first.identity, 'assertion');
    assert.ok(Math.abs(first.now - Date.now()) < 5_000);
    for (let turn = 0; turn < 4; turn += 1) {
      await stir();
      await page.driver.sleep(500);
    }
    // Hidden, it tells the rest; a window hides no other one.
    if (BROWSER === 'webkit') await page.driver.get('about:blank');
    else await page.driver.switchTo().newWindow('tab');
    const own = first.usedMs + 2_000;
    await other.openReady(server.url, query);
    const usedThere = () => other.run("return document.querySelector('#usage-badge').usage.status().usedMs");
    const there = await usedThere();
    assert.ok(there >= own - 1_000, `${there} of ${own}`);
    assert.ok(there <= Date.now() - first.now + 10_000, `${there}`);
  } finally {
    await other.dispose();
    await server.dispose();
  }
});
