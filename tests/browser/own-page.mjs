/**
 * A collector for all tests of a file, and a page for each: in a profile of its
 * own, because used time is remembered. To import it registers the hooks.
 */
import { after, afterEach, before, beforeEach } from 'node:test';
import { Collector, conversations, Page } from './harness.mjs';

export let collector;
export let page;
/** A conversation in which nothing is forbidden. */
export let clean;

before(async () => {
  collector = await Collector.start({ delay: 40 });
  [clean] = (await conversations('en')).filter(({ expect }) => expect === 'clean');
});
after(async () => {
  await collector?.dispose();
});
beforeEach(async () => {
  page = await Page.start();
});
afterEach(async () => {
  await page?.dispose();
});
