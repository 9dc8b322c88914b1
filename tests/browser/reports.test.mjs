/** Records reach the collector once, through crashes and lost answers. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Key } from 'selenium-webdriver';
import { Collector, conversations, isListening, Page, Proxy, ROOT, until } from './harness.mjs';

/** Long enough for the outbox to try again if it wrongly believed it had to, ms. */
const QUIET_MS = 4_000;
/** Longest back-off that a test waits for, ms. */
const RETRY_MS = 90_000;

/** Records of each version of the client. */
const FIXTURES = join(ROOT, 'tests/vectors/records');

let collector;
let proxy;
let page;
let masking;
before(async () => {
  [masking] = (await conversations('en')).filter(({ id }) => id === 'en-gambling-ad');
  page = await Page.start();
});
beforeEach(async () => {
  collector = await Collector.start();
  // Of an origin of its own, so that nothing is stored there.
  proxy = await Proxy.start(collector.url);
  await page.openReady(proxy.url, '?lang=en&age=adult');
});
after(() => page?.dispose());
afterEach(async () => {
  await page?.driver.get('about:blank');
  await proxy?.dispose();
  await collector?.dispose();
});

const isChat = ({ url }) => url === '/v1/chat/completions';
const isReport = ({ url, method }) => url === '/v1/reports' && method === 'POST';
const idsOf = (records) => records.map(({ id }) => id);
const spans = (records) => records.map(({ data }) => `${data.message} ${data.rule} ${data.start}`);

async function complain(text) {
  await (await page.find('[data-tool=report]')).click();
  await (await page.find('dialog[data-kind=report] input[value=harmful]')).click();
  await (await page.find('#report-text')).sendKeys(text);
  const preview = await page.text('#report-preview');
  const record = JSON.parse(await page.run('return document.querySelector("#report-record").textContent'));
  await (await page.find('dialog[data-kind=report] button[type=submit]')).click();
  const receipt = await until('a receipt', () => page.text('#receipt-id'));
  return { receipt, preview, record };
}

test('what_was_flagged_while_the_collector_was_dead_arrives_once', async () => {
  proxy.intercept = async (request, forward) => {
    if (!isChat(request)) return undefined;
    // The whole answer is taken first; the page reads it from a dead service.
    const answer = await forward();
    await collector.kill();
    return answer;
  };
  assert.equal((await page.ask(masking.prompt)).end, 'finished');
  assert.equal(await isListening(collector.port), false);
  await sleep(1_500);
  proxy.intercept = async () => undefined;
  await collector.resume();
  const records = await until('the records arrive', async () => {
    const all = await collector.records();
    return all.length >= masking.forbidden.length && all;
  }, RETRY_MS);
  await sleep(QUIET_MS);
  const later = await collector.records();
  assert.deepEqual(idsOf(later), idsOf(records));
  assert.equal(new Set(spans(later)).size, later.length);
});

test('records_whose_acknowledgement_was_lost_are_not_stored_twice', async () => {
  let lost = 0;
  proxy.intercept = async (request, forward) => {
    if (!isReport(request) || lost > 0) return undefined;
    lost += 1;
    await forward();
    return 'drop';
  };
  await page.ask(masking.prompt);
  await until('the batch is sent again', async () => await collector.metric('records_duplicate_total') > 0, RETRY_MS);
  const records = await collector.records();
  assert.equal(lost, 1);
  assert.equal(new Set(idsOf(records)).size, records.length);
  assert.equal(new Set(spans(records)).size, records.length);
});

test('what_waits_survives_a_reload_of_the_page', async () => {
  proxy.intercept = async (request) => (isReport(request) ? { status: 503, headers: {}, body: '' } : undefined);
  await page.ask(masking.prompt);
  const { receipt } = await complain('kept over a reload');
  assert.deepEqual(await collector.records(), []);
  proxy.intercept = async () => undefined;
  await page.openReady(proxy.url, '?lang=en&age=adult');
  await until('the complaint arrives', async () => idsOf(await collector.records()).includes(receipt), RETRY_MS);
  await until('the verdicts arrive', async () =>
    (await collector.records()).some(({ data }) => data.rule !== undefined), RETRY_MS);
  await sleep(QUIET_MS);
  const records = await collector.records();
  assert.equal(new Set(idsOf(records)).size, records.length);
});

test('a_complaint_ends_in_a_receipt_and_is_listed_as_shown', async () => {
  await page.ask(masking.prompt);
  const { receipt, preview, record: announced } = await complain('This is an advertisement.');
  const record = await until('the complaint arrives', async () =>
    (await collector.records()).find(({ id }) => id === receipt));
  assert.equal(record.type, 'dev.tidegate.complaint.v1');
  assert.deepEqual({ type: record.type, data: record.data }, announced, 'the preview is what was sent, word for word');
  assert.equal(record.data.category, 'harmful');
  assert.equal(record.data.text, 'This is an advertisement.');
  assert.equal(record.data.locale, 'en');
  for (const shown of ['harmful', record.data.text, record.data.message, 'en']) assert.ok(preview.includes(shown), shown);
  const verdict = (await collector.records()).find(({ data }) => data.rule !== undefined);
  assert.equal(record.data.message, verdict.data.message, 'complaint and verdicts name the same message');
});

test('what_the_page_sends_is_of_the_schema_that_the_collector_serves', async () => {
  // Formats such as uint32 are of the types, not of JSON Schema's vocabulary.
  const ajv = new Ajv2020({ validateFormats: false });
  const validate = ajv.compile(await (await fetch(`${collector.url}/v1/schema/record.json`)).json());
  const isOfSchema = (record) => validate(record) || assert.fail(`${JSON.stringify(record)}: ${ajv.errorsText(validate.errors)}`);
  const sent = [];
  proxy.intercept = async (request, forward, body) => {
    if (isReport(request)) sent.push(...JSON.parse(body.toString()));
    return undefined;
  };
  await page.ask(masking.prompt);
  await complain('of the schema');
  await until('verdicts and the complaint are sent', () => new Set(sent.map(({ type }) => type)).size === 2);
  sent.forEach(isOfSchema);
  for (const file of await readdir(FIXTURES)) JSON.parse(await readFile(join(FIXTURES, file), 'utf8')).forEach(isOfSchema);
  for (const [name, value] of [['action', 'sing'], ['start', -1], ['rule', undefined], ['schema_version', '1']]) {
    const verdict = structuredClone(sent.find(({ data }) => data.rule !== undefined));
    verdict.data[name] = value;
    assert.equal(validate(JSON.parse(JSON.stringify(verdict))), false, name);
  }
});

test('a_complaint_is_followed_from_its_receipt_to_its_answer_also_after_a_reload', async () => {
  const { complaint_days: days } = await (await fetch(`${collector.url}/v1/particulars`)).json();
  await page.ask(masking.prompt);
  // While the collector cannot be reached the page says that it is on its way, not that it has arrived.
  proxy.intercept = async (request) => (isReport(request) ? { status: 503, headers: {}, body: '' } : undefined);
  const { receipt } = await complain('please look at this');
  assert.match(await page.text('dialog .complaint-days'), new RegExp(`within ${days} days`));
  const stands = (status) => until(`the status is ${status}`, () => page.run(
    'return document.querySelector(`dialog [data-status="${arguments[0]}"]`) !== null', status), RETRY_MS);
  await stands('waiting');
  proxy.intercept = async () => undefined;
  await stands('received');
  await collector.ask('PUT', `/v1/complaints/${receipt}`, JSON.stringify({ status: 'in_review' }));
  await stands('in_review');
  await collector.ask('PUT', `/v1/complaints/${receipt}`, JSON.stringify({ status: 'answered', answer: 'It was an advertisement; <b>removed</b>.' }));
  await stands('answered');
  assert.ok((await page.text('dialog .receipt')).includes('It was an advertisement; <b>removed</b>.'), 'shown as text');

  await page.openReady(proxy.url, '?lang=en&age=adult');
  await page.ask(masking.prompt);
  await (await page.find('[data-tool=report]')).click();
  for (const summary of ['#earlier-reports > summary', `[data-receipt="${receipt}"] > summary`]) {
    await (await page.find(summary)).sendKeys(Key.ENTER);
  }
  await stands('answered');
  const [kept] = JSON.parse(await page.run('return localStorage.getItem("tidegate-demo/receipts")'));
  assert.deepEqual(Object.keys(kept).sort(), ['at', 'category', 'id'], 'nothing of what the user wrote is kept');
});
