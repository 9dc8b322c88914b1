/** The builds in the engines of others: JavaScriptCore, as on iPhones but newer, with and without JIT; QuickJS. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compilePolicy } from 'tidegate';
import { publicKey, scenarios } from '../usage/language.mjs';
import { records } from '../vectors/records.mjs';
import { disguised, SCRIPTS, sentences, texts } from '../vectors/run.mjs';
import { hasQuickJs, inJsc, inQuickJs, JSC } from './engines/run.mjs';
import { POLICY } from './support.mjs';

const read = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
const hex = (bytes) => Buffer.from(bytes).toString('hex');

/** The vectors with their policies compiled. Disguised terms whole, by unit and at one of `of` cuts; not at all if that is 0. */
async function job({ of = 1, files = () => true } = {}) {
  const filter = [read('filter/basics'), read('filter/around')];
  const cuts = { nth: 0, of };
  const evasion = of > 0 ? { cuts, cases: read('evasion/cases'), innocents: read('evasion/innocents'), hits: read('evasion/hits') } : undefined;
  // The runner is asked which policies it uses, by a guard that judges nothing.
  const policies = [POLICY];
  const nothing = { text: '', verdicts: [], state: 'finished' };
  const deaf = {
    compilePolicy: (policy) => policies.push(policy),
    createGuard: async () => ({
      message: () => ({ push: () => nothing, finish: () => nothing }), check: () => [], reports: { submit() {}, flush() {} }, dispose: async () => {},
    }),
    memoryHost: () => undefined,
  };
  for (const file of filter) await texts(deaf, file);
  const fixtures = Object.fromEntries(['0.1.0-metadata', '0.1.0-evidence'].map((name) => [name, read(`records/${name}`)]));
  await records(deaf, (name) => fixtures[name], { sent: () => [] });
  if (evasion) {
    for (const script of SCRIPTS) await disguised(deaf, evasion.cases, script, cuts);
    await sentences(deaf, [...evasion.innocents, ...evasion.hits], false, cuts);
  }
  return {
    what: 'vectors', filter, evasion, hit: '去赌博网站看看', keys: [hex(publicKey)],
    records: fixtures, usages: Object.entries(scenarios()).filter(([file]) => files(file)),
    packs: policies.map((policy) => [JSON.stringify(policy), hex(compilePolicy(policy))]),
  };
}

function assertHolds({ foreign, wrong, scenarios: count, sent, state }) {
  assert.deepEqual(foreign, []);
  assert.deepEqual(wrong, []);
  assert.ok(count >= 14, `${count} scenarios`);
  assert.deepEqual(sent, ['dev.tidegate.complaint.v1', 'dev.tidegate.verdict.v1']);
  assert.equal(state, 'open');
}

const ALL_WAYS = process.env.TIDEGATE_ALL_WAYS === '1';

/** Where an engine is slow: disguised terms with one cut, and the scenarios of the law; all of it takes minutes, TIDEGATE_ALL_WAYS=1. */
const some = () => job(ALL_WAYS ? {} : { of: 1_000, files: (file) => ['minor-mode.yaml', 'storage.yaml'].includes(file) });

const noJsc = JSC ? false : 'jsc is not installed (Debian: libjavascriptcoregtk-4.0-bin)';

test('all vectors hold in JavaScriptCore, and reports leave it', { skip: noJsc }, async () => {
  assertHolds(await inJsc(await job()));
});

test('the vectors hold in JavaScriptCore without JIT, in the ES5 build', { skip: noJsc }, async () => {
  assertHolds(await inJsc(await some(), { flags: ['--useJIT=0'], build: 'mp/index.js' }));
});

test('the build without WebAssembly holds in JavaScriptCore without WebAssembly', { skip: noJsc }, async () => {
  assertHolds(await inJsc(await some(), { flags: ['--useWasm=0'], build: 'mp/nowasm.js' }));
});

// With disguised terms too, the shell of QuickJS fails to end (an assertion of its own about what it frees).
test('texts, records and used time hold in QuickJS, in the build without WebAssembly', { skip: hasQuickJs ? false : "QuickJS is not installed: `npm ci` in tests/miniprogram/tools" }, async () => {
  assertHolds(await inQuickJs(await job({ of: 0, files: (file) => file === 'storage.yaml' })));
});
