import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { compilePolicy, createGuard, init, memoryHost } from 'tidegate';
import { parse } from 'yaml';
import { workshop } from './cli-support.mjs';

const POLICY = `# Ours.
policy: 例子
revision: 4
rules:
  - id: places
    risk: x_gambling
    action: mask
    terms: [赌场, 网上赌场, 苹果, 苹]   # of houses
  - id: words
    risk: a2_gender
    action: terminate
    terms:
      - 坏词   # the root
      - 大坏词
      - Casino
      - ＣＡＳＩＮＯ
      - free casino
      - 香蕉
  - id: mild
    risk: a1_subversion
    action: flag
    terms: [坏词二, 独一份]
  - id: title-only
    risk: a1_subversion
    action: terminate
    channels: [title]
    terms: [题目词]
  - {id: after-title, risk: a1_subversion, action: flag, terms: [新题目词]}
  - {id: pair, risk: a2_age, action: flag, all: [[老人], [没用]]}
allow: [苹果手机, 天气, 香蕉, 老人家]
`;
let shop;
before(async () => {
  shop = await workshop();
  await init();
});
after(() => shop.close());

async function lint(...args) {
  const { code, stdout, stderr } = await shop.cli('lint', ...args, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

test('every term that hits is counted, also where another covers it', async () => {
  await shop.write({
    'policy.yaml': POLICY,
    'a.txt': '我吃苹果，苹果好。\r\n\r\n苹果手机\n今天去网上赌场\n',
    'b.jsonl': '{"text": "老人 没用"}\n{"text": "老人家 没用"}\n',
  });
  const { hits, benign } = await lint('policy.yaml', '--benign', 'a.txt', 'b.jsonl');
  const rows = hits.map(({ term, rule, rows: count, hits: times, where }) => [term ?? rule, count, times, where]);
  assert.deepEqual(rows, [
    ['苹果', 1, 2, 'a.txt:1'], ['苹', 1, 2, 'a.txt:1'], ['赌场', 1, 1, 'a.txt:4'], ['网上赌场', 1, 1, 'a.txt:4'], ['pair', 1, 1, 'b.jsonl:1'],
  ]);
  assert.deepEqual([benign.rows, benign.outcomes.clean, benign.outcomes.mask, benign.outcomes.flag], [5, 2, 2, 1]);
  assert.equal(hits[0].rate, 0.2);
  assert.equal(hits[2].example, '今天去网上【赌场】');
});

test('counts are those of each term alone', async () => {
  // Few letters, so that terms overlap in every way.
  const letters = ['甲', '乙', '丙', 'x', 'y ', ' '];
  let state = 1;
  const random = (below) => (state = (state * 48271) % 2147483647) % below;
  const word = (most) => Array.from({ length: 1 + random(most) }, () => letters[random(letters.length)]).join('').trim() || '甲';
  const terms = [...new Set(Array.from({ length: 60 }, () => word(4)))].filter((term) => term !== '甲乙甲');
  const texts = Array.from({ length: 40 }, () => word(30));
  await shop.write({
    'random.yaml': JSON.stringify({ policy: 'r', rules: [{ id: 'r', risk: 'x_gambling', action: 'mask', terms }], allow: ['甲乙甲'] }),
    'random.jsonl': texts.map((text) => JSON.stringify({ text })).join('\n'),
  });
  const { hits } = await lint('random.yaml', '--benign', 'random.jsonl');
  const counted = new Map(hits.map(({ term, rows }) => [term, rows]));
  for (const term of terms) {
    const pack = compilePolicy({ policy: 'one', rules: [{ id: 'one', risk: 'x_gambling', action: 'flag', terms: [term] }], allow: ['甲乙甲'] });
    const guard = await createGuard({ packs: [pack], host: memoryHost() });
    const rows = texts.filter((text) => guard.check(text).length > 0).length;
    await guard.dispose();
    assert.equal(counted.get(term) ?? 0, rows, JSON.stringify(term));
  }
});

test('terms in vain, dead terms and idle phrases are found by asking the engine', async () => {
  const { shadowed, dead, uselessAllow, oneCharacter } = await lint('policy.yaml');
  assert.deepEqual(shadowed.map(({ term, why, by }) => [term, why, by.term]), [
    ['大坏词', 'contains', '坏词'],
    ['ＣＡＳＩＮＯ', 'duplicate', 'Casino'],
    // Not `free casino`, which is also found as one word; not 网上赌场, which hides more than 赌场.
    ['坏词二', 'contains', '坏词'],
  ], 'a rule for titles alone shadows nothing');
  assert.deepEqual(dead.map(({ term, phrase }) => [term, phrase]), [['香蕉', '香蕉']]);
  assert.deepEqual(uselessAllow, ['天气']);
  assert.deepEqual(oneCharacter.map(({ term }) => term), ['苹']);
});

test('what a term in vain would hit is hit without it', async () => {
  const { shadowed } = await lint('policy.yaml');
  const policy = parse(POLICY);
  const vain = new Set(shadowed.map(({ term }) => term));
  for (const rule of policy.rules) rule.terms = rule.terms?.filter((term) => !vain.has(term) && term !== '香蕉');
  policy.rules = policy.rules.filter(({ terms }) => terms);
  const guard = await createGuard({ packs: [compilePolicy(policy)], host: memoryHost() });
  for (const term of vain) {
    for (const text of [term, `前${term}后`, [...term].join(' '), [...term].join('*')]) {
      const actions = guard.check(text).map(({ action }) => action);
      assert.ok(actions.includes('terminate'), text);
    }
  }
  await guard.dispose();
});

test('coverage counts terms for each of the 31 risks and says where the minimum comes from', async () => {
  const { coverage } = await lint('policy.yaml');
  const of = (id) => coverage.risks.find(({ risk }) => risk === id);
  // Six terms, one a duplicate, one dismissed.
  assert.deepEqual(of('a2_gender'), { risk: 'a2_gender', clause: 'A.2 e', terms: 4, combinations: 0, minimum: 100, isMet: false });
  assert.deepEqual([of('a1_subversion').minimum, of('a3_trade_secrets').minimum, of('a2_age').combinations], [200, 0, 1]);
  assert.deepEqual([coverage.minimum, coverage.isMet, of('x_gambling').terms], [10000, false, 4]);
  assert.equal(coverage.sources.length, 2);
  const source = await readFile(new URL('../../src/policy/risk.rs', import.meta.url), 'utf8');
  const named = [...source.matchAll(/"(a\d_\w+)" "GB\/T 45654 (A\.\d \w)"/g)].map(([, risk, clause]) => [risk, clause]);
  assert.equal(named.length, 31);
  assert.deepEqual(coverage.risks.filter(({ clause }) => clause).map(({ risk, clause }) => [risk, clause]), named);
});

test('a term in the shadow of one that is pruned stays; comments and other rules do too', async () => {
  await shop.write({ 'hit.txt': '坏词\n', 'lists/own.txt': '名单词\n赌场甲\n', 'lists/more.txt': '别的词\n' });
  await shop.write({ 'files.yaml': `${POLICY}`.replace('allow:', `  - {id: own, risk: x_gambling, action: mask, terms-from: lists/own.txt}
  - {id: more, risk: x_gambling, action: mask, terms-from: [lists/more.txt]}
allow:`) });
  const { written } = await lint('files.yaml', '--benign', 'hit.txt', '--write', 'lists/pruned.yaml');
  assert.deepEqual([written.hitting, written.inVain, written.emptied, written.inlined], [1, 2, [], []]);
  const text = await shop.read('lists/pruned.yaml');
  assert.match(text, /^# Ours\./);
  assert.match(text, /# of houses/);
  const pruned = parse(text);
  assert.equal(pruned.revision, 5);
  assert.deepEqual(pruned.rules[1].terms, ['大坏词', 'Casino', 'free casino']);
  assert.deepEqual(pruned.rules.slice(-2).map((rule) => rule['terms-from']), ['own.txt', ['more.txt']]);
  assert.equal((await shop.cli('build', 'lists/pruned.yaml', '-o', 'x.pack')).code, 0);

  const again = await shop.cli('lint', 'files.yaml', '--write', 'lists/pruned.yaml');
  assert.deepEqual([again.code, again.stderr.split(':')[0]], [1, 'cli/exists']);
});

test('pruned terms of a file move into the policy; rules without terms go; --max-rate spares', async () => {
  await shop.write({
    'f.yaml': 'policy: f\nrules:\n  - {id: a, risk: x_gambling, action: mask, terms-from: lists/own.txt}\n  - {id: b, risk: x_gambling, action: mask, terms: [单词甲]}\n',
    'hits.txt': '名单词\n单词甲\n好\n好\n',
  });
  const { written } = await lint('f.yaml', '--benign', 'hits.txt', '--write', 'g.yaml');
  assert.deepEqual([written.emptied, written.inlined, written.hitting], [['b'], ['a'], 2]);
  assert.deepEqual(parse(await shop.read('g.yaml')).rules, [{ id: 'a', risk: 'x_gambling', action: 'mask', terms: ['赌场甲'] }]);
  assert.equal((await lint('f.yaml', '--benign', 'hits.txt', '--max-rate', '25%', '--write', 'h.yaml')).written.hitting, 0);
  await shop.write({ 'all.txt': '名单词 赌场甲 单词甲\n' });
  const nothing = await shop.cli('lint', 'f.yaml', '--benign', 'all.txt', '--write', 'i.yaml');
  assert.match(nothing.stderr, /^lint\/nothing-left: /);
});

test('lists that rules share by an anchor are not torn', async () => {
  const rule = (id, more, terms) => `  - {id: ${id}, risk: x_gambling, action: terminate, ${more}terms: ${terms}}\n`;
  const head = 'policy: f\nrules:\n';
  await shop.write({
    'both.yaml': head + rule('a', '', '&t [甲乙, 丙丁]') + rule('b', 'views: [tight], ', '*t'),
    'gone.yaml': head + rule('a', '', '&t [甲乙]') + rule('b', '', '[丙丁]') + rule('c', '', '*t'),
    'ab.txt': '甲乙\n',
  });
  await lint('both.yaml', '--benign', 'ab.txt', '--write', 'torn.yaml');
  const left = parse(await shop.read('torn.yaml')).rules;
  // The second adds nothing to the first and goes.
  assert.deepEqual(left.map(({ id, terms }) => [id, terms]), [['a', ['丙丁']]]);
  await lint('gone.yaml', '--benign', 'ab.txt', '--write', 'torn.yaml', '--force');
  assert.deepEqual(parse(await shop.read('torn.yaml')).rules.map(({ id }) => id), ['b']);

  // The allow-list would silently lose a phrase.
  await shop.write({ 'alias.yaml': `${head}${rule('a', '', '[赌场, 赌场甲]')}${rule('b', '', '&t [赌场乙, 网上赌场丙]')}allow: *t\n` });
  const { code, stderr } = await shop.cli('lint', 'alias.yaml', '--write', 'torn.yaml', '--force');
  if (code === 0) assert.deepEqual(parse(await shop.read('torn.yaml')).allow, ['赌场乙', '网上赌场丙']);
  else assert.match(stderr, /^lint\/shared: /);
});

test('mistakes have codes, and the report is readable', async () => {
  await shop.write({ 'bad.jsonl': '{"text": 1}\n', 'blank.txt': '\n', 'risk.yaml': 'policy: p\nrules: [{id: a, risk: no, action: mask, terms: [x]}]' });
  const cases = [
    [['policy.yaml', '--benign', 'bad.jsonl'], 1, 'lint/row'], [['risk.yaml'], 1, 'policy/risk'], [['none.yaml'], 1, 'cli/read'],
    [['policy.yaml', 'a.txt'], 2, 'cli/usage'], [['policy.yaml', '--benign', 'blank.txt'], 2, 'cli/usage'],
    [['policy.yaml', '--max-rate', '2'], 2, 'cli/usage'], [[], 2, 'cli/usage'],
  ];
  for (const [args, code, prefix] of cases) {
    const result = await shop.cli('lint', ...args);
    assert.deepEqual([result.code, result.stderr.split(':')[0]], [code, prefix], args.join(' '));
  }
  const { stdout } = await shop.cli('lint', 'policy.yaml', '--benign', 'a.txt');
  assert.match(stdout, /Benign texts: 2 of 3 are hit \(66\.667 %\)/);
  assert.match(stdout, /source: GB\/T 45654—2025/);
  assert.match(stdout, /A\.2 e a2_gender +4 of at least 100, not met/);
});
