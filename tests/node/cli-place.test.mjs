/** Errors in a policy's file say where: file, line and column. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { workshop } from './cli-support.mjs';

let shop;
before(async () => { shop = await workshop(); });
after(() => shop.close());

/** `^` stands before the place that the error is to name; it is not in the file. */
function marked(text) {
  const at = text.indexOf('^');
  const before = text.slice(0, at).split('\n');
  return { text: text.replace('^', ''), place: `${before.length}:${before.at(-1).length + 1}` };
}

const rule = (rest) => `policy: p
rules:
  - {id: first, risk: x_gambling, action: mask, terms: [好词]}
  - id: second
    risk: x_gambling
    action: mask
${rest}`;

const CASES = {
  'not YAML': ['policy/yaml', 'policy: p\nrules: [^'],
  'not JSON': ['policy/yaml', '{\n  "policy": "p",\n  "rules": [^}]\n}', 'bad.json'],
  'an unknown risk': ['policy/risk', rule('    terms: [词]').replace('risk: x_gambling\n', 'risk: ^nonsense\n')],
  'the same in JSON': ['policy/risk', '{ "policy": "p",\n  "rules": [\n    { "id": "a", "risk": ^"nonsense", "action": "mask", "terms": ["x"] }\n  ] }', 'risk.json'],
  'an unknown action': ['policy/action', rule('    terms: [词]').replace('action: mask\n', 'action: ^vanish\n')],
  'a field that there is not': ['policy/shape', rule('    ^term: [词]')],
  'a field of another type': ['policy/shape', rule('    ^terms: 词')],
  'an item of another type': ['policy/shape', rule('    terms: [词, ^3]')],
  'a field that is missing': ['policy/shape', 'policy: p\nrules:\n  - {id: first, risk: x_gambling, action: mask, terms: [好词]}\n  - ^risk: x_gambling\n    action: mask'],
  'a rule without terms': ['policy/rule-empty', rule('').replace('- id: second', '- ^id: second')],
  'an id used twice': ['policy/rule-duplicate', rule('    terms: [词]').replace('- id: second', '- ^id: first')],
  'a severity out of range': ['policy/severity', rule('    terms: [词]\n    ^severity: 9')],
  'an unknown channel': ['policy/channel', rule('    terms: [词]\n    channels: [text, ^smell]')],
  'a revision': ['policy/revision', rule('    terms: [词]\n').replace('policy: p', 'policy: p\n^revision: 0')],
  'a term that the allow-list has': ['policy/contradiction', rule('    terms: [词, ^坏词]\nallow: [坏词]')],
  'terms-from': ['policy/terms-from', rule('    ^terms-from: 3')],
  'a list that is not there': ['cli/read', rule('    ^terms-from: none.txt')],
};

for (const [what, [code, source, file = 'policy.yaml']] of Object.entries(CASES)) {
  test(`${what} is found in its file`, async () => {
    const { text, place } = marked(source);
    await shop.write({ [file]: text, 'expect.yaml': '- {text: 好, expect: clean}' });
    const commands = [['build', file, '-o', 'out.pack'], ['test', file, 'expect.yaml']];
    // What is dismissed, `lint` counts.
    if (code !== 'policy/contradiction') commands.push(['lint', file]);
    for (const command of commands) {
      const result = await shop.cli(...command);
      assert.equal(result.code, 1, `${command.join(' ')}: ${result.stdout}`);
      assert.ok(result.stderr.startsWith(`${code}: ${file}:${place}: `), `${command.join(' ')}: not at ${place}: ${result.stderr}`);
    }
  });
}

test('a term in a file of terms is found there', async () => {
  await shop.write({ 'policy.yaml': rule('    terms-from: list/words.txt\nallow: [坏词]'), 'list/words.txt': '# words\n词\n\n  坏词\n' });
  const { code, stderr } = await shop.cli('build', 'policy.yaml', '-o', 'out.pack');
  assert.equal(code, 1);
  assert.match(stderr, /^policy\/contradiction: .*words\.txt:4:3: /);
});

test('what is not read from a policy has no place', async () => {
  await shop.write({ 'junk.pack': 'junk', 'expect.yaml': '- {text: 好, expect: clean}' });
  assert.match((await shop.cli('build', 'none.yaml', '-o', 'out.pack')).stderr, /^cli\/read: none\.yaml: /);
});
