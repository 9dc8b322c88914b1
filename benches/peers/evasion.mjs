/**
 * What tidegate and its peers find of terms in disguise, which innocent
 * sentences they hit, and which plain uses they keep: the vectors of
 * `tests/vectors/evasion` as Markdown tables, each text whole and in pieces.
 *
 *     node evasion.mjs [--only NAME]... [--json FILE]
 *
 * Any hit in the sentence counts as found, whatever of the lexicon it was for.
 * `at every cut`: also character by character and cut in two at each place.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { parseArgs } from 'node:util';
import { adapters } from './evasion/adapters.mjs';

const { values: flags } = parseArgs({
  args: argv.slice(2),
  options: { only: { type: 'string', multiple: true }, json: { type: 'string' } },
});
const read = (name) => JSON.parse(readFileSync(new URL(`../../tests/vectors/evasion/${name}.json`, import.meta.url), 'utf8'));
const vectors = read('cases');
const innocents = read('innocents');
const hits = read('hits');
const SCRIPTS = ['zh', 'en'];
const HAN = /\p{Script=Han}/u;

const names = Object.keys(adapters).filter((name) => flags.only?.includes(name) ?? true);
const reports = {};
for (const name of names) reports[name] = await measure(await adapters[name]());
print(reports);
if (flags.json) writeFileSync(flags.json, JSON.stringify(reports, null, 1) + '\n');

async function measure(make) {
  const ready = new Map();
  const matcher = async (terms, views) => {
    const key = JSON.stringify([terms, views]);
    if (!ready.has(key)) ready.set(key, await make(terms, { views, zh: terms.some((term) => HAN.test(term)) }));
    return ready.get(key);
  };
  const byKind = {};
  const all = {};
  for (const { kind, script, text, cut } of vectors.cases) {
    const { views } = vectors.kinds.find(({ id }) => id === kind);
    const it = await matcher(vectors.terms[script], views);
    const found = cut === undefined ? it.hit(text) : inPieces(it, [text.slice(0, cut), text.slice(cut)]);
    const everyCut = found && ways(text).every((pieces) => inPieces(it, pieces));
    for (const counts of [(byKind[kind] ??= {}), all]) {
      counts[script] ??= { found: 0, everyCut: 0, total: 0 };
      counts[script].found += found;
      counts[script].everyCut += everyCut;
      counts[script].total += 1;
    }
  }
  const carriers = [];
  for (const script of SCRIPTS) {
    const it = await matcher(vectors.terms[script]);
    carriers.push(...vectors.carriers[script].map((text) => text.replace('{}', '')).filter((text) => it.hit(text)));
  }
  const hitIn = async (sentences) => {
    const list = [];
    for (const { terms, text, views } of sentences) if ((await matcher(terms, views)).hit(text)) list.push({ terms, text });
    return list;
  };
  const streams = 'stream' in (await matcher(vectors.terms.en));
  return { byKind, all, streams, carriers, innocentsHit: await hitIn(innocents), hitsKept: (await hitIn(hits)).length };
}

/** The text in pieces: one character each, and in two at every place. */
function ways(text) {
  const places = Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => at + 1);
  return [text.split(''), ...places.map((at) => [text.slice(0, at), text.slice(at)])];
}

/** One message in pieces; a peer without a stream sees each piece alone. */
function inPieces(it, pieces) {
  return it.stream ? it.stream(pieces) : pieces.some((piece) => it.hit(piece));
}

function print(reports) {
  const names = Object.keys(reports);
  const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
  const rule = (columns) => row(Array(columns).fill('---'));
  const share = (found, total) => `${((100 * found) / total).toFixed(1)} %`;

  const found = SCRIPTS.flatMap((script) => [`${script} whole`, `${script} at every cut`]);
  row(['', ...found, `innocents hit, of ${innocents.length}`, `plain uses found, of ${hits.length}`]);
  rule(7);
  for (const [name, { all, streams, innocentsHit, hitsKept }] of Object.entries(reports)) {
    const shares = SCRIPTS.flatMap((script) => {
      const { found, everyCut, total } = all[script];
      return [share(found, total), share(everyCut, total) + (streams ? '' : ' *')];
    });
    row([name, ...shares, innocentsHit.length, hitsKept]);
  }
  console.log('\n\\* It has no stream, so each piece is seen alone. To scan all text so far again with each piece finds');
  console.log('what it finds in the whole, once that has been shown, at a cost that grows with the square of the length.');
  for (const script of SCRIPTS) {
    console.log(`\n${script}: found, of the cases of each kind\n`);
    const kinds = vectors.kinds.filter(({ id }) => reports[names[0]].byKind[id][script]);
    row(['kind', 'cases', ...names]);
    rule(names.length + 2);
    for (const { id } of kinds) {
      const of = (name) => reports[name].byKind[id][script];
      row([id, of(names[0]).total, ...names.map((name) => of(name).found)]);
    }
  }
  for (const name of names) {
    for (const text of reports[name].carriers) console.log(`\n${name} hits a sentence without a term: ${text}`);
  }
}
