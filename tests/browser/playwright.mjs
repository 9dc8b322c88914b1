/** Chromium as Playwright drives it, for the tests of what is made for Playwright or needs its events. */
import { chromium } from 'playwright-core';
import { browserPath } from './browsers.mjs';

/** A browser without a window, in a container too. */
export function launchChromium() {
  return chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
}
