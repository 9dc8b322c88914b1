/**
 * The vectors of all three capabilities in the sandbox: on every level each of them, in every way each kind. With
 * TIDEGATE_ALL_WAYS=1 each of them in every way, which takes minutes.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { publicKey, scenarios } from '../usage/language.mjs';
import { run as usage } from '../usage/world.mjs';
import { records } from '../vectors/records.mjs';
import { disguised, SCRIPTS, sentences, texts } from '../vectors/run.mjs';
import { LEVEL_NAMES } from './sandbox.mjs';
import { asPackage, collecting, SEED, start } from './support.mjs';

const ALL_WAYS = process.env.TIDEGATE_ALL_WAYS === '1';

const read = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
const SCENARIOS = Object.entries(scenarios()).flatMap(([file, own]) => own.map((scenario) => [file, scenario]));

const SHAPES = ['wrapped', 'bare'];
const PATHS = ['/tidegate.wasm.br', 'tidegate.wasm.br'];
/** On each level, in both syntaxes, with both shapes of an instance and both forms of the path. */
const EVERY_WAY = LEVEL_NAMES.flatMap((level) => ['es2017', 'es5'].flatMap((build) => SHAPES.flatMap((shape) => (
  PATHS.map((wasm) => [build, { level, shape, wasm, hasGlobalThis: build === 'es2017' }])))));

/** How many ways there are on one level. */
const WAYS = EVERY_WAY.length / LEVEL_NAMES.length;
const nameOf = ([build, { level, shape = '', wasm = '' }]) => [build, level, shape, wasm].join(' ').trim();
const ALL = [...EVERY_WAY, ['nowasm', { level: LEVEL_NAMES[0], hasWasm: false, showsGlue: true }]];

for (const way of ALL) {
  test(`known texts come out as written at every cut: ${nameOf(way)}`, async () => {
    const tidegate = asPackage(await start(...way));
    for (const file of ['basics', 'around']) assert.deepEqual(await texts(tidegate, read(`filter/${file}`)), [], file);
  });

  test(`records are those of the fixtures: ${nameOf(way)}`, async () => {
    const world = await start(...way);
    const sent = collecting(world.sandbox);
    const key = world.sandbox.bytes(SEED);
    assert.deepEqual(await records(asPackage(world), (name) => read(`records/${name}`), { key, surface: 'miniprogram', sent: () => sent.splice(0) }), []);
  });
}

// Each scenario on each level; it takes seconds to run all of them, so the ways of a level share them.
for (const [at, way] of ALL.entries()) {
  test(`usage scenarios hold: ${nameOf(way)}`, async () => {
    const { sandbox } = await start(...way);
    const share = SCENARIOS.filter((_, nth) => ALL_WAYS || nth % WAYS === at % WAYS);
    assert.ok(share.length >= Math.floor(SCENARIOS.length / WAYS));
    const failed = share.map(([file, scenario]) => [file, scenario, usage(scenario, sandbox.instances[0].glue, [sandbox.bytes(publicKey)])])
      .filter(([, , wrong]) => wrong !== undefined).map(([file, { line }, wrong]) => `tests/vectors/usage/${file}:${line}: ${wrong}`);
    assert.deepEqual(failed, []);
  });
}

// Whole and by unit on each level; of the other cuts each level has its share. The ways of a level are those of the texts.
for (const [at, level] of LEVEL_NAMES.entries()) {
  const build = at % 2 ? 'es2017' : 'es5';
  const cuts = { nth: ALL_WAYS ? 0 : at, of: ALL_WAYS ? 1 : LEVEL_NAMES.length };
  test(`disguised terms are found, and innocent sentences are not hit: ${build} ${level}`, async () => {
    const tidegate = asPackage(await start(build, { level, shape: SHAPES[at % 2], wasm: PATHS[at % 2], hasGlobalThis: at % 2 === 1 }));
    for (const script of SCRIPTS) assert.deepEqual(await disguised(tidegate, read('evasion/cases'), script, cuts), []);
    assert.deepEqual(await sentences(tidegate, read('evasion/innocents'), false, cuts), []);
    assert.deepEqual(await sentences(tidegate, read('evasion/hits'), true, cuts), []);
  });
}
