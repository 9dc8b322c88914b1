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
const demo = await Collector.start({ demo: true });
const page = await Page.start();
const prompt = async (locale, kind) => (await conversations(locale)).find(({ expect }) => expect === kind).prompt;
const click = async (selector) => (await page.find(selector)).click();

async function take(name, { screen = DESKTOP, scheme = 'light', query, site = collector }, act = async () => {}) {
  await page.driver.sendDevToolsCommand('Emulation.setDeviceMetricsOverride', screen);
  await page.driver.sendDevToolsCommand('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  await page.openReady(site.url, query);
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
  for (const [lang, screen, scheme] of [['en', DESKTOP, 'light'], ['zh-CN', DESKTOP, 'dark'], ['zh-CN', PHONE, 'light'], ['en', PHONE, 'dark']]) {
    const look = { screen, scheme };
    const kind = `${lang === 'en' ? 'en' : 'zh'}-${screen === PHONE ? 'phone' : 'desktop'}-${scheme}`;
    await take(`badge-${kind}`, { ...look, query: `?lang=${lang}&age=14&now=${chinaTime('21:55:00')}` });
    await take(`overlay-${kind}`, { ...look, query: `?lang=${lang}&age=14&now=${chinaTime('23:00:00')}` });
    await take(`reminder-${kind}`, { ...look, query: `?lang=${lang}&age=adult&presets=us_guard_bill` }, async () => {
      await page.driver.actions().move({ x: 200, y: 300 }).perform();
      await until('the reminder', () => page.run("return document.querySelector('#reminder').reminder !== undefined"));
    });
    await take(`time-machine-${kind}`, { ...look, query: `?lang=${lang}&age=adult` }, () => click('#time-machine-open'));
    await take(`settings-${kind}`, { ...look, query: `?lang=${lang}&age=adult` }, () => click('#settings-open'));
    await take(`playground-${kind}`, { ...look, query: `?lang=${lang}&age=adult` }, async () => {
      await page.driver.get(`${collector.url}/playground.html?lang=${lang}#e=views`);
      await until('the text has gone through', () => page.run("return document.documentElement.dataset.playground === 'ready'"));
      await page.run("for (let step = 0; step < 22; step += 1) document.getElementById('back').click();");
    });
    await take(`guardian-entry-${kind}`, { ...look, site: demo, query: `?lang=${lang}&age=14&subject=${kind}` }, async () => {
      await page.driver.get(`${demo.url}/guardian.html?lang=${lang}&subject=${kind}`);
      await until('the form', () => page.isVisible('#entry-form'));
    });
    await take(`guardian-${kind}`, { ...look, site: demo, query: `?lang=${lang}&age=14&subject=${kind}` }, async () => {
      await page.driver.get(`${demo.url}/guardian.html?lang=${lang}&subject=${kind}`);
      await until('the form', () => page.isVisible('#entry-form'));
      await click('#entry-mode');
      await (await page.find('#pin')).sendKeys('482913');
      await (await page.find('#again')).sendKeys('482913');
      await click('#entry-submit');
      await until('the dashboard', () => page.isVisible('#dashboard'));
    });
  }
} finally {
  await page.dispose();
  await collector.dispose();
  await demo.dispose();
}
