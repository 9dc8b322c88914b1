/**
 * The demo page's main thread before its first paint, on this processor and on one four times slower;
 * fails if it works longer than the limit on this one. `cargo xtask trace` runs it.
 *
 * TIDEGATE_TRACE_RUNS  default 5; the medians are printed
 */
import { Collector } from '../browser/harness.mjs';
import { launchChromium } from '../browser/playwright.mjs';
import { median, paintOf, traced, workOf } from './trace.mjs';

/** Main-thread work before the first paint, ms. */
const LIMIT_MS = 50;
const RUNS = Number(process.env.TIDEGATE_TRACE_RUNS ?? 5);

const collector = await Collector.start();
const browser = await launchChromium();
let isWithin = true;
try {
  console.log('before the first paint of the demo, medians of', RUNS, 'loads with an empty cache; ms of the main thread');
  for (const slowdown of [1, 4]) {
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) {
      const context = await browser.newContext();
      const page = await context.newPage();
      const url = `${collector.url}/?lang=en&age=adult`;
      let paintedMs;
      const events = await traced(browser, page, slowdown, async () => {
        await page.goto(url);
        // On a fast machine the guard is ready first.
        await page.waitForFunction(() => document.documentElement.dataset.guard === 'ready'
          && performance.getEntriesByName('first-contentful-paint').length > 0);
        paintedMs = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
      });
      runs.push({ painted: paintedMs, ...workOf(events, paintOf(events, paintedMs)) });
      await context.close();
    }
    const of = (field) => median(runs.map((run) => run[field]));
    const row = Object.fromEntries(['tasks', 'longest', 'scripts', 'painted'].map((field) => [field, of(field).toFixed(1)]));
    console.log(`  processor ${slowdown === 1 ? 'as it is' : `${slowdown}× slower`}: all tasks ${row.tasks}, longest ${row.longest}, scripts and WebAssembly ${row.scripts}; painted after ${row.painted}`);
    if (slowdown === 1 && of('tasks') > LIMIT_MS) isWithin = false;
  }
} finally {
  await browser.close();
  await collector.dispose();
}
if (!isWithin) {
  console.log(`more than ${LIMIT_MS} ms`);
  process.exitCode = 1;
}
