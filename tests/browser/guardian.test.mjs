/** The guardian page in Chromium, against a collector of its own. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Key } from 'selenium-webdriver';
import { Collector, conversations, Page, until } from './harness.mjs';

const PIN = '482913';
const SUBJECT = 'child-7';
let collector;
let page;

before(async () => {
  collector = await Collector.start({ demo: true });
  page = await Page.start();
});
after(async () => {
  await page?.dispose();
  await collector?.dispose();
});

async function api(method, path, token, body) {
  const response = await fetch(`${collector.url}${path}`, {
    method, headers: token ? { authorization: `Bearer ${token}` } : {}, body: JSON.stringify(body),
  });
  assert.equal(response.ok, true, `${path}: ${response.status}`);
  return await response.json();
}

const assertion = async () => (await api('POST', '/v1/assertions', undefined, { subject: SUBJECT, age: 14, presets: ['cn/chat'] })).assertion;
const beat = async (token, more = {}) => await api('POST', `/v1/usage/${SUBJECT}/intervals`, token, { device: 'd', intervals: [], ...more });
const payload = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

async function open(query = `?lang=en&subject=${SUBJECT}`) {
  await page.driver.get(`${collector.url}/guardian.html${query}`);
  await until('the form is shown', () => page.isVisible('#entry-form'));
  // What the policy of the page forbids is told as an event.
  await page.run(`window.violations = [];
    document.addEventListener('securitypolicyviolation', ({ blockedURI, violatedDirective }) => violations.push(violatedDirective + ' ' + blockedURI));`);
}

const keys = async (...text) => await page.driver.actions().sendKeys(...text).perform();
/** Empties a field without taking the focus, as `clear` would. */
const empty = (id) => page.run("document.getElementById(arguments[0]).value = ''", id);
const focused = () => page.run('return document.activeElement.id');

async function signIn(pin = PIN) {
  await (await page.find('#pin')).sendKeys(pin, Key.ENTER);
}

test('a guardian sets the first PIN and signs in with the keyboard alone', async () => {
  await open();
  await signIn();
  await until('it is said that there is no PIN', async () => (await page.text('#entry-error')).includes('No PIN is set'));
  await (await page.find('#entry-mode')).sendKeys(Key.ENTER);
  assert.equal(await focused(), 'pin');
  await empty('pin');
  await keys(PIN, Key.TAB, '482914', Key.ENTER);
  await until('the difference is found', async () => (await page.text('#entry-error')).includes('not the same'));
  assert.equal(await focused(), 'again');
  await empty('again');
  await keys(PIN, Key.ENTER);
  await until('the dashboard is shown', () => page.isVisible('#dashboard'));
  assert.equal(await focused(), 'dashboard-title');
  assert.deepEqual(await page.run('return violations'), []);
  // Neither PIN nor token is kept anywhere.
  assert.deepEqual(await page.run('return [...Object.keys(localStorage), ...Object.keys(sessionStorage)]'), ['tidegate-demo/lang']);
});

test('time, closings, reminders and risks are shown, and a bar for each day', async () => {
  const now = Date.now();
  const token = await assertion();
  await beat(token, {
    intervals: [[now - 40 * 60_000, now - 10 * 60_000]],
    events: [{ kind: 'closed', at: now - 60_000, reason: 'quota' }, { kind: 'reminder', at: now - 60_000, reason: 'rest' },
      { kind: 'reminder', at: now - 50_000, reason: 'made_up' }],
  });
  await open();
  await signIn();
  await until('the table is filled', async () => await page.count('#days tr') === 7);
  assert.match(await page.text('#claims'), /14.*cn\/chat/);
  assert.match(await page.text('#figures'), /In 7 days\s+30 min/);
  for (const fact of [/Closed: time used up\s+1 ×/, /Reminders to rest\s+1 ×/, /Other reminders\s+1 ×/]) assert.match(await page.text('#events'), fact);
  assert.equal(await page.count('#days progress[aria-hidden=true]'), 7);
  await page.run("const span = document.getElementById('span'); span.value = '30'; span.dispatchEvent(new Event('change'))");
  await until('a month is shown', async () => await page.count('#days tr') === 30);
  assert.deepEqual(await page.run('return violations'), []);
});

test('what a guardian decides is in the next answer to a device', async () => {
  const token = await assertion();
  await open();
  await signIn();
  await until('the dashboard is shown', () => page.isVisible('#dashboard'));
  const daily = await page.find('#daily');
  await daily.sendKeys('1441', Key.ENTER);
  await until('the mistake is said', async () => (await page.text('#settings-error')).includes('0 to 1440'));
  assert.equal(await focused(), 'daily');
  assert.equal(await daily.getAttribute('aria-invalid'), 'true');
  await empty('daily');
  await daily.sendKeys('45');
  await page.run("document.querySelector('input[name=curfew][value=own]').click()");
  await page.run("document.getElementById('curfew-from').value = '21:00'");
  await daily.sendKeys(Key.ENTER);
  await until('it is saved', () => page.isVisible('#settings-status'));
  // Two presses at once are both heard.
  await page.run("document.getElementById('extra-0').click(); document.getElementById('extra-1').click()");
  await until('45 minutes more', async () => (await page.text('#actions')).includes('45 min more today'));
  for (const id of ['paused_until-0', 'exit_until-1']) {
    await (await page.find(`#${id}`)).sendKeys(Key.ENTER);
    await until(`${id} is in force`, () => page.isVisible(`#${id.split('-')[0]}-end`));
    assert.equal(await focused(), id);
  }
  let { guardian } = payload((await beat(token)).assertion);
  const seconds = Date.now() / 1_000;
  assert.deepEqual([guardian.daily_min, guardian.curfew, guardian.extra.min], [45, ['21:00', '06:00'], 45]);
  assert.ok(Math.abs(guardian.paused_until - seconds - 3_600) < 60);
  assert.ok(Math.abs(guardian.exit_until - seconds - 3 * 3_600) < 60);
  // Ending one thing leaves the others, and the limits.
  await (await page.find('#paused_until-end')).sendKeys(Key.ENTER);
  await until('the pause is over', async () => !(await page.isVisible('#paused_until-end')));
  assert.equal(await focused(), 'paused_until-0');
  ({ guardian } = payload((await beat(token)).assertion));
  assert.equal(guardian.paused_until, undefined);
  assert.deepEqual([guardian.daily_min, guardian.extra.min], [45, 45]);
});

test('what the filter found in the chat is counted for the guardian, without a word of it', async () => {
  const { prompt } = (await conversations('en')).find(({ expect }) => expect === 'mask');
  await page.openReady(collector.url, '?lang=en&age=adult&subject=grown-1');
  await page.ask(prompt);
  const [record] = await until('the record has arrived', async () => {
    const records = await collector.records();
    return records.length > 0 ? records : undefined;
  });
  const { assertion: own } = await api('POST', '/v1/assertions', undefined, { subject: 'grown-1' });
  assert.equal((await fetch(`${collector.url}/v1/guardian/grown-1/pin`, {
    method: 'POST', headers: { authorization: `Bearer ${own}` }, body: JSON.stringify({ pin: PIN }),
  })).status, 204);
  await open('?lang=en&subject=grown-1');
  await signIn();
  await until('the dashboard is shown', () => page.isVisible('#dashboard'));
  assert.match(await page.text('#reports'), /[1-9] ×/);
  assert.doesNotMatch(await page.text('#reports'), /Nothing/);
  assert.ok(!(await page.text('#dashboard')).includes(record.data.message));
});

test('every field has a name, and the page speaks Chinese too', async () => {
  await open();
  await signIn();
  await until('the dashboard is shown', () => page.isVisible('#dashboard'));
  const nameless = await page.run(`return [...document.querySelectorAll('input, select, button, section, nav')]
    .filter((node) => !(node.ariaLabel || node.labels?.length || node.getAttribute('aria-labelledby') || node.textContent.trim()))
    .map((node) => node.outerHTML)`);
  assert.deepEqual(nameless, []);
  const texts = () => page.run("return [...document.querySelectorAll('[data-word]')].map((node) => node.textContent)");
  const english = await texts();
  await (await page.find('#language')).click();
  assert.equal(await page.run('return document.documentElement.lang'), 'zh-CN');
  assert.match(await page.text('#dashboard-title'), /使用情况/);
  const chinese = await texts();
  assert.deepEqual(english.filter((text, place) => text === chinese[place] || text === ''), []);
  await (await page.find('#language')).click();
});

test('signing out forgets what was shown, and wrong PINs lock the next try', async () => {
  await open();
  await signIn();
  await until('the dashboard is shown', () => page.isVisible('#dashboard'));
  await (await page.find('#sign-out')).click();
  await until('the form is shown', () => page.isVisible('#entry-form'));
  assert.equal(await page.count('#days tr'), 0);
  for (let nth = 0; nth < 5; nth += 1) {
    await empty('pin');
    await signIn('000000');
    await until('the try is refused', () => page.run("return document.getElementById('entry-error').hidden === false && !document.getElementById('entry-submit').disabled"));
    assert.match(await page.text('#entry-error'), /PIN is wrong/);
  }
  await signIn();
  await until('the lock is said', async () => (await page.text('#entry-error')).includes('try again in 15 min'));
});
