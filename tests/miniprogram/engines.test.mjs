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

/** The vectors with their policies compiled; `evasion` only where it is fast. */
async function job({ withEvasion, files = () => true }) {
  const filter = [read('filter/basics'), read('filter/around')];
  const evasion = withEvasion ? { cases: read('evasion/cases'), innocents: read('evasion/innocents'), hits: read('evasion/hits') } : undefined;
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
    for (const script of SCRIPTS) await disguised(deaf, evasion.cases, script);
    await sentences(deaf, [...evasion.innocents, ...evasion.hits], false);
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

/** The scenarios of the law; all of them take minutes where the engine is slow. */
const SOME = (file) => ['minor-mode.yaml', 'storage.yaml'].includes(file);

const noJsc = JSC ? false : 'jsc is not installed (Debian: libjavascriptcoregtk-4.0-bin)';

test('all vectors hold in JavaScriptCore, and reports leave it', { skip: noJsc }, async () => {
  assertHolds(await inJsc(await job({ withEvasion: true })));
});

test('filter, reports and the scenarios of the law hold in JavaScriptCore without JIT, in the ES5 build', { skip: noJsc }, async () => {
  assertHolds(await inJsc(await job({ files: SOME }), { flags: ['--useJIT=0'], build: 'mp/index.js' }));
});

test('the build without WebAssembly holds in JavaScriptCore without WebAssembly', { skip: noJsc }, async () => {
  assertHolds(await inJsc(await job({ files: SOME }), { flags: ['--useWasm=0'], build: 'mp/nowasm.js' }));
});

test('the build without WebAssembly holds in QuickJS', { skip: hasQuickJs ? false : "QuickJS is not installed: `npm ci` in tests/miniprogram/tools" }, async () => {
  assertHolds(await inQuickJs(await job({ files: (file) => file === 'storage.yaml' })));
});
