/** The vectors of `tests/vectors/evasion` through the built package; the Rust runner is `tests/evasion.rs`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compilePolicy, createGuard, init, memoryHost } from 'tidegate';
import { run } from './support.mjs';

/** Of the cases of a script, the least that must be found. */
const LEAST_FOUND = 0.98;

const read = (name) => JSON.parse(readFileSync(new URL(`../vectors/evasion/${name}.json`, import.meta.url), 'utf8'));
const vectors = read('cases');

const guards = new Map();
/** A guard that masks the terms; each has a rule of its own, named like it. */
async function guardFor(terms, views) {
  const key = JSON.stringify([terms, views]);
  if (!guards.has(key)) {
    await init();
    const rules = terms.map((term) => ({ id: term, risk: 'x_gambling', action: 'mask', terms: [term], ...(views && { views }) }));
    guards.set(key, await createGuard({ packs: [compilePolicy({ policy: 'evasion', rules })], host: memoryHost() }));
  }
  return guards.get(key);
}

/** The verdicts of the whole text, after having been the same for every cut and per unit. */
function everyWay(guard, text) {
  const whole = run(guard.message(), [text]);
  const same = (pieces, how) => {
    const { text: shown, verdicts } = run(guard.message(), pieces);
    assert.ok(
      shown === whole.text && JSON.stringify(verdicts) === JSON.stringify(whole.verdicts),
      `${how}: ${JSON.stringify(text)}`,
    );
  };
  same(text.split(''), 'per unit');
  for (let cut = 1; cut < text.length; cut += 1) same([text.slice(0, cut), text.slice(cut)], `cut at ${cut}`);
  return whole.verdicts;
}

for (const script of ['zh', 'en']) {
  test(`disguised terms are found whole and at every cut: ${script}`, async () => {
    const missed = [];
    const cases = vectors.cases.filter((item) => item.script === script);
    for (const { kind, term, text, start, end } of cases) {
      const { views } = vectors.kinds.find(({ id }) => id === kind);
      const verdicts = everyWay(await guardFor(vectors.terms[script], views), text);
      if (!verdicts.some((v) => v.rule === term && v.start < end && start < v.end))
        missed.push(`${kind}: ${JSON.stringify(text)}`);
    }
    const share = 1 - missed.length / cases.length;
    assert.ok(share >= LEAST_FOUND, `${(100 * share).toFixed(1)} % of ${cases.length} found; missed:\n${missed.join('\n')}`);
  });
}

test('innocent sentences are not hit', async () => {
  const hit = [];
  const innocents = read('innocents');
  for (const { terms, text, views } of innocents) {
    if (everyWay(await guardFor(terms, views), text).length > 0) hit.push(text);
  }
  // What is known to be hit is listed, so that a change is noticed.
  assert.deepEqual(hit, innocents.filter(({ known }) => known).map(({ text }) => text));
});

test('plain and compound uses are hit', async () => {
  const missed = [];
  for (const { terms, text, views } of read('hits')) {
    if (everyWay(await guardFor(terms, views), text).length === 0) missed.push(`${terms}: ${text}`);
  }
  assert.deepEqual(missed, []);
});
