/**
 * `tidegate/elements` by themselves: a page with nothing but the three elements
 * and a usage that the test sets, under a policy that allows no inline style.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { By, Key } from 'selenium-webdriver';
import { BROWSER, CHROMIUM_ONLY, Page, ROOT, until } from './harness.mjs';

const CSP = "default-src 'none'; img-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'";
const TYPES = { '.js': 'text/javascript', '.html': 'text/html; charset=utf-8' };
const HTML = `<!doctype html><html lang="en"><head><title>Elements</title><script type="module" src="/page.js"></script></head><body>
<a id="before" href="#x">A link behind</a>
<tidegate-usage-badge></tidegate-usage-badge>
<tidegate-usage-overlay><p id="help">Call 12355</p><button id="who" slot="actions">Who we are</button></tidegate-usage-overlay>
<tidegate-reminder></tidegate-reminder>
<textarea id="box"></textarea></body></html>`;
/** Elements are given their usage before they are defined, as an app that loads lazily would. */
const SCRIPT = `
import { defineElements } from '/elements.js';
class Usage extends EventTarget {
  shown = []; asked = 0;
  current = undefined;
  status() { this.asked += 1; return structuredClone(this.current); }
  acknowledge(reminder) {
    this.shown.push(reminder.kind);
    this.current.due = this.current.due.filter(({ kind }) => kind !== reminder.kind);
  }
  set(status, event = 'change') { this.current = status; this.dispatchEvent(new Event(event)); }
}
globalThis.usage = new Usage();
usage.current = ${JSON.stringify(open())};
globalThis.before = customElements.get('tidegate-usage-overlay') === undefined;
for (const element of document.querySelectorAll('tidegate-usage-badge, tidegate-usage-overlay, tidegate-reminder')) element.usage = usage;
defineElements();
defineElements();
document.documentElement.dataset.guard = 'ready';
`;

/** A guard whose night begins when the test says so, over an interface that cannot be changed. */
const GUARDED = `<!doctype html><html lang="en"><head><title>Guarded</title><script type="module" src="/guarded.js"></script></head>
<body><main id="chat"><p id="said">The tide</p><tidegate-usage-overlay></tidegate-usage-overlay></main></body></html>`;
const GUARDED_SCRIPT = `
import { compilePolicy, createGuard, init, memoryHost } from '/inline.js';
import { defineElements } from '/elements.js';
await init();
defineElements();
const pack = compilePolicy({ policy: 'p', rules: [{ id: 'r', risk: 'x_gambling', action: 'mask', terms: ['casino'] }] });
globalThis.host = memoryHost({ now: Date.parse('2026-03-05T21:59:00+08:00') });
globalThis.guard = await createGuard({ packs: [pack], usage: { presets: ['cn_minor_mode_2024'], age: 14 }, host });
document.querySelector('tidegate-usage-overlay').usage = guard.usage;
globalThis.detach = guard.attach(document.querySelector('#chat'));
document.documentElement.dataset.guard = 'ready';
`;

const NOW = Date.parse('2026-03-05T21:00:00+08:00');
function open(extra = {}) {
  return {
    state: 'open', usedMs: 12 * 60_000, remainingMs: 48 * 60_000, continuousMs: 0, nextChangeAt: null, opensAt: null, due: [],
    now: Date.parse('2026-03-05T21:00:00+08:00'), zone: '+08:00', day: '2026-03-05', identity: 'declared', deny: [], require: [],
    calendar: null, ...extra,
  };
}
const closed = (reason, opensAt = Date.parse('2026-03-06T06:00:00+08:00'), extra = {}) =>
  open({ state: 'closed', reason, opensAt, nextChangeAt: opensAt, ...extra });
const due = (kind, valueMs = 30 * 60_000, at = NOW) => ({ kind, at, valueMs, preset: 'test' });

let page;
let server;
let url;
before(async () => {
  server = createServer(async ({ url: path }, answer) => {
    try {
      const own = { '/': HTML, '/page.js': SCRIPT, '/guarded/': GUARDED, '/guarded.js': GUARDED_SCRIPT };
      const body = own[path.split('?')[0]] ?? await readFile(join(ROOT, 'pkg', path));
      const type = TYPES[extname(path.split('?')[0])] ?? TYPES['.html'];
      answer.writeHead(200, { 'content-type': type, 'content-security-policy': CSP }).end(body);
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${server.address().port}`;
  page = await Page.start();
});
after(async () => {
  await page?.dispose();
  server?.closeAllConnections();
  server?.close();
});
beforeEach(async () => page.openReady(url, ''));

const set = (status, event = 'change') => page.run('usage.set(arguments[0], arguments[1])', status, event);
const inside = async (tag, selector) => (await (await page.find(tag)).getShadowRoot()).findElement(By.css(selector));
const textOf = (tag) => page.run('return document.querySelector(arguments[0]).shadowRoot.querySelector("dialog, div").innerText', tag);
const isOpen = (tag) => page.run('return document.querySelector(arguments[0]).shadowRoot.querySelector("dialog").open', tag);
const press = (...keys) => page.driver.actions().sendKeys(...keys).perform();
/** What a screen reader is given of the page; only Chromium tells all of it. */
async function heard() {
  const { nodes } = await page.driver.sendAndGetDevToolsCommand('Accessibility.getFullAXTree', {});
  return nodes.filter(({ ignored }) => !ignored).map(({ role, name, description }) => ({
    role: role?.value, name: name?.value ?? '', description: description?.value ?? '',
  }));
}

test('an_open_service_shows_no_dialog_and_a_labelled_meter', async () => {
  assert.equal(await page.run('return before'), true, 'importing defines nothing');
  assert.equal(await isOpen('tidegate-usage-overlay'), false);
  assert.equal(await isOpen('tidegate-reminder'), false);
  assert.match(await textOf('tidegate-usage-badge'), /Used today: 12 min · 48 min left/);
  const meter = await inside('tidegate-usage-badge', 'meter');
  assert.equal(await meter.getAriaRole(), 'meter');
  assert.equal(await meter.getAccessibleName(), 'Time used today');
  assert.equal(await meter.getAttribute('aria-valuetext'), '12 min of 1 h');
});

test('a_closed_service_is_an_alert_dialog_that_says_why_and_until_when_in_the_services_time', CHROMIUM_ONLY, async () => {
  await page.driver.sendDevToolsCommand('Emulation.setTimezoneOverride', { timezoneId: 'America/New_York' });
  try {
    await set(closed('curfew'));
    const dialog = await inside('tidegate-usage-overlay', 'dialog');
    assert.equal(await dialog.getAriaRole(), 'alertdialog');
    assert.equal(await dialog.getAccessibleName(), 'Closed for now');
    const [{ description }] = (await heard()).filter(({ role }) => role === 'alertdialog');
    assert.match(description, /night/);
    assert.match(description, /on Friday at 06:00, China time/);
    assert.match(await textOf('tidegate-usage-overlay'), /That is in 9 h\./);
  } finally {
    await page.driver.sendDevToolsCommand('Emulation.setTimezoneOverride', { timezoneId: '' });
  }
});

test('every_reason_is_explained_in_both_languages', async () => {
  for (const locale of ['en', 'zh-CN']) {
    await page.run('document.querySelector("tidegate-usage-overlay").setAttribute("locale", arguments[0])', locale);
    const said = new Set();
    for (const reason of ['curfew', 'quota', 'day', 'guardian', 'identity', 'clock']) {
      await set(closed(reason));
      said.add(await page.run('return document.querySelector("tidegate-usage-overlay").shadowRoot.querySelector("#reason").textContent'));
    }
    assert.equal(said.size, 6);
    for (const words of said) assert.equal(/[\u4e00-\u9fff]/.test(words), locale === 'zh-CN', words);
    assert.equal(await page.run('return document.querySelector("tidegate-usage-overlay").shadowRoot.querySelector("dialog").lang'), locale);
  }
  await set(closed('guardian', null));
  assert.match(await textOf('tidegate-usage-overlay'), /原因消除后会自动恢复/);
  await set(closed('quota', Date.parse('2026-03-20T06:00:00+08:00')));
  assert.match(await textOf('tidegate-usage-overlay'), /2026年3月20日/, 'a date when it is more than a week off');
});

test('behind_the_overlay_the_page_is_inert_and_the_focus_stays_in_it', async () => {
  await (await page.find('#box')).sendKeys('typing');
  await set(closed('quota'));
  assert.equal(await page.run('return document.activeElement.tagName'), 'TIDEGATE-USAGE-OVERLAY', 'the title has the focus');
  await press(Key.ENTER, ' ', 'x');
  assert.equal(await isOpen('tidegate-usage-overlay'), true);
  assert.equal(await page.run('return document.querySelector("#box").value'), 'typing');
  const reached = new Set();
  for (let step = 0; step < 8; step += 1) {
    await press(Key.TAB);
    reached.add(await page.run('return document.activeElement.id || document.activeElement.tagName'));
  }
  assert.ok(reached.has('who'), 'the slotted button can be reached');
  assert.ok(!reached.has('before') && !reached.has('box'), [...reached].join());
  if (BROWSER === 'chromium') {
    const tree = await heard();
    assert.ok(!tree.some(({ name }) => name === 'A link behind'), 'a screen reader does not meet the page behind');
    assert.ok(tree.some(({ name }) => name.includes('Call 12355')), 'it meets the slotted help');
  }
  for (let time = 0; time < 4; time += 1) {
    await press(Key.ESCAPE);
    await page.driver.sleep(100);
    assert.equal(await isOpen('tidegate-usage-overlay'), true, `after Escape ${time + 1}`);
  }
  await set(open());
  assert.equal(await isOpen('tidegate-usage-overlay'), false, 'it goes by itself');
  assert.equal(await page.run('return document.activeElement.id'), 'box', 'the focus is where it was');
});

test('a_reminder_is_acknowledged_with_the_keyboard_and_not_by_who_is_typing', async () => {
  await (await page.find('#box')).sendKeys('typing');
  await set(open({ due: [due('rest', 31 * 60_000)] }), 'reminder');
  const dialog = await inside('tidegate-reminder', 'dialog');
  assert.equal(await dialog.getAriaRole(), 'alertdialog');
  assert.equal(await dialog.getAccessibleName(), 'Time for a break');
  if (BROWSER === 'chromium') assert.match((await heard()).find(({ role }) => role === 'alertdialog').description, /31 min without a break/);
  await press(' ', Key.ENTER);
  assert.equal(await isOpen('tidegate-reminder'), true, 'a key meant for the text dismisses nothing');
  await press(Key.TAB);
  const button = await inside('tidegate-reminder', 'button');
  assert.equal(await button.getAriaRole(), 'button');
  await press(Key.ENTER);
  assert.equal(await isOpen('tidegate-reminder'), false);
  assert.deepEqual(await page.run('return usage.shown'), ['rest']);
  assert.equal(await page.run('return document.activeElement.id'), 'box');
});

test('reminders_come_one_after_the_other_and_escape_acknowledges', async () => {
  await set(open({ due: [due('not_human', 0, NOW), due('duration', 120 * 60_000, NOW - 1), due('ai_disclosure', 0, NOW + 1)] }), 'reminder');
  const names = [];
  for (let index = 0; index < 3; index += 1) {
    names.push(await (await inside('tidegate-reminder', 'dialog')).getAccessibleName());
    await press(Key.ESCAPE);
    await page.driver.sleep(150);
  }
  assert.deepEqual(names, ['You have been here for 2 h', 'You are talking to an AI', 'You are using an AI system']);
  assert.deepEqual(await page.run('return usage.shown'), ['duration', 'not_human', 'ai_disclosure']);
  assert.equal(await isOpen('tidegate-reminder'), false);
});

test('a_reminder_that_is_not_due_any_more_goes_without_being_acknowledged', async () => {
  await set(open({ due: [due('rest')] }), 'reminder');
  assert.equal(await isOpen('tidegate-reminder'), true);
  await set(closed('quota'));
  assert.equal(await isOpen('tidegate-reminder'), false);
  assert.equal(await isOpen('tidegate-usage-overlay'), true);
  assert.deepEqual(await page.run('return usage.shown'), []);
});

test('the_badge_speaks_only_when_little_is_left', async () => {
  const note = await inside('tidegate-usage-badge', '[part=note]');
  assert.equal(await note.getAriaRole(), 'status');
  assert.equal(await note.getAttribute('aria-live'), 'polite');
  await set(open({ usedMs: 20 * 60_000, remainingMs: 40 * 60_000 }));
  assert.equal(await page.run('return document.querySelector("tidegate-usage-badge").shadowRoot.querySelector("[part=note]").textContent'), '');
  await set(open({ remainingMs: 10 * 60_000, due: [due('remaining', 10 * 60_000)] }), 'reminder');
  assert.equal(await note.getText(), '10 min left today.');
  assert.deepEqual(await page.run('return usage.shown'), ['remaining'], 'the badge acknowledges what it says');
  assert.equal(await isOpen('tidegate-reminder'), false, 'and no dialog comes');
  await set(open({ remainingMs: 60 * 60_000 }));
  assert.equal(await note.getText(), '', 'a new day');
  await set(open({ remainingMs: null }));
  assert.equal(await textOf('tidegate-usage-badge'), '');
  assert.equal(await page.run('return document.querySelector("tidegate-usage-badge").shadowRoot.querySelector("slot[name=icon]").hidden'), true, 'nor an icon alone');
  await set(open({ remainingMs: null, nextChangeAt: NOW + 5 * 60_000 }));
  assert.equal(await note.getText(), 'Closes today at 21:05.', 'a curfew is announced too');
  assert.equal(await page.run('return document.querySelector("tidegate-usage-badge").shadowRoot.querySelector("meter").checkVisibility()'), false);
});

test('they_keep_a_policy_without_inline_styles_and_are_themed_from_outside', async () => {
  await page.run(`const sheet = new CSSStyleSheet();
    sheet.replaceSync('tidegate-usage-overlay { --tidegate-surface: rgb(1, 2, 3) } tidegate-usage-overlay::part(title) { color: rgb(4, 5, 6) }');
    document.adoptedStyleSheets = [sheet];`);
  await set(closed('day'));
  const style = (selector, property) => page.run(
    'return getComputedStyle(document.querySelector("tidegate-usage-overlay").shadowRoot.querySelector(arguments[0]))[arguments[1]]', selector, property);
  assert.equal(await style('dialog', 'backgroundColor'), 'rgb(1, 2, 3)');
  assert.equal(await style('h2', 'color'), 'rgb(4, 5, 6)');
  assert.equal(await style('dialog', 'width'), `${await page.run('return document.documentElement.clientWidth')}px`, 'it covers the page');
  assert.deepEqual((await page.seen()).violations, []);
});

test('an_element_that_is_moved_or_gets_another_usage_listens_to_one_only', async () => {
  await page.run('const badge = document.querySelector("tidegate-usage-badge"); document.body.prepend(badge); document.body.append(badge);');
  await page.run(`window.old = usage; const other = new usage.constructor(); other.current = structuredClone(usage.current);
    for (const element of document.querySelectorAll('tidegate-usage-badge, tidegate-usage-overlay, tidegate-reminder')) element.usage = other;
    window.usage = other; old.asked = 0;`);
  await page.run('old.set({ ...old.current, state: "closed", reason: "day", opensAt: null })');
  await page.driver.sleep(1_500);
  assert.equal(await page.run('return old.asked'), 0);
  assert.equal(await isOpen('tidegate-usage-overlay'), false);
  await page.run('document.querySelector("tidegate-usage-overlay").remove(); usage.set({ ...usage.current, usedMs: 60000 })');
  assert.match(await textOf('tidegate-usage-badge'), /Used today: 1 min/);
});

test('what_is_attached_is_hidden_while_closed_after_the_grace_and_the_overlay_in_it_is_not', async () => {
  await page.openReady(`${url}/guarded`, '');
  const pass = (ms) => page.driver.executeAsyncScript('const done = arguments[1]; host.advance(arguments[0]).then(() => done())', ms);
  const visible = (selector) => page.run('return document.querySelector(arguments[0]).checkVisibility({ visibilityProperty: true })', selector);
  assert.equal(await visible('#said'), true);
  await pass(60_000);
  assert.equal(await visible('#said'), true, 'the sentence may be finished');
  assert.equal(await isOpen('tidegate-usage-overlay'), true);
  await pass(15_000);
  assert.equal(await visible('#said'), false);
  const box = await inside('tidegate-usage-overlay', 'h2');
  assert.equal(await box.isDisplayed(), true);
  assert.equal(await box.getCssValue('visibility'), 'visible');
  await pass(8 * 3_600_000);
  assert.equal(await visible('#said'), true, 'it comes back by itself');
  assert.equal(await isOpen('tidegate-usage-overlay'), false);
  await pass(16 * 3_600_000);
  assert.equal(await visible('#said'), false);
  await page.run('detach()');
  assert.equal(await visible('#said'), true, 'without the guard it is the page\u2019s own');
  await page.run('detach = guard.attach(document.querySelector("#chat"))');
  assert.equal(await visible('#said'), false, 'attached at night, hidden at once');
  assert.deepEqual((await page.seen()).violations, []);
});
