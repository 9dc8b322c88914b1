import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  GuardError, compilePolicy, createGuard, init, inspectPack, memoryHost, publicKey, signPack,
} from 'tidegate';
import * as inline from 'tidegate/inline';
import { POLICY, coded, guardOf, pack, run } from './support.mjs';

const SEED = new Uint8Array(32).fill(7);

// First: nothing else in this file may have started the core.
test('calls before init are refused with init/not-ready', async () => {
  assert.throws(() => compilePolicy(POLICY), coded('init/not-ready'));
  assert.throws(() => inspectPack(new Uint8Array(8)), coded('init/not-ready'));
  await assert.rejects(createGuard({ packs: [new Uint8Array(8)] }), coded('init/not-ready'));
});

test('a module that is none is refused, and init can be tried again', async () => {
  await assert.rejects(init({ wasm: new TextEncoder().encode('<!doctype html>') }), coded('init/wasm'));
  await assert.rejects(init({ wasm: new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }) }), coded('init/wasm'));
  await assert.rejects(init({ wasm: 'http://127.0.0.1:1/none.wasm' }), coded('init/network'));
  await Promise.all([init(), init()]);
  await init();
});

test('tidegate/inline shares the started core with tidegate', async () => {
  await init();
  const guard = await inline.createGuard({ packs: [inline.compilePolicy(POLICY)], host: inline.memoryHost() });
  assert.equal(run(guard.message(), ['赌博网站']).text, '＊＊＊＊');
  assert.equal(inline.GuardError, GuardError);
});

test('without a policy there is no guard', async () => {
  await init();
  await assert.rejects(createGuard({ packs: [] }), coded('guard/no-policy'));
  await assert.rejects(createGuard({}), coded('guard/no-policy'));
  await assert.rejects(createGuard(), coded('guard/options'));
  await assert.rejects(createGuard({ packs: ['x'] }), coded('guard/options'));
});

test('every truncation of a pack is refused with a pack code', async () => {
  const whole = await pack();
  for (let length = 0; length < whole.length; length += 1) {
    await assert.rejects(createGuard({ packs: [whole.slice(0, length)] }), /^GuardError: pack\//, `length ${length}`);
  }
});

test('every flipped bit of a pack is refused with a pack code', async () => {
  const whole = await pack();
  for (let bit = 0; bit < whole.length * 8; bit += 3) {
    const bad = whole.slice();
    bad[bit >> 3] ^= 1 << (bit & 7);
    await assert.rejects(createGuard({ packs: [bad] }), /^GuardError: pack\//, `bit ${bit}`);
  }
});

test('with public keys only a pack signed by one of them is loaded', async () => {
  const unsigned = await pack();
  const signed = signPack(unsigned, SEED);
  const key = publicKey(SEED);
  const other = publicKey(new Uint8Array(32).fill(8));
  assert.equal(inspectPack(signed).signed, true);
  assert.equal(inspectPack(unsigned).digest, inspectPack(signed).digest);

  const base64url = Buffer.from(key).toString('base64url');
  for (const publicKeys of [[key], [base64url], [other, key]]) {
    const guard = await createGuard({ packs: [signed], publicKeys, host: memoryHost() });
    assert.equal(run(guard.message(), ['赌博网站']).text, '＊＊＊＊');
  }
  await assert.rejects(createGuard({ packs: [unsigned], publicKeys: [key] }), coded('pack/unsigned'));
  await assert.rejects(createGuard({ packs: [signed], publicKeys: [other] }), coded('pack/signature'));
  await assert.rejects(createGuard({ packs: [signed, unsigned], publicKeys: [key] }), coded('pack/unsigned'));
});

test('a tampered signature is refused with pack/signature', async () => {
  const unsigned = await pack();
  const signed = signPack(unsigned, SEED);
  const key = publicKey(SEED);
  let tried = 0;
  for (let at = 0; at < signed.length; at += 1) {
    if (at < unsigned.length && signed[at] === unsigned[at]) continue;
    const bad = signed.slice();
    bad[at] ^= 1;
    tried += 1;
    await assert.rejects(createGuard({ packs: [bad], publicKeys: [key] }), /^GuardError: pack\//, `byte ${at}`);
  }
  assert.ok(tried >= 64, 'a signature has 64 bytes');
});

test('keys that are none are refused, also an empty list of them', async () => {
  const packs = [signPack(await pack(), SEED)];
  for (const publicKeys of [[], ['x'], ['not base64!'], [new Uint8Array(31)], [7], 'key']) {
    await assert.rejects(createGuard({ packs, publicKeys }), coded('key/invalid'));
  }
  assert.throws(() => signPack(packs[0], new Uint8Array(31)), coded('key/invalid'));
  assert.throws(() => signPack('pack', SEED), coded('pack/not-bytes'));
  assert.throws(() => inspectPack(undefined), coded('pack/not-bytes'));
});

test('what is wrong with a policy has a code', async () => {
  await init();
  const rule = POLICY.rules[0];
  const cases = {
    'policy/shape': [undefined, null, 'x', {}, { ...POLICY, alow: [] }, { ...POLICY, rules: [{ ...rule, term: ['x'] }] }],
    'policy/no-rules': [{ ...POLICY, rules: [] }],
    'policy/term-empty': [{ ...POLICY, rules: [{ ...rule, terms: [''] }] }],
    'policy/rule-duplicate': [{ ...POLICY, rules: [rule, rule] }],
    'policy/risk': [{ ...POLICY, rules: [{ ...rule, risk: 'nonsense' }] }],
    'policy/action': [{ ...POLICY, rules: [{ ...rule, action: 'explode' }] }],
  };
  for (const [code, policies] of Object.entries(cases)) {
    for (const policy of policies) assert.throws(() => compilePolicy(policy), coded(code), code);
  }
});

test('a policy of ten thousand rules compiles, loads and finds its last term', async () => {
  await init();
  const digits = (i) => String(i).padStart(4, '0').replace(/\d/g, (digit) => '零一二三四五六七八九'[digit]);
  const rules = Array.from({ length: 10_000 }, (_, i) => ({
    id: `r${i}`, risk: 'x_gambling', action: 'mask', terms: [`词${digits(i)}尾`],
  }));
  const big = compilePolicy({ policy: 'big', rules });
  assert.equal(inspectPack(big).rules, 10_000);
  const guard = await createGuard({ packs: [big], host: memoryHost() });
  assert.equal(run(guard.message(), [rules.at(-1).terms[0]]).verdicts[0].rule, 'r9999');
});

test('two guards with different policies work at once', async () => {
  const one = await guardOf();
  const other = await createGuard({
    packs: [compilePolicy({ policy: 'other', rules: [{ id: 'o', risk: 'x_gambling', action: 'replace', with: '-', terms: ['天气'] }] })],
    host: memoryHost(),
  });
  const [a, b] = [one.message({ id: 'same' }), other.message({ id: 'same' })];
  assert.equal(a.push('天气赌博').text + b.push('天气赌博').text, '天气-赌博');
  assert.equal(a.push('网站').text + b.push('网站').text, '＊＊＊＊网站');
  one.message({ id: 'x' }).push('终止词语');
  assert.equal(other.message({ id: 'x' }).push('好').text, '好');
  await one.dispose();
  assert.equal(run(other.message(), ['天气']).text, '-');
});

test('a match of any of several packs counts', async () => {
  const extra = await pack({ policy: 'extra', rules: [{ id: 'e', risk: 'x_gambling', action: 'mask', mask: '#', terms: ['天气'] }] });
  const guard = await createGuard({ packs: [await pack(), extra], host: memoryHost() });
  const { text, verdicts } = run(guard.message(), ['天气和赌博网站']);
  assert.equal(text, '##和＊＊＊＊');
  assert.deepEqual(verdicts.map(({ rule }) => rule), ['e', 'mask']);
});

test('load swaps the policy for new messages only and refuses older revisions', async () => {
  const guard = await guardOf();
  const open = guard.message();
  open.push('赌博');
  const next = await pack({ ...POLICY, revision: 4, rules: [{ id: 'n', risk: 'x_gambling', action: 'replace', with: '-', terms: ['天气'] }] });
  guard.load([next]);
  assert.equal(open.push('网站天气').text, '＊＊＊＊天气');
  assert.equal(run(guard.message(), ['赌博网站天气']).text, '赌博网站-');
  const old = await pack();
  assert.throws(() => guard.load([old]), coded('pack/rollback'));
  assert.throws(() => guard.load([]), coded('guard/no-policy'));
  assert.throws(() => guard.load([next.slice(0, 40)]), /^GuardError: pack\//);
  assert.equal(run(guard.message(), ['赌博网站天气']).text, '赌博网站-');
});

test('usage and reports that are off say so', async () => {
  const guard = await guardOf();
  assert.deepEqual(guard.usage.status(), {
    state: 'open', usedMs: 0, remainingMs: null, continuousMs: 0, nextChangeAt: null, opensAt: null, due: [],
    now: Date.UTC(2026, 2, 2, 4), zone: '+00:00', day: '2026-03-02', identity: 'assumed', deny: [], require: [], calendar: null,
  });
  guard.usage.addEventListener('change', () => {});
  await assert.rejects(guard.reports.submit({ category: 'other' }), coded('report/off'));
  await guard.reports.flush();
  assert.equal(guard.reports.stats().pending, 0);
});

test('after dispose nothing is shown and everything is refused', async () => {
  const guard = await guardOf();
  const message = guard.message();
  message.push('赌博');
  await guard.dispose();
  await guard.dispose();
  assert.equal(message.push('的危害').text, '');
  assert.equal(message.state, 'terminated');
  assert.throws(() => guard.message(), coded('guard/disposed'));
  assert.throws(() => guard.check('x'), coded('guard/disposed'));
  assert.throws(() => guard.stream(), coded('guard/disposed'));
  assert.throws(() => guard.load([]), coded('guard/disposed'));
  await assert.rejects(guard.fetch('http://127.0.0.1:1'), coded('guard/disposed'));
});

test('attach refuses what is no element', async () => {
  const guard = await guardOf();
  assert.throws(() => guard.attach(undefined), coded('attach/root'));
  assert.throws(() => guard.attach({}), coded('attach/root'));
});
