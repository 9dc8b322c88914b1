import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { workshop } from './cli-support.mjs';

let shop;
before(async () => {
  shop = await workshop();
});
after(() => shop.close());

/** Imports one file; its terms and what was printed. */
async function imported(name, content, ...options) {
  await shop.write({ [name]: content });
  const { code, stdout, stderr } = await shop.cli('import', name, '-o', 'out.yaml', '--risk', 'x_gambling', '--force', ...options);
  assert.equal(code, 0, stderr);
  const policy = parse(await shop.read('out.yaml'));
  return { terms: policy.rules[0]?.terms, policy, stdout };
}

const base64 = (text) => Buffer.from(text).toString('base64');

test('each layout is recognised and read', async () => {
  const cases = [
    ['words.txt', '# 注释\r\n词语一\r\n\r\n  词语二 \r\n', 'lines', ['词语一', '词语二']],
    ['en', 'first term\nsecond\n', 'lines', ['first term', 'second']],
    ['tail.txt', '词语一,\n词语二,\n词语三\n词语四,\n词语五，', 'separated', ['词语一', '词语二', '词语三', '词语四', '词语五']],
    ['row.txt', '词语一、词语二，词语三;词语四', 'separated', ['词语一', '词语二', '词语三', '词语四']],
    ['b64.txt', ['词语一', 'two words', '词语三'].map(base64).join('\n'), 'base64', ['词语一', 'two words', '词语三']],
    ['pipe.txt', '词语一|赌博|3\n词语二|色情|1\n', 'pipe', ['词语一', '词语二']],
    ['tab.txt', '词语一\t2\n词语二\t1,2\n', 'tab', ['词语一', '词语二']],
    ['sensitive_word_tags.txt', '词语一 2\ntwo words 1,2\n', 'tags', ['词语一', 'two words']],
    ['sensitive_word_dict.txt', '词语一\n词语二\n', 'lines', ['词语一', '词语二']],
    ['sensitive_word_deny.txt', '词语一\n', 'lines', ['词语一']],
    ['array.json', '["词语一", "词语二"]', 'json', ['词语一', '词语二']],
    ['groups.json', '{"赌博": ["词语一"], "more": {"deep": ["词语二"]}}', 'json', ['词语一', '词语二']],
    ['objects.json', '[{"word": "词语一", "level": "high"}, {"id": 2, "match": "词语二", "tags": ["x"]}]', 'json', ['词语一', '词语二']],
    ['table.csv', 'id,Word,label\n1,"词语一, 甲",a\n2,"say ""词语二""",b\n', 'csv', ['词语一, 甲', 'say "词语二"']],
    ['table.tsv', 'word\tlabel\n词语一\ta\n', 'csv', ['词语一']],
  ];
  for (const [name, content, format, terms] of cases) {
    const found = await imported(name, content);
    assert.deepEqual(found.terms, terms, name);
    assert.ok(found.stdout.includes(`${name} (${format}, utf-8)`), found.stdout);
  }
});

test('plain words that happen to be base64 are words', async () => {
  assert.deepEqual((await imported('short.txt', 'abcd\nwordword\nfour\nlist\n')).terms, ['abcd', 'wordword', 'four', 'list']);
});

test('encodings are told apart', async () => {
  const gbk = Buffer.from([0xb4, 0xca, 0xd3, 0xef, 0x0a, 0xd6, 0xd0, 0xb9, 0xfa]);
  const cases = [
    ['utf-8', Buffer.from('\ufeff词语\n中国')], ['gbk', gbk],
    ['utf-16le', Buffer.from('\ufeff词语\n中国', 'utf16le')], ['utf-16be', Buffer.from('\ufeff词语\n中国', 'utf16le').swap16()],
  ];
  for (const [encoding, bytes] of cases) {
    const { terms, stdout } = await imported('coded.txt', bytes);
    assert.deepEqual(terms, ['词语', '中国'], encoding);
    assert.ok(stdout.includes(`, ${encoding})`), stdout);
  }
  await shop.write({ 'coded.txt': gbk });
  const { code, stderr } = await shop.cli('import', 'coded.txt', '-o', 'x.yaml', '--risk', 'x_gambling', '--encoding', 'utf-8');
  assert.deepEqual([code, stderr.split(':')[0]], [1, 'import/encoding']);
});

test('what cannot be a term is left out and counted by reason', async () => {
  const many = Array.from({ length: 40 }, (_, at) => `词语${at}号`);
  const { terms, stdout } = await imported('mess.json', JSON.stringify([...many, '词语0号 ', ' ', '长'.repeat(61), '***', '😀', '长'.repeat(60)]));
  assert.deepEqual(terms, [...many, '长'.repeat(60)]);
  assert.match(stdout, /41 terms; left out: 1 repeated, 1 empty, 1 too long \(over 60 characters\), 2 without a letter or digit/);
});

test('several files become several rules; repeats and allow-lists are seen across them', async () => {
  await shop.write({ 'a/list.txt': '词语一\n词语二\n', 'b/list.txt': '词语二\n词语三\n', 'sensitive_word_allow.txt': '词语一号\n', 'ours.txt': '词语三百\n' });
  const { code, stderr } = await shop.cli('import', 'a/list.txt', 'b/list.txt', 'sensitive_word_allow.txt', '--allow', 'ours.txt',
    '-o', 'many.yaml', '--risk', 'a2_gender', '--action', 'terminate');
  assert.equal(code, 0, stderr);
  assert.deepEqual(parse(await shop.read('many.yaml')), {
    policy: 'many', revision: 1,
    rules: [
      { id: 'list', risk: 'a2_gender', action: 'terminate', terms: ['词语一', '词语二'] },
      { id: 'list-2', risk: 'a2_gender', action: 'terminate', terms: ['词语三'] },
    ],
    allow: ['词语一号', '词语三百'],
  });
  assert.equal((await shop.cli('build', 'many.yaml', '-o', 'many.pack')).code, 0);
});

test('terms that YAML would read as something else stay terms', async () => {
  const odd = ['yes', 'null', '0123', '1e3', '- dash', 'a: b', '#标签', "it's"];
  assert.deepEqual((await imported('odd.json', JSON.stringify(odd))).terms, odd);
});

test('a column of CSV is named or numbered', async () => {
  const content = '类别,内容\n赌,词语一\n赌,词语二\n';
  assert.deepEqual((await imported('c.csv', content, '--column', '内容')).terms, ['词语一', '词语二']);
  assert.deepEqual((await imported('c.csv', '1,词语一\n2,词语二\n', '--column', '2', '--id', 'named')).policy.rules, [
    { id: 'named', risk: 'x_gambling', action: 'mask', terms: ['词语一', '词语二'] },
  ]);
  await shop.write({ 'c.csv': content });
  assert.match((await shop.cli('import', 'c.csv', '-o', 'y.yaml', '--risk', 'x_gambling')).stderr, /^import\/column: .*类别, 内容/);
});

test('mistakes have codes', async () => {
  await shop.write({ 'ok.txt': '词语\n', 'none.txt': '\n', 'bad.json': '[', 'there.yaml': 'x' });
  const cases = [
    [['ok.txt', '--risk', 'x_gambling'], 2, 'cli/usage'], [['ok.txt', '-o', 'z.yaml'], 2, 'cli/usage'],
    [['-o', 'z.yaml', '--risk', 'x_gambling'], 2, 'cli/usage'],
    [['ok.txt', '-o', 'z.yaml', '--risk', 'x_gambling', '--action', 'burn'], 2, 'cli/usage'],
    [['ok.txt', '-o', 'z.yaml', '--risk', 'x_gambling', '--format', 'xml'], 2, 'cli/usage'],
    [['ok.txt', '-o', 'z.yaml', '--risk', 'nonsense'], 1, 'policy/risk'],
    [['none.txt', '-o', 'z.yaml', '--risk', 'x_gambling'], 1, 'import/nothing'],
    [['bad.json', '-o', 'z.yaml', '--risk', 'x_gambling'], 1, 'import/json'],
    [['ok.txt', '-o', 'z.yaml', '--risk', 'x_gambling', '--format', 'base64'], 1, 'import/base64'],
    [['ok.txt', '-o', 'there.yaml', '--risk', 'x_gambling'], 1, 'cli/exists'],
    [['missing.txt', '-o', 'z.yaml', '--risk', 'x_gambling'], 1, 'cli/read'],
  ];
  for (const [args, code, prefix] of cases) {
    const result = await shop.cli('import', ...args);
    assert.deepEqual([result.code, result.stderr.split(':')[0]], [code, prefix], args.join(' '));
  }
});
