/** What records say of the user and of the text, by the provider's choice. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compilePolicy, createGuard, init, memoryHost } from 'tidegate';
import { replaceExport } from './core-exports.mjs';
import { coded, pack, POLICY } from './support.mjs';
import { AFTERNOON, json, signedPack, signer } from './usage-support.mjs';

/** How often the rules were read out of the core. */
let readings = 0;
replaceExport('filter_rules', (read) => (...given) => (readings += 1, read(...given)));

const ENDPOINT = 'https://collector.example/v1/reports';
const KEY = new Uint8Array(32).fill(7);
const PERSONAL = {
  ...POLICY,
  rules: [
    ...POLICY.rules,
    { id: 'mobile', risk: 'a4_personal_info', action: 'flag', detect: 'cn-mobile' },
    { id: 'name', risk: 'a4_privacy', action: 'flag', terms: ['王小明'] },
  ],
};

async function setup({ reports = {}, usage, packs, publicKeys, now, answer } = {}) {
  const records = [];
  const send = async (request) => {
    const other = await answer?.(request);
    if (other) return other;
    const batch = JSON.parse(new TextDecoder().decode(request.body));
    records.push(...batch);
    return json({ accepted: batch.map(({ id }) => id) });
  };
  const host = memoryHost({ send, ...(now === undefined ? {} : { now }) });
  const guard = await createGuard({
    packs: packs ?? [await pack()], host, reports: { endpoint: ENDPOINT, ...reports },
    ...(usage ? { usage: { presets: ['cn_minor_mode_2024'], ...usage } } : {}), ...(publicKeys ? { publicKeys } : {}),
  });
  return { guard, host, records };
}

/** The `data` of the verdicts that `deltas` make. */
async function verdicts({ guard, records }, deltas, rule = 'flag', channel = 'text') {
  const message = guard.message({ channel });
  for (const delta of [deltas].flat()) message.push(delta);
  message.finish();
  await guard.reports.flush();
  return records.splice(0).map(({ data }) => data).filter((data) => data.rule === rule);
}

for (const [usage, band, minor] of [
  [undefined, 'unknown', false],
  [{ age: 13 }, 'u14', true], [{ age: 14 }, '14_15', true], [{ age: 15 }, '14_15', true],
  [{ age: 16 }, '16_17', true], [{ age: 17 }, '16_17', true], [{ age: 18 }, 'adult', false],
  [{}, 'unknown', true], [{ assume: 'adult' }, 'unknown', false],
]) {
  test(`with usage ${JSON.stringify(usage)} a record says ${band}, ${minor ? 'a minor' : 'no minor'}`, async () => {
    const made = await setup({ usage });
    const [{ age_band, minor_mode, consent_ref, clock_skew_ms }] = await verdicts(made, '请看提醒词语。');
    assert.deepEqual({ age_band, minor_mode, consent_ref, clock_skew_ms },
      { age_band: band, minor_mode: minor, consent_ref: undefined, clock_skew_ms: undefined });
    await made.guard.dispose();
  });
}

test('an assertion gives the band and, with consent, its id; a fresh one replaces them', async () => {
  const { packs, key } = await signedPack();
  const { key: backend, assertion } = signer();
  const made = await setup({
    packs, publicKeys: [key, backend], now: AFTERNOON,
    usage: { subject: 'child', assertion: assertion({ now: AFTERNOON, age_band: '12-13', consent: true, jti: 'c-1' }) },
  });
  // The policy of signed packs has one rule of its own.
  const of = async () => (await verdicts(made, '赌博网站', 'gambling'))[0];
  const { age_band, minor_mode, consent_ref } = await of();
  assert.deepEqual({ age_band, minor_mode, consent_ref }, { age_band: 'u14', minor_mode: true, consent_ref: 'c-1' });
  made.guard.usage.identify(assertion({ now: AFTERNOON + 1_000, age_band: '12-15', jti: 'c-2' }));
  const later = await of();
  assert.deepEqual([later.age_band, later.minor_mode, later.consent_ref], ['unknown', true, undefined]);
  await made.guard.dispose();
});

test('with the server’s time a record has that time, and says how far the clock was off', async () => {
  const server = AFTERNOON + 90_500;
  const made = await setup({
    now: AFTERNOON, usage: { age: 30, server: 'https://collector.example' },
    answer: async ({ url }) => url.includes('/v1/time') ? json({ now: server }) : url.includes('/v1/reports') ? undefined : json({}, 404),
  });
  made.guard.message().push('请看提醒词语。');
  await made.guard.reports.flush();
  const [{ time, data }] = made.records;
  assert.equal(data.clock_skew_ms, -90_500);
  assert.equal(Date.parse(time), server);
  await made.guard.dispose();
});

test('a keyed digest is of the span alone, under the server’s key, which is not sent', async () => {
  const made = await setup({ reports: { evidence: 'hmac', evidenceKey: async () => ({ id: 'k1', key: KEY }) } });
  const digest = createHmac('sha512-256', KEY).update('提醒词语').digest('hex');
  // In one piece, and with the span released before it was complete.
  for (const deltas of ['请看提醒词语。', [...'请看提醒词语。']]) {
    const [{ evidence }] = await verdicts(made, deltas);
    assert.deepEqual(evidence, { kind: 'hmac', key: 'k1', digest, length: 4 });
  }
  await made.guard.dispose();
});

test('a key that does not come in time, or is refused at once, leaves records without evidence', async () => {
  const host = memoryHost();
  const pending = createGuard({ packs: [await pack()], host, reports: { endpoint: ENDPOINT, evidence: 'hmac', evidenceKey: () => new Promise(() => {}) } });
  await host.advance(5_000);
  const late = await Promise.race([pending, new Promise((resolve) => { setTimeout(resolve, 1_000, 'late'); })]);
  assert.notEqual(late, 'late');
  await late.dispose();
  const made = await setup({ reports: { evidence: 'hmac', evidenceKey: () => { throw new Error('offline'); } } });
  assert.equal((await verdicts(made, '请看提醒词语。'))[0].evidence, undefined);
  await made.guard.dispose();
});

test('without a key records go without evidence; a key that is none is refused', async () => {
  const made = await setup({ reports: { evidence: 'hmac', evidenceKey: async () => { throw new Error('offline'); } } });
  const [{ evidence }] = await verdicts(made, '请看提醒词语。');
  assert.equal(evidence, undefined);
  await made.guard.dispose();
  await assert.rejects(setup({ reports: { evidence: 'hmac' } }), coded('report/evidence-key'));
  for (const key of [{}, { id: 'k', key: new Uint8Array(16) }, { id: '', key: KEY }]) {
    await assert.rejects(setup({ reports: { evidence: 'hmac', evidenceKey: async () => key } }), coded('report/evidence-key'));
  }
});

test('an excerpt shows so much around the span, in whatever pieces the text came', async () => {
  const made = await setup({ reports: { evidence: 'excerpt', excerptUnits: 3 } });
  const text = '一二三四五请看提醒词语。六七八九';
  const [whole] = await verdicts(made, text);
  assert.deepEqual(whole.evidence, { kind: 'excerpt', text: '五请看提醒词语。六七', start: 3, end: 7 });
  const [pieces] = await verdicts(made, [...text]);
  assert.equal(pieces.evidence.text.slice(pieces.evidence.start, pieces.evidence.end), '提醒词语');
  assert.ok(text.includes(pieces.evidence.text), 'what follows may not have come yet');
  const [first] = await verdicts(made, '提醒词语');
  assert.deepEqual(first.evidence, { kind: 'excerpt', text: '提醒词语', start: 0, end: 4 });
  await made.guard.dispose();
});

test('an excerpt masks what the policy knows as personal data, also behind what ends the message', async () => {
  await init();
  const packs = [compilePolicy(PERSONAL)];
  const made = await setup({ packs, reports: { evidence: 'excerpt', excerptUnits: 60 } });
  const [{ evidence }] = await verdicts(made, '王小明 13912345678 说提醒词语，终止词语，打 13812345678 找王小明。');
  assert.doesNotMatch(evidence.text, /\d|王|小明/);
  assert.equal(evidence.text.slice(evidence.start, evidence.end), '提醒词语');
  assert.ok(evidence.text.includes('终止词语'));
  const [own] = await verdicts(made, '打 13912345678 吧', 'mobile');
  assert.doesNotMatch(own.evidence.text, /\d/, 'the span itself is personal data');
  await made.guard.dispose();
});

test('an excerpt masks what is personal data on the channel of the verdict', async () => {
  await init();
  const reasoning = { id: 'mobile', risk: 'a4_personal_info', action: 'flag', detect: 'cn-mobile', channels: ['reasoning'] };
  const name = { id: 'name', risk: 'a4_privacy', action: 'flag', terms: ['王小明'], channels: ['text'] };
  const packs = [compilePolicy({ ...POLICY, rules: [...POLICY.rules, reasoning, name] })];
  const made = await setup({ packs, reports: { evidence: 'excerpt', excerptUnits: 60 } });
  const text = '王小明打 13912345678 说提醒词语。';
  for (const rule of ['flag', 'mobile']) {
    const [{ evidence }] = await verdicts(made, text, rule, 'reasoning');
    assert.equal(evidence.text, '＊＊＊打 ＊＊＊＊＊＊＊＊＊＊＊ 说提醒词语。');
  }
  await made.guard.dispose();
});

test('an excerpt of what the user wrote is judged by the rules for it', async () => {
  await init();
  const exit = { id: 'leave', risk: 'a4_privacy', action: 'flag', exit: true, terms: ['再见小明'] };
  const packs = [compilePolicy({ ...POLICY, rules: [...POLICY.rules, exit] })];
  const { guard, records } = await setup({ packs, reports: { evidence: 'excerpt', excerptUnits: 60 } });
  guard.check('提醒词语，再见小明。');
  await guard.reports.flush();
  assert.deepEqual(records.map(({ data }) => data.evidence.text), Array(2).fill('提醒词语，＊＊＊＊。'));
  await guard.dispose();
});

test('an excerpt masks numbers and addresses that its edges cut, and those that have not come whole', async () => {
  await init();
  const made = await setup({ packs: [compilePolicy(PERSONAL)], reports: { evidence: 'excerpt', excerptUnits: 5 } });
  const excerptOf = async (deltas) => (await verdicts(made, deltas))[0].evidence;
  const text = '电话 13912345678，提醒词语，13812345678 也行';
  const excerpt = { kind: 'excerpt', text: '＊＊＊＊，提醒词语，＊＊＊＊', start: 5, end: 9 };
  assert.deepEqual(await excerptOf(text), excerpt);
  const [{ evidence: late }] = await verdicts(made, [`${'很远'.repeat(300)}${text}`]);
  assert.deepEqual(late, excerpt);
  assert.equal((await excerptOf(['，提醒词语，1381', '2345678'])).text, '，提醒词语，＊＊＊＊');
  assert.equal((await excerptOf(['，提醒词语，a.b@', 'example.com'])).text, '，提醒词语，＊＊＊＊');
  await made.guard.dispose();
});

test('a verdict does not read the rules out of the core again', async () => {
  const made = await setup({ reports: { evidence: 'excerpt' } });
  const before = readings;
  assert.ok(before > 0, 'a guard reads them once');
  assert.notEqual((await verdicts(made, '请看提醒词语，终止词语。'))[0].evidence, undefined);
  assert.equal(readings, before);
  await made.guard.dispose();
});

test('of the youngest, and of who may be one, nothing is told without consent', async () => {
  const tells = async (usage, more = {}) => {
    const made = await setup({ usage, reports: { evidence: 'excerpt', ...more } });
    const [{ evidence }] = await verdicts(made, '请看提醒词语。');
    await made.guard.dispose();
    return evidence !== undefined;
  };
  assert.equal(await tells({ age: 13 }), false);
  assert.equal(await tells({}), false);
  assert.equal(await tells({ age: 14 }), true);
  assert.equal(await tells({ assume: 'adult' }), true);
  assert.equal(await tells(undefined), true);
  assert.equal(await tells({ age: 13 }, { consent: 'form-9' }), true);
  assert.equal(await tells({}, { consent: 'form-9' }), true);
});

test('options out of range are refused', async () => {
  for (const reports of [{ consent: '' }, { consent: 7 }, { evidence: 'excerpt', excerptUnits: 201 }, { evidence: 'excerpt', excerptUnits: 1.5 }]) {
    await assert.rejects(setup({ reports }), coded('report/options'));
  }
});

test('a client writes records with the fields of the fixtures, which the collector’s types read', async () => {
  const fixture = JSON.parse(readFileSync(new URL('../vectors/records/0.1.0-metadata.json', import.meta.url), 'utf8'));
  const made = await setup();
  made.guard.message({ id: 'answer-1' }).push('请看提醒词语。');
  await made.guard.reports.submit({ category: 'minor_safety', text: '不适合', message: 'm7' });
  await made.guard.reports.flush();
  const shape = ({ data, ...event }) => [Object.keys(event).sort(), Object.keys(data).sort(), event.type, event.specversion, event.source];
  for (const record of made.records) {
    const like = fixture.find(({ type }) => type === record.type);
    assert.deepEqual(shape(record), shape(like));
  }
  assert.equal(made.records.length, 2);
  await made.guard.dispose();
});
