/** A collector and a browser for all tests of a file. To import it registers the hooks. */
import { after, before } from 'node:test';
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
