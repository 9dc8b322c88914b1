/**
 * A collector and a browser for all tests of a file, and for each test a tab of
 * its own without anything stored, because used time is remembered. To import it
 * registers the hooks.
 */
import { after, before, beforeEach } from 'node:test';
import { Collector, conversations, Page } from './harness.mjs';

export let collector;
export let page;
/** A conversation in which nothing is forbidden. */
export let clean;

before(async () => {
  collector = await Collector.start();
  page = await Page.start();
  [clean] = (await conversations('en')).filter(({ expect }) => expect === 'clean');
});
after(async () => {
  await page?.dispose();
  await collector?.dispose();
});
beforeEach(async () => {
  const { driver } = page;
  const before = await driver.getAllWindowHandles();
  await driver.switchTo().newWindow('tab');
  const own = await driver.getWindowHandle();
  for (const handle of before) {
    await driver.switchTo().window(handle);
    await driver.close();
  }
  await driver.switchTo().window(own);
  page.script = undefined;
  await driver.sendDevToolsCommand('Storage.clearDataForOrigin', { origin: collector.url, storageTypes: 'all' });
});
