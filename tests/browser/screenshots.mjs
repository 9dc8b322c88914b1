/**
 * Pictures of the running page: `node tests/browser/screenshots.mjs [--out DIR]`.
 * Not a test; needs what the tests need, and a Chinese font for the Chinese ones.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chinaTime, Collector, conversations, Page, ROOT, until } from './harness.mjs';

const { values } = parseArgs({ options: { out: { type: 'string', default: join(ROOT, 'tests/browser/screenshots') } } });
const DESKTOP = { width: 1280, height: 860, deviceScaleFactor: 1, mobile: false };
const PHONE = { width: 390, height: 844, deviceScaleFactor: 2, mobile: true };
const AFTERNOON = chinaTime('15:00:00');

await mkdir(values.out, { recursive: true });
const collector = await Collector.start();
const page = await Page.start();
const prompt = async (locale, kind) => (await conversations(locale)).find(({ expect }) => expect === kind).prompt;
const click = async (selector) => (await page.find(selector)).click();

async function take(name, { screen = DESKTOP, scheme = 'light', query }, act = async () => {}) {
  await page.driver.sendDevToolsCommand('Emulation.setDeviceMetricsOverride', screen);
  await page.driver.sendDevToolsCommand('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  await page.openReady(collector.url, query);
  await act();
  await page.driver.sleep(300);
  await writeFile(join(values.out, `${name}.png`), await page.driver.takeScreenshot(), 'base64');
  console.log(`${name}.png`);
}

try {
  await take('demo', { query: '?lang=en&age=adult' }, async () => {
    await page.ask(await prompt('en', 'mask'));
  });
  await take('welcome-en', { query: '?lang=en&age=adult' });
  await take('terminated-en', { query: `?lang=en&age=14&now=${AFTERNOON}` }, async () => {
    await page.ask(await prompt('en', 'terminate'));
  });
  await take('masked-zh-dark', { scheme: 'dark', query: '?lang=zh-CN&age=adult' }, async () => {
    await page.ask(await prompt('zh-CN', 'mask'));
  });
  await take('retracted-zh-phone', { screen: PHONE, query: `?lang=zh-CN&age=16&now=${AFTERNOON}` }, async () => {
    await page.ask(await prompt('zh-CN', 'retract'));
  });
  await take('closed-zh-phone', { screen: PHONE, scheme: 'dark', query: `?lang=zh-CN&age=14&now=${chinaTime('23:00:00')}` });
  await take('report-en', { query: '?lang=en&age=adult' }, async () => {
    await page.ask(await prompt('en', 'mask'));
    await click('[data-tool=report]');
    await click('dialog[data-kind=report] input[value=inaccurate]');
  });
  await take('particulars-zh', { query: '?lang=zh-CN&age=adult' }, async () => {
    await click('#particulars-open');
    await until('particulars', async () => (await page.text('dialog[data-kind=particulars]')).includes('网信算备'));
  });
} finally {
  await page.dispose();
  await collector.dispose();
}
