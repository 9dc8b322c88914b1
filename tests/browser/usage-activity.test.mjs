/**
 * What a browser tells of somebody's presence: pages that nobody sees, windows
 * without the focus, and the focus inside the page.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Key } from 'selenium-webdriver';
import { CHROMIUM_ONLY, chinaTime, until } from './harness.mjs';
import { collector, page } from './own-page.mjs';

// A hundred times as fast, so that a second is more than a minute and a half.
const QUERY = `?lang=en&age=14&now=${chinaTime('15:00:00')}&speed=100`;
const MINUTE = 60_000;
const used = () => page.run("return document.querySelector('#usage-badge').usage.status().usedMs");
const pass = () => page.driver.sleep(1_500);
const stir = () => page.driver.actions().sendKeys(Key.SHIFT).perform();

test('a_page_that_is_opened_out_of_sight_does_not_count_until_it_is_seen', async () => {
  await page.driver.manage().window().minimize();
  try {
    await page.openReady(collector.url, QUERY);
    assert.equal(await page.run('return document.visibilityState'), 'hidden');
    await pass();
    assert.equal(await used(), 0);
  } finally {
    await page.driver.manage().window().setRect({ width: 1_280, height: 860 });
  }
  await until('it counts once it is seen', async () => {
    await stir();
    return await used() > 0;
  }, 10_000);
});

test('a_page_without_the_focus_does_not_count_until_somebody_is_there', CHROMIUM_ONLY, async () => {
  await page.driver.switchTo().newWindow('window');
  page.script = undefined;
  await page.openReady(collector.url, QUERY);
  const seen = await page.run('return [document.visibilityState, document.hasFocus()]');
  assert.deepEqual(seen, ['visible', false]);
  await pass();
  assert.equal(await used(), 0);
  await stir();
  await pass();
  assert.ok(await used() >= MINUTE, `${await used()}`);
  await page.driver.close();
  await page.driver.switchTo().window((await page.driver.getAllWindowHandles())[0]);
});

test('the_focus_may_move_within_the_page', async () => {
  await page.openReady(collector.url, QUERY);
  await (await page.find('#composer-input')).click();
  await page.run('document.activeElement.blur()');
  const before = await used();
  await pass();
  const after = await used();
  assert.ok(after - before >= MINUTE, `${after - before} ms counted`);
});
