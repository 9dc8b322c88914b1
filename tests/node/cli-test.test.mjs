import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { workshop } from './cli-support.mjs';

const POLICY = `
policy: p
rules:
  - {id: hide, risk: x_gambling, action: mask, terms: [赌博网站]}
  - {id: end, risk: a2_gender, action: retract, terms: [撤回词语]}
  - {id: title, risk: a2_gender, action: flag, channels: [title], terms: [标题词语]}
`;
let shop;
before(async () => {
  shop = await workshop();
  await shop.write({ 'policy.yaml': POLICY });
});
after(() => shop.close());

test('expectations that hold are counted, however the text is cut', async () => {
  await shop.write({
    'good.yaml': `
- {text: 天气很好😀, expect: clean}
- {text: 去赌 博网站吧, expect: mask, rules: [hide], shown: 去＊＊＊＊＊吧}
- {text: 前撤回词语后, expect: retract, rules: [end], shown: 前}
- {text: 标题词语, expect: clean, rules: []}
- {text: 标题词语, expect: flag, channel: title, name: in a title}
`,
    'more.jsonl': '{"text": "赌博网站", "expect": "mask"}\n\n{"text": "a", "expect": "clean"}\n',
  });
  const { code, stdout, stderr } = await shop.cli('test', 'policy.yaml', 'good.yaml', 'more.jsonl', '--cuts', '20', '--seed', '7');
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^7 expectations, 0 failed; each cut in 22 ways, seed 7$/m);
  assert.equal(stderr, '');
});

test('a failure says what was shown, which rule hit where, and at which cuts', async () => {
  await shop.write({ 'bad.json': JSON.stringify([
    { text: '去赌博网站', expect: 'clean', name: 'trip' },
    { text: '去赌博网站', expect: 'mask', rules: ['end'] },
    { text: '去赌博网站', expect: 'mask', shown: '去' },
    { text: '天气', expect: 'flag' },
  ]) });
  const { code, stdout } = await shop.cli('test', 'policy.yaml', 'bad.json');
  assert.equal(code, 1);
  assert.match(stdout, /FAILED bad\.json #1 \(trip\): "去赌博网站"\n {2}expected clean, was mask\n {2}cut: whole, each character, random 1/);
  assert.match(stdout, /shown: "去＊＊＊＊" \(finished\)\n {2}hit: hide \(mask\) at 1–5 "赌博网站", view tight/);
  assert.match(stdout, /expected rules \[end\], hit \[hide\]/);
  assert.match(stdout, /expected to be shown: "去"/);
  assert.match(stdout, /expected flag, was clean[^F]+hit: nothing/);
  assert.match(stdout, /4 expectations, 4 failed/);

  const json = JSON.parse((await shop.cli('test', 'policy.yaml', 'bad.json', '--json')).stdout);
  assert.deepEqual([json.expectations, json.failed, json.failures.length], [4, 4, 4]);
  assert.equal(json.failures[0].verdicts[0].rule, 'hide');
});

test('a pack is tested as it is', async () => {
  await shop.cli('build', 'policy.yaml', '-o', 'a.pack');
  await shop.write({ 'one.yaml': '[{text: 赌博网站, expect: mask}]' });
  assert.equal((await shop.cli('test', 'a.pack', 'one.yaml')).code, 0);
});

test('expectations that are none are refused by place', async () => {
  const cases = {
    '{}': /^test\/shape: .*is not a list/, '[1]': /#1: an expectation is an object/, '[{text: a}]': /#1: expect is one of clean, /,
    '[{text: a, expect: clean, rule: x}]': /unknown field rule/, '[{text: a, expect: clean, shown: 1}]': /shown is a string/,
    '[{text: a, expect: clean, rules: x}]': /rules is a list/, '[{expect: clean}]': /text is a string/,
  };
  for (const [content, message] of Object.entries(cases)) {
    await shop.write({ 'shape.yaml': content });
    const { code, stderr } = await shop.cli('test', 'policy.yaml', 'shape.yaml');
    assert.equal(code, 1, content);
    assert.match(stderr, message);
  }
  for (const args of [['policy.yaml'], ['policy.yaml', 'shape.yaml', '--cuts', '-1'], ['policy.yaml', 'shape.yaml', '--seed', 'x']]) {
    assert.equal((await shop.cli('test', ...args)).code, 2, args.join(' '));
  }
});
