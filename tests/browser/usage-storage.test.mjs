/** Storage that is forbidden or full: the time is metered in memory, and no gate opens. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Key } from 'selenium-webdriver';
import { CHROMIUM_ONLY, chinaTime, until } from './harness.mjs';
import { collector, page } from './own-page.mjs';

// 600 times as fast: the hour is six seconds.
const QUERY = `?lang=en&age=14&now=${chinaTime('15:00:00')}&speed=600`;
const isClosed = () => page.run("return document.querySelector('#closed').open");
const reason = () => page.run("return document.querySelector('#usage-badge').usage.status().reason");

async function useUp() {
  await until('the closed sign', async () => {
    await page.driver.actions().sendKeys(Key.SHIFT).perform();
    return await isClosed();
  }, 60_000);
  assert.equal(await reason(), 'quota');
}

// Chromium enforces no quota that its DevTools protocol sets, so the page's own write fails as if it did.
const BROKEN = {
  without_indexeddb_as_in_some_private_windows: `Object.defineProperty(globalThis, 'indexedDB', {
    get() { globalThis.refused = true; throw new DOMException('denied', 'SecurityError'); } })`,
  with_a_full_disk: `IDBObjectStore.prototype.put = () => { globalThis.refused = true; throw new DOMException('full', 'QuotaExceededError'); }`,
};

for (const [name, source] of Object.entries(BROKEN)) {
  test(`${name}_the_hour_is_an_hour`, CHROMIUM_ONLY, async () => {
    await page.driver.sendDevToolsCommand('Page.addScriptToEvaluateOnNewDocument', { source });
    await page.openReady(collector.url, QUERY);
    await useUp();
    assert.equal(await page.run('return globalThis.refused'), true);
  });
}
