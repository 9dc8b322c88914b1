/**
 * As `shared-page.mjs`, and for each test a single tab without anything stored,
 * because used time is remembered.
 */
import { beforeEach } from 'node:test';
import { BROWSER } from './harness.mjs';
import { collector, page } from './shared-page.mjs';

export { clean, collector, page } from './shared-page.mjs';

beforeEach(async () => {
  const { driver } = page;
  const before = await driver.getAllWindowHandles();
  // A tab of its own; in WebKit a driver's new tab stays in the background.
  if (BROWSER !== 'webkit') await driver.switchTo().newWindow('tab');
  const own = BROWSER === 'webkit' ? before[0] : await driver.getWindowHandle();
  for (const handle of before.filter((handle) => handle !== own)) {
    await driver.switchTo().window(handle);
    await driver.close();
  }
  await driver.switchTo().window(own);
  page.script = undefined;
  await page.clear(collector.url);
});
