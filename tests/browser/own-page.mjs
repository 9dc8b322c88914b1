/**
 * As `shared-page.mjs`, and for each test a tab of its own without anything
 * stored, because used time is remembered.
 */
import { beforeEach } from 'node:test';
import { collector, page } from './shared-page.mjs';

export { clean, collector, page } from './shared-page.mjs';

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
