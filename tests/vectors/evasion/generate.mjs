// Writes `cases.json`: every term in every disguise, in running text.
//
//   node tests/vectors/evasion/generate.mjs           write it
//   node tests/vectors/evasion/generate.mjs --check   fail if it would change
//
// No randomness and no packages: the same Node gives the same file.

import { readFileSync, writeFileSync } from 'node:fs';
import { all } from './kinds.mjs';
import { carriers, en, zh } from './terms.mjs';

const terms = { zh, en };
const file = new URL('cases.json', import.meta.url);

const cases = [];
for (const [number, kind] of all.entries()) {
  for (const script of kind.scripts) {
    for (const [i, entry] of terms[script].entries()) {
      const disguise = kind.disguise(entry, i);
      // 蜗蜗蜗牛 still has 蜗牛 in it: no disguise, so not a case.
      const clean = kind.id === 'exact' || kind.id === 'in-han';
      if (disguise === undefined || (!clean && disguise.includes(entry.term))) continue;
      const sentence = carriers[script][(i + number) % carriers[script].length];
      const start = sentence.indexOf('{}');
      const text = sentence.slice(0, start) + disguise + sentence.slice(start + 2);
      cases.push({ kind: kind.id, script, term: entry.term, text, start, end: start + disguise.length });
    }
  }
}
// The chunk boundary is a kind of its own: the text is clean, the cut is not.
for (const script of ['zh', 'en']) {
  for (const [i, entry] of terms[script].entries()) {
    const sentence = carriers[script][i % carriers[script].length];
    const start = sentence.indexOf('{}');
    const text = sentence.replace('{}', entry.term);
    const cut = start + Math.ceil(entry.term.length / 2);
    cases.push({ kind: 'chunk', script, term: entry.term, text, start, end: start + entry.term.length, cut });
  }
}

const kinds = [
  ...all.map(({ id, about, view }) => ({ id, about, ...(view && { views: ['tight', 'joined', 'leet', view] }) })),
  { id: 'chunk', about: 'as it is, cut in two between chunks' },
];
const lines = (list) => `[\n${list.map((item) => '    ' + JSON.stringify(item)).join(',\n')}\n  ]`;
const out = `{
  "about": ${JSON.stringify(
    'Harmless terms in disguise. terms: the lexicon, by script. kinds: what was done; a kind with views needs a rule with these views, the others a rule with the default ones. carriers: the sentences, in which {} stands for the disguise; without it they are innocent. cases: start and end are where the disguise stands, in UTF-16 units; cut is where a chunk ends. Written by generate.mjs.',
  )},
  "terms": ${JSON.stringify({ zh: zh.map((e) => e.term), en: en.map((e) => e.term) })},
  "carriers": ${JSON.stringify(carriers)},
  "kinds": ${lines(kinds)},
  "cases": ${lines(cases)}
}
`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== out) throw new Error('cases.json is not what generate.mjs writes');
} else {
  writeFileSync(file, out);
}
const count = (script) => new Set(cases.filter((c) => c.script === script).map((c) => c.kind)).size;
console.log(`${cases.length} cases; ${count('zh')} kinds in zh, ${count('en')} in en`);
