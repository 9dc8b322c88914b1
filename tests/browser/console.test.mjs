/**
 * The console of the provider's staff, on a collector with records that strangers sent. Only in
 * Chromium: the cookie that scripts cannot see is forgotten between tests, and the zone changed, by
 * its DevTools protocol.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, beforeEach, test } from 'node:test';
import { By, Key } from 'selenium-webdriver';
import { compilePolicy, init } from 'tidegate';
import { CHROMIUM_ONLY, Collector, Page, until } from './harness.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PASSWORD = 'a password for tests';
/** Runs if it ever becomes markup. Fits into the shortest field, of 64 units. */
const MARKUP = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>';

/** What the collector delivers: a policy whose author is no better than a client. */
const POLICY = {
  policy: MARKUP, revision: 3,
  rules: [
    { id: MARKUP, risk: 'x_gambling', action: 'replace', with: MARKUP, pattern: MARKUP, jurisdictions: [MARKUP] },
    { id: 'terms', risk: 'x_gambling', action: 'mask', terms: ['賭博網站', 'Some  Words'], unless: ['戒赌'], within: 9 },
    { id: 'both', risk: 'x_gambling', action: 'flag', all: [['how'], ['bomb']], within: 'sentence' },
  ],
};

let collector;
let page;

before(async () => {
  await init();
  collector = await Collector.start({ pack: compilePolicy(POLICY) });
  await collector.account('rev', 'reviewer', PASSWORD);
  await collector.account('boss', 'admin', PASSWORD);
  page = await Page.start();
  await page.driver.manage().window().setRect({ width: 1280, height: 900 });
});
after(async () => {
  await page?.dispose();
  await collector?.dispose();
});
beforeEach(async () => {
  await page.driver.get(`${collector.url}/healthz`);
  await page.clear(collector.url);
});

function event(type, data) {
  return { specversion: '1.0', id: randomUUID(), source: '/tidegate/web', type: `dev.tidegate.${type}.v1`, time: new Date().toISOString(), data };
}

function verdict(fields) {
  return event('verdict', {
    schema_version: 1, policy: 'starter', revision: 3, digest: 'ab', rule: 'a-rule', risk: 'x_gambling', action: 'mask', view: 'tight',
    start: 1, end: 3, message: 'm-1', channel: 'text', direction: 'output', surface: 'web', locale: 'en', shown_units: 0, engine_version: '1',
    ...fields,
  });
}

function complaint(fields) {
  return event('complaint', { schema_version: 1, category: 'harmful', text: 'it hurts', locale: 'en', engine_version: '1', ...fields });
}

/** Sends records, as of `token`'s subject if there is one; their ids. */
async function send(records, token) {
  const headers = { 'content-type': 'application/cloudevents-batch+json', ...token && { authorization: `Bearer ${token}` } };
  const { accepted } = await collector.ask('POST', '/v1/reports', JSON.stringify(records), headers);
  assert.equal(accepted.length, records.length);
  return accepted;
}

/** Opens a place of the console and signs in there, with the keyboard. */
async function enter(name, place, language = 'en') {
  await page.open(collector.url, 'console');
  await page.run('localStorage.setItem("tidegate.console.language", arguments[0])', language);
  await page.open(collector.url, `console?${name}${place}`);
  await until('the form', () => page.isVisible('#sign-in'));
  await page.driver.switchTo().activeElement().sendKeys(name, Key.TAB, PASSWORD, Key.ENTER);
  await until(`${name} is in`, async () => (await page.text('#account')).startsWith(name));
  await settled();
}

async function go(place) {
  await page.run('location.hash = arguments[0]', place);
  await settled();
}

async function settled() {
  await until('the answers are there', async () => (await page.count('main')) > 0 && (await page.count('[aria-busy]')) === 0);
}

const address = () => page.run('return location.hash');
/** What tells that a record is open: the address changes before the pane does, and keys act on the pane. */
const paneSays = async (words) => (await page.text('.pane')).includes(words);
const press = async (...keys) => await page.driver.actions().sendKeys(...keys).perform();

async function choose(name, value) {
  await (await page.find(`select[name=${name}] option[value="${value}"]`)).click();
  await settled();
}

test('filters_are_in_the_address_and_survive_signing_in_reload_and_going_back', CHROMIUM_ONLY, async () => {
  await send([verdict({ rule: 'masks' }), verdict({ rule: 'ends', action: 'terminate' })]);
  await enter('rev', '#/records?action=terminate');
  const rules = () => page.run('return [...document.querySelectorAll("tbody tr td:nth-child(3)")].map((cell) => cell.innerText)');
  assert.equal(await address(), '#/records?action=terminate');
  assert.deepEqual(await rules(), ['ends']);
  await choose('action', 'mask');
  assert.equal(await address(), '#/records?action=mask');
  assert.deepEqual(await rules(), ['masks']);
  await page.driver.navigate().refresh();
  await until('the rows are back', async () => (await rules()).length > 0);
  assert.deepEqual(await rules(), ['masks']);
  assert.equal(await page.run('return document.querySelector("select[name=action]").value'), 'mask');
  await page.driver.navigate().back();
  await until('the filter of before', async () => (await rules()).includes('ends'));
  assert.equal(await page.run('return document.querySelector("select[name=action]").value'), 'terminate');
});

test('a_reviewer_needs_no_mouse_and_one_click_leads_from_a_record_to_its_rule', CHROMIUM_ONLY, async () => {
  const [older, newer] = await send(['the older', 'the newer'].map((message) => verdict({ rule: 'by-hand', message })));
  await enter('rev', '#/records?rule=by-hand');
  await press('j');
  await until('the newest is open', () => paneSays('the newer'));
  await press('x');
  await until('the next one opens', () => paneSays('the older'));
  await press('n');
  await press('quoted in the news', Key.ESCAPE, 'u');
  const review = (id) => until('the review', async () => (await collector.ask('GET', `/v1/reports/${id}`)).review);
  assert.equal((await review(newer)).verdict, 'rejected');
  const { verdict: found, note, by } = await review(older);
  assert.deepEqual([found, note, by], ['upheld', 'quoted in the news', 'rev']);
  await until('the pane is drawn again', () => paneSays(note));
  await (await page.find('.pane .facts a[href^="#/rules/"]')).click();
  await settled();
  assert.equal(await address(), '#/rules/starter/by-hand?revision=3');
  assert.match(await page.text('tbody tr'), /50%/);
  // This collector has no such policy, and says so.
  assert.match(await page.text('[aria-labelledby=rule-text]'), /does not have that revision/);
});

test('one_click_leads_from_a_record_to_what_its_rule_said', CHROMIUM_ONLY, async () => {
  const [id] = await send([verdict({ policy: MARKUP, rule: 'terms' })]);
  await enter('rev', `#/records?id=${id}`);
  await (await page.find('.pane .facts a[href^="#/rules/"]')).click();
  await settled();
  const said = await page.text('[aria-labelledby=rule-text]');
  for (const part of ['revision 3', 'Masked', '＊', 'tight, joined, leet', '赌博网站', 'some words', 'Unless within 9 units', '戒赌']) {
    assert.ok(said.includes(part), `${part}: ${said}`);
  }
  await go(`#/rules/${encodeURIComponent(MARKUP)}/both?revision=3`);
  assert.match(await page.text('[aria-labelledby=rule-text]'), /group 1\s+how[^]*group 2\s+bomb[^]*in one sentence/);
});

test('a_verdict_given_twice_leads_on_once', CHROMIUM_ONLY, async () => {
  const [oldest, middle, newest] = await send([verdict({ rule: 'twice' }), verdict({ rule: 'twice' }), verdict({ rule: 'twice' })]);
  await enter('rev', `#/records?rule=twice&id=${newest}`);
  // Both are given before the first is answered.
  await page.run(`for (const repeat of [false, true, false]) {
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'u', repeat, bubbles: true }));
  }`);
  await until('both are written down', async () => (await collector.ask('GET', '/v1/audit?order=newest&limit=500')).entries
    .filter(({ about }) => JSON.stringify(about).includes(newest)).length === 2);
  await settled();
  assert.match(await address(), new RegExp(middle));
  const reviews = await Promise.all([oldest, middle].map((id) => collector.ask('GET', `/v1/reports/${id}`)));
  assert.deepEqual(reviews.map(({ review }) => review), [undefined, undefined]);
});

test('older_records_are_shown_once_though_others_arrive_meanwhile', CHROMIUM_ONLY, async () => {
  const many = Array.from({ length: 120 }, () => verdict({ rule: 'pages' }));
  await send(many.slice(0, 60));
  await send(many.slice(60));
  await enter('rev', '#/records?rule=pages');
  assert.equal(await page.count('tbody tr'), 100);
  // The page of older records comes only after the records that arrived.
  await page.run(`const ask = window.fetch;
    window.fetch = async (path, options) => {
      const answer = await ask(path, options);
      if (path.includes('order=newest') && path.includes('after=')) await new Promise((resolve) => { window.goOn = resolve; });
      return answer;
    };
    document.querySelector('.under button').click();`);
  await send([verdict({ rule: 'pages' })]);
  await until('it is there', async () => (await page.count('tbody tr')) === 101);
  await page.run('window.goOn()');
  await until('the older ones are there', async () => (await page.count('tbody tr')) > 101);
  const ids = await page.run('return [...document.querySelectorAll("tbody tr")].map((row) => row.dataset.id)');
  assert.equal(ids.length, 121);
  assert.equal(new Set(ids).size, 121);
  assert.ok(!await page.isVisible('.under button'));
});

test('signing_out_fails_aloud_and_a_link_to_a_record_asks_for_it_once', CHROMIUM_ONLY, async () => {
  const [id] = await send([verdict({ rule: 'linked' })]);
  await enter('rev', '#/audit');
  await page.run(`window.asked = [];
    const ask = window.fetch;
    window.fetch = (path, options) => {
      window.asked.push(path);
      return options.method === 'DELETE' ? Promise.reject(new TypeError('offline')) : ask(path, options);
    };`);
  await go(`#/records?rule=other&id=${id}`);
  assert.match(await page.text('.pane'), /linked/);
  assert.equal(await page.run('return window.asked.filter((path) => path.includes(arguments[0])).length', id), 1);
  await page.driver.findElement(By.id('sign-out')).click();
  await until('it is said', async () => (await page.text('#status')) !== '');
  assert.equal(await page.count('#sign-in'), 0);
});

test('the_focus_stays_with_the_filter_and_returns_to_the_row_that_was_open', CHROMIUM_ONLY, async () => {
  await send([verdict({ rule: 'focus' })]);
  await enter('rev', '#/records?rule=focus');
  const focused = () => page.run('return document.activeElement.name || document.activeElement.tagName');
  await (await page.find('select[name=action]')).sendKeys('m');
  await until('it is asked for', async () => (await address()).includes('action='));
  await settled();
  assert.equal(await focused(), 'action');
  const { width, height } = await page.driver.manage().window().getRect();
  await page.driver.manage().window().setRect({ width: 700, height });
  try {
    await (await page.find('tbody a')).click();
    await until('the record is open', () => page.isVisible('.pane'));
    await press(Key.ESCAPE);
    await until('the list is back', () => page.isVisible('tbody'));
    assert.equal(await page.run('return document.activeElement.closest("tr")?.dataset.id ?? null'),
      await page.run('return document.querySelector("tbody tr").dataset.id'));
  } finally {
    await page.driver.manage().window().setRect({ width, height });
  }
  await go('#/rules');
  assert.equal(await focused(), 'H1');
});

test('records_that_arrive_come_on_top_and_wait_while_the_feed_is_paused', CHROMIUM_ONLY, async () => {
  await send([verdict({ rule: 'live' })]);
  await enter('rev', '#/records?rule=live');
  assert.equal(await page.count('tbody tr'), 1);
  await send([verdict({ rule: 'live', revision: 4 })]);
  await until('it is there', async () => (await page.count('tbody tr')) === 2);
  assert.match(await page.text('tbody tr:first-child'), /starter · 4/);
  await press('p');
  await send([verdict({ rule: 'live', revision: 5 })]);
  await until('it waits', () => page.isVisible('[data-control=release]'));
  assert.equal(await page.count('tbody tr'), 2);
  await press('.');
  await until('it is shown', async () => (await page.count('tbody tr')) === 3);
});

test('a_complaint_is_answered_and_its_user_sees_the_answer', CHROMIUM_ONLY, async () => {
  const [id] = await send([complaint({ text: 'please look at this' })]);
  // By its link alone: the list beside it is of others.
  await enter('rev', `#/complaints/${id}?status=answered`, 'zh-CN');
  assert.match(await page.text('.pane'), /please look at this/);
  await choose('decision', 'answered');
  await (await page.find('.pane button[type=submit]')).click();
  await until('an answer is asked for', async () => (await page.text('#status')) === '请填写答复。');
  await (await page.find('#answer')).sendKeys('已经处理。');
  await (await page.find('.pane button[type=submit]')).click();
  await until('it is saved', async () => (await page.count('.pane form')) === 0);
  const told = await fetch(`${collector.url}/v1/complaints/${id}`).then((answer) => answer.json());
  assert.deepEqual([told.status, told.answer], ['answered', '已经处理。']);
  await go('#/complaints');
  assert.ok(!(await page.text('main')).includes('please look at this'));
  await choose('status', 'answered');
  assert.match(await page.text('tbody'), /please look at this/);
});

test('days_of_trends_are_those_of_the_readers_clock_or_said_to_be_of_utc', CHROMIUM_ONLY, async () => {
  await send([verdict()]);
  await enter('rev', '#/trends?span=7d');
  const newest = async (zone) => {
    await page.driver.sendDevToolsCommand('Emulation.setTimezoneOverride', { timezoneId: zone });
    await page.driver.navigate().refresh();
    await until('the charts', async () => (await page.count('.chart canvas')) === 4);
    await page.run('document.querySelector("details").open = true');
    return await page.text('details tbody th');
  };
  const day = (zone) => new Date().toLocaleDateString('en', { timeZone: zone, month: '2-digit', day: '2-digit' });
  try {
    for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      // The day may change while the page is loaded.
      const before = day(zone);
      const shown = await newest(zone);
      assert.ok([before, day(zone)].includes(shown), `${zone}: ${shown}`);
    }
    await newest('Asia/Kolkata');
    assert.match(await page.text('.lead'), /UTC/);
  } finally {
    await page.driver.sendDevToolsCommand('Emulation.setTimezoneOverride', { timezoneId: '' });
  }
});

test('what_strangers_wrote_stays_text_in_every_view_and_each_is_accessible', CHROMIUM_ONLY, async () => {
  const { token } = await collector.ask('POST', '/v1/tokens', JSON.stringify({ subject: MARKUP, scopes: ['reports', 'complaints'], seconds: 60 }));
  const names = { policy: MARKUP, rule: MARKUP, message: MARKUP };
  const words = { risk: MARKUP, view: MARKUP, channel: MARKUP, surface: MARKUP, locale: MARKUP, engine_version: MARKUP };
  const [id, complained] = await send([verdict({ ...names, ...words }), complaint({ text: MARKUP.repeat(20), message: MARKUP, locale: MARKUP })], token);
  const json = (value) => JSON.stringify(value);
  await collector.ask('PUT', `/v1/reports/${id}/review`, json({ verdict: 'rejected', note: MARKUP }));
  await collector.ask('PUT', `/v1/complaints/${complained}`, json({ status: 'upheld', answer: MARKUP }));
  const part = encodeURIComponent(MARKUP);
  await enter('boss', `#/records?id=${id}`);
  const places = [
    `#/records?id=${id}`, `#/records?rule=${part}`, '#/trends', '#/rules', `#/rules/${part}/${part}`, `#/rules/${part}/${part}?revision=3`, `#/complaints/${complained}`,
    `#/subjects/${part}`, '#/exports', '#/audit', '#/particulars', `#/${part}`,
  ];
  for (const place of places) {
    await go(place);
    assert.equal(await page.count('main img, main script, main iframe, [onerror]'), 0, place);
    assert.equal(await page.text('[role=alert]'), '', place);
    if (place.includes(part) || place.includes(id)) assert.match(await page.text('main'), /<img src=x/, place);
    const violations = await page.driver.executeAsyncScript(`${AXE}
      axe.run().then(({ violations }) => arguments[0](violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200))));`);
    assert.deepEqual(violations, [], place);
  }
  assert.equal(await page.run('return window.ran'), null);
  assert.deepEqual(await page.run('return window.__probe.violations'), []);
});

test('no_cell_of_the_saved_table_is_a_formula', CHROMIUM_ONLY, async () => {
  const rules = ['=cmd|"/c calc"!A1', '+1', '-1', '@sum(1)', '\t=1', '\n=1', ' =1', '"quoted", and cut'];
  await send(rules.map((rule) => verdict({ rule, policy: 'formulas' })));
  await enter('rev', '#/records?policy=formulas');
  // What would be saved, read before the browser takes it.
  const table = await page.driver.executeAsyncScript(`
    const done = arguments[0];
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => { void blob.text().then(done); return create(blob); };
    document.querySelector('[data-control=csv]').click();`);
  const cells = table.split('\r\n').slice(1, -1).flatMap((line) => line.split(/(?<="),(?=")/));
  assert.ok(cells.length > rules.length);
  for (const cell of cells) assert.match(cell, /^"(?!\s*[=+\-@])[^]*"$/);
  for (const rule of rules.slice(0, -1)) assert.ok(table.includes(`"'${rule.replaceAll('"', '""')}"`), rule);
  assert.ok(table.includes('""' + '"quoted"", and cut"'));
});

test('roles_see_what_they_may_and_exports_are_links_that_the_cookie_opens', CHROMIUM_ONLY, async () => {
  const [id] = await send([verdict({ rule: 'exported' })]);
  await collector.ask('PUT', `/v1/reports/${id}/review`, JSON.stringify({ verdict: 'rejected' }));
  await enter('rev', '#/exports');
  assert.equal(await page.count('#menu a'), 5);
  assert.equal(await page.count('[data-export]'), 0);
  await page.driver.findElement(By.id('sign-out')).click();
  await until('the form', () => page.isVisible('#sign-in'));
  await enter('boss', '#/exports');
  assert.equal(await page.count('#menu a'), 8);
  const [authority, corrections] = await page.driver.executeAsyncScript(`
    const links = [...document.querySelectorAll('[data-export]')];
    Promise.all(links.map((link) => fetch(link.href).then((answer) => answer.text()))).then(([authority, correction]) =>
      arguments[0]([JSON.parse(authority.split('\\n')[0]).export, correction.split('\\n').filter(Boolean).map((line) => JSON.parse(line)).filter(({ rule }) => rule === 'exported').map(({ verdict }) => verdict)]));`);
  assert.equal(authority, 'tidegate.authority');
  assert.deepEqual(corrections, ['rejected']);
});
