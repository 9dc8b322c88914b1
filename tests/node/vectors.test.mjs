/** The vectors of `tests/vectors` through the built package, in Node; `tests/browser/vectors.test.mjs` runs the same in a page. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import * as tidegate from 'tidegate';
import { disguised, SCRIPTS, sentences, texts } from '../vectors/run.mjs';

const read = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));

before(() => tidegate.init());

for (const script of SCRIPTS) {
  test(`disguised terms are found whole and at every cut: ${script}`, async () => {
    assert.deepEqual(await disguised(tidegate, read('evasion/cases'), script), []);
  });
}

test('innocent sentences are not hit', async () => {
  assert.deepEqual(await sentences(tidegate, read('evasion/innocents'), false), []);
});

test('plain and compound uses are hit', async () => {
  assert.deepEqual(await sentences(tidegate, read('evasion/hits'), true), []);
});

for (const name of ['basics', 'around']) {
  test(`known texts come out as written at every cut: ${name}`, async () => {
    assert.deepEqual(await texts(tidegate, read(`filter/${name}`)), []);
  });
}
