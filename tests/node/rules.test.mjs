/** Every kind of rule through `createGuard`, whole and cut after every UTF-16 unit. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { compilePolicy, createGuard, init, memoryHost } from 'tidegate';
import { coded, run } from './support.mjs';

before(() => init());

const rule = (fields) => ({ id: 'r', risk: 'x_gambling', action: 'mask', ...fields });
const policy = (rules, rest) => ({ policy: 'p', rules: [rules].flat().map(rule), ...rest });

/** What is shown of each text, with the state unless it is finished; the same however it is cut. */
async function shows(document, expected, options) {
  const guard = await createGuard({ packs: [compilePolicy(document)], host: memoryHost(), ...options });
  for (const [text, shown] of Object.entries(expected)) {
    const streams = [[text], text.split('')].map((pieces) => {
      const { text, verdicts, last } = run(guard.message(), pieces);
      return { text: last.state === 'finished' ? text : `${text}[${last.state}]`, verdicts };
    });
    assert.equal(streams[0].text, shown, JSON.stringify(text));
    assert.deepEqual(streams[1], streams[0], `${JSON.stringify(text)} per unit`);
  }
}

const refuses = (fields, code, place = '') => assert.throws(
  () => compilePolicy(policy(fields)),
  (error) => coded(code)(error) && error.message.includes('rule "r"') && error.message.includes(place),
  `${JSON.stringify(fields)} → ${code} ${place}`,
);

test('unless: a term nearby dismisses the hit, on either side', () => shows(
  policy({ action: 'terminate', terms: ['炸弹'], unless: ['电影'], within: 4 }),
  {
    这个炸弹: '这个[terminated]',
    电影里的炸弹: '电影里的炸弹',
    电影里的一个大炸弹: '电影里的一个大[terminated]',
    炸弹出现在电影里: '炸弹出现在电影里',
    炸弹出现在了电影里: '炸弹出现在了电影里',
    炸弹大量出现在电影里: '[terminated]',
  },
));

test('unless within 0 dismisses what touches only', () => shows(
  policy({ terms: ['炸弹'], unless: ['电影'], within: 0 }),
  { 炸弹电影: '炸弹电影', 电影炸弹: '电影炸弹', 炸弹的电影: '＊＊的电影' },
));

test('unless of a combination dismisses each of its parts', () => shows(
  policy({ action: 'terminate', all: [['女人'], ['滚回']], unless: ['小说'], within: 10 }),
  { 女人滚回: '女人[terminated]', 小说女人滚回: '小说女人滚回', 女人滚回小说: '女人滚回小说' },
));

test('any is one more group of all', () => shows(
  policy({ action: 'terminate', all: [['女人']], any: ['愚蠢', '没用'], within: 4 }),
  { 女人都愚蠢: '女人都[terminated]', 没用的女人: '没用的[terminated]', 愚蠢又没用: '愚蠢又没用', 女人不知道哪里没用: '女人不知道哪里没用' },
));

test('within sentence reaches as far as the sentence', () => shows(
  policy({ action: 'terminate', all: [['女人'], ['滚回']], within: 'sentence' }),
  {
    [`女人${'啊'.repeat(300)}滚回`]: `女人${'啊'.repeat(300)}[terminated]`,
    '女人。滚回': '女人。滚回',
    '女人\n滚回': '女人\n滚回',
    '女人. 滚回': '女人. 滚回',
    '女人，滚回': '女人，[terminated]',
  },
));

test('pattern: classes, counts, groups and alternatives, folded', () => shows(
  policy({ pattern: '(编号|no\\.)[a-c]{2}-?\\d{3,4}' }),
  {
    编号ab123: '＊＊＊＊＊＊＊',
    '編號ＡＢ－１２３４': '＊＊＊＊＊＊＊＊＊',
    'No.CC1234。': '＊＊＊＊＊＊＊＊＊。',
    编号ad123: '编号ad123',
    编号ab12: '编号ab12',
    编号ab12345: '编号ab12345',
  },
));

test('check: the digit that must be right', async () => {
  await shows(policy({ pattern: '卡\\d{4}', check: 'luhn' }), { 卡0018: '＊＊＊＊＊', 卡0019: '卡0019' });
  await shows(policy({ pattern: '证\\d{17}[\\dx]', check: 'cn-id' }), { 证11010519491231002X: '＊'.repeat(19), 证110105194912310021: '证110105194912310021' });
});

test('detect cn-id-card: date and check digit are looked at', () => shows(policy({ detect: 'cn-id-card' }), {
  '号码11010519491231002X。': `号码${'＊'.repeat(18)}。`,
  '号码11010519491231002x': `号码${'＊'.repeat(18)}`,
  '１１０１０５１９４９１２３１００２Ｘ': '＊'.repeat(18),
  '110105194912310021': '110105194912310021',
  '110105194913310020': '110105194913310020',
  'x11010519491231002X': 'x11010519491231002X',
  '11010519491231002X1': '11010519491231002X1',
}));

test('detect bank-card: in fours or not, with the Luhn digit', () => shows(policy({ detect: 'bank-card' }), {
  '卡4111 1111 1111 1111。': `卡${'＊'.repeat(19)}。`,
  '4111-1111-1111-1111': '＊'.repeat(19),
  '5555555555554444': '＊'.repeat(16),
  '4111111111111112': '4111111111111112',
  '41111111111111111111111': '41111111111111111111111',
}));

test('detect cn-mobile and email', async () => {
  await shows(policy({ detect: 'cn-mobile' }), {
    打13800138000吧: `打${'＊'.repeat(11)}吧`, '+86 138-0013-8000': '＊'.repeat(17), '12800138000': '12800138000', '213800138000': '213800138000',
  });
  await shows(policy({ detect: 'email' }), {
    '写信到a.b+c@mail.example.co.uk。': `写信到${'＊'.repeat(24)}。`, 'x@y': 'x@y',
  });
});

test('detect link, and whose: the host with its subdomains, not a longer name', async () => {
  const mask = (text) => '＊'.repeat(text.length);
  await shows(policy({ detect: 'link' }), { '看https://a.example/x': `看${mask('https://a.example')}/x`, 'www.a.example': mask('www.a.example'), 'a.example': 'a.example' });
  await shows(policy({ detect: 'link', hosts: { deny: ['Bad.example'] } }), {
    'https://bad.example/x': `${mask('https://bad.example')}/x`,
    '[好](https://A.BAD.example)': `[好](${mask('https://a.bad.example')})`,
    'https://u:p@bad.example:8080/': `${mask('https://u:p@bad.example:8080')}/`,
    'https://notbad.example': 'https://notbad.example',
    'https://bad.example.org': 'https://bad.example.org',
    'https://good.example/bad.example': 'https://good.example/bad.example',
  });
  await shows(policy({ detect: 'link', hosts: { allow: ['good.example'] } }), {
    'https://www.good.example/x': 'https://www.good.example/x',
    'https://good.example.evil/': `${mask('https://good.example.evil')}/`,
    'https://bad.example': mask('https://bad.example'),
  });
});

test('jurisdictions: rules for other places are left out, and without one given all apply', async () => {
  const document = policy([
    { id: 'cn', terms: ['甲项词'], jurisdictions: ['cn'] },
    { id: 'both', terms: ['乙项词'], jurisdictions: ['cn', 'eu'] },
    { id: 'all', terms: ['丙项词'] },
  ]);
  const text = '甲项词乙项词丙项词';
  await shows(document, { [text]: '＊'.repeat(9) });
  await shows(document, { [text]: '＊'.repeat(9) }, { jurisdiction: 'cn' });
  await shows(document, { [text]: '甲项词＊＊＊＊＊＊' }, { jurisdiction: 'eu' });
  await shows(document, { [text]: '甲项词乙项词＊＊＊' }, { jurisdiction: 'us' });
  const packs = [compilePolicy(document)];
  for (const options of [{ jurisdiction: 7 }, { jurisdiction: null }, { locale: {} }]) {
    await assert.rejects(createGuard({ packs, host: memoryHost(), ...options }), coded('guard/options'));
  }
});

test('score: hits add up and end the message before the one that fills it', async () => {
  const rules = [{ id: 'a', action: 'flag', score: 2, terms: ['小坏词'] }, { id: 'b', action: 'mask', score: 3, terms: ['大坏词'] }, { id: 'c', action: 'flag', terms: ['不计词'] }];
  await shows(policy(rules, { score: { limit: 5 } }), {
    小坏词和小坏词: '小坏词和小坏词',
    小坏词和小坏词和小坏词: '小坏词和小坏词和[terminated]',
    小坏词和大坏词了: '小坏词和＊＊＊[terminated]',
    不计词不计词不计词不计词: '不计词不计词不计词不计词',
  });
  const retracting = policy(rules, { score: { limit: 2, action: 'retract' } });
  await shows(retracting, { 说小坏词吧: '说[retracted]' });
  const guard = await createGuard({ packs: [compilePolicy(retracting)], host: memoryHost() });
  const verdict = { rule: 'a', risk: 'x_gambling', action: 'flag', start: 1, end: 4, view: 'tight' };
  assert.deepEqual(guard.check('说小坏词吧'), [verdict, { ...verdict, action: 'retract', view: 'score' }]);
  await guard.dispose();
  await shows(policy(rules), { 小坏词小坏词小坏词: '小坏词小坏词小坏词' });
});

test('actions: a rule without an action has that of its risk', async () => {
  const rules = [{ id: 'a', action: undefined, terms: ['甲项词'] }, { id: 'b', action: 'flag', terms: ['乙项词'] }];
  await shows(policy(rules, { actions: { x_gambling: 'replace' } }), { 去甲项词乙项词: '去…乙项词' });
  assert.throws(() => compilePolicy(policy(rules)), coded('policy/action'));
});

test('a verdict names the view that found it', async () => {
  const guard = await createGuard({
    packs: [compilePolicy(policy([{ id: 'words', terms: ['casino', '网上赌场'], views: ['tight', 'joined', 'leet', 'sound'] }, { id: 'card', detect: 'bank-card' }]))],
    host: memoryHost(),
  });
  for (const [text, view] of Object.entries({
    casino: 'tight', 'c a s i n o': 'joined', 'c4sin0': 'leet', 网尚赌厂: 'sound', '4111111111111111': 'pattern',
  })) {
    assert.deepEqual(guard.check(text).map((verdict) => verdict.view), [view], text);
  }
});

test('the view sound is asked for, leet is not', async () => {
  await shows(policy({ terms: ['网上赌场'] }), { 网尚赌厂: '网尚赌厂' });
  await shows(policy({ terms: ['casino'] }), { 'c4sin0': '＊＊＊＊＊＊' });
  await shows(policy({ terms: ['casino'], views: ['tight', 'joined'] }), { 'c4sin0': 'c4sin0' });
});

test('a bad pattern is refused with its place, from 0, in the pattern as authored', () => {
  for (const [pattern, code, place] of [
    ['ab*', 'policy/pattern-unbounded', 'character 2'],
    ['赌+', 'policy/pattern-unbounded', 'character 1'],
    ['賭㎏{2,}', 'policy/pattern-unbounded', 'character 2'],
    ['(a', 'policy/pattern', 'character 2'],
    ['a)', 'policy/pattern', 'character 1'],
    ['[z-a]', 'policy/pattern', 'character 3'],
    ['a{3,2}', 'policy/pattern', 'character 1'],
    ['(?=a)', 'policy/pattern', 'character 2'],
    ['^a', 'policy/pattern', 'character 0'],
    ['a?', 'policy/pattern', 'the empty text'],
    ['', 'policy/pattern', 'the empty text'],
    ['x'.repeat(513), 'policy/pattern', '512'],
  ]) refuses({ pattern }, code, place);
});

test('what the new fields cannot mean is refused with a code', () => {
  for (const [fields, code] of [
    [{ pattern: 'abc', check: 'md5' }, 'policy/pattern'],
    [{ terms: ['abc'], check: 'luhn' }, 'policy/pattern'],
    [{ detect: 'ssn' }, 'policy/pattern'],
    [{ detect: 'email', hosts: { deny: ['a.example'] } }, 'policy/pattern'],
    [{ pattern: 'abc', detect: 'email' }, 'policy/combination'],
    [{ detect: 'link', hosts: {} }, 'policy/hosts'],
    [{ detect: 'link', hosts: { deny: ['a.example'], allow: ['b.example'] } }, 'policy/hosts'],
    [{ detect: 'link', hosts: { deny: ['https://a.example'] } }, 'policy/hosts'],
    [{ terms: ['甲项词'], unless: ['甲项词'] }, 'policy/contradiction'],
    [{ terms: ['甲项词'], unless: [' '] }, 'policy/term-empty'],
    [{ terms: ['甲项词'], unless: ['电影'], within: 201 }, 'policy/limit'],
    [{ terms: ['甲项词'], unless: ['电影'], within: 'sentence' }, 'policy/combination'],
    [{ any: ['甲项词', '乙项词'] }, 'policy/combination'],
    [{ action: 'flag', all: [['a'], ['b']], within: 'paragraph' }, 'policy/combination'],
    [{ terms: ['甲项词'], score: 10_001 }, 'policy/score'],
    [{ terms: ['甲项词'], jurisdictions: [''] }, 'policy/shape'],
  ]) refuses(fields, code);
  const terms = { terms: ['甲项词'] };
  for (const [rest, code] of [
    [{ allow: ['甲项词'] }, 'policy/contradiction'],
    [{ score: { limit: 0 } }, 'policy/score'],
    [{ score: { limit: 1_000_001 } }, 'policy/score'],
    [{ score: { limit: 5, action: 'mask' } }, 'policy/score'],
    [{ actions: { x_nothing: 'mask' } }, 'policy/actions'],
    [{ actions: { x_gambling: 'explode' } }, 'policy/actions'],
  ]) assert.throws(() => compilePolicy(policy(terms, rest)), coded(code), JSON.stringify(rest));
});
