/** The vectors of all three capabilities in the sandbox. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { publicKey, scenarios } from '../usage/language.mjs';
import { run } from '../usage/world.mjs';
import { disguised, SCRIPTS, sentences, texts } from '../vectors/run.mjs';
import { LEVEL_NAMES } from './sandbox.mjs';
import { asPackage, start } from './support.mjs';

const read = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));

const SHAPES = ['wrapped', 'bare'];
const PATHS = ['/tidegate.wasm.br', 'tidegate.wasm.br'];
/** On each level, in both syntaxes, with both shapes of an instance and both forms of the path. */
const EVERY_WAY = LEVEL_NAMES.flatMap((level) => ['es2017', 'es5'].flatMap((build) => SHAPES.flatMap((shape) => (
  PATHS.map((wasm) => [build, { level, shape, wasm, hasGlobalThis: build === 'es2017' }])))));

for (const [build, options] of [...EVERY_WAY, ['nowasm', { level: LEVEL_NAMES[0], hasWasm: false }]]) {
  const { level, shape = '', wasm = '' } = options;
  const name = [build, level, shape, wasm].join(' ').trim();
  test(`known texts come out as written at every cut: ${name}`, async () => {
    const tidegate = asPackage(await start(build, options));
    for (const file of ['basics', 'around']) assert.deepEqual(await texts(tidegate, read(`filter/${file}`)), [], file);
  });
}

// The meter has no text and no cuts: the shape and the path make no difference to it once it runs.
for (const [at, level] of LEVEL_NAMES.entries()) {
  const build = at % 2 ? 'es5' : 'es2017';
  test(`usage scenarios hold: ${build} ${level}`, async () => {
    const { sandbox } = await start(build, { level, shape: SHAPES[at % 2], wasm: PATHS[at % 2] });
    for (const [file, all] of Object.entries(scenarios())) {
      const failed = all.map((scenario) => [scenario, run(scenario, sandbox.instances[0].glue, [sandbox.bytes(publicKey)])])
        .filter(([, wrong]) => wrong !== undefined).map(([{ line }, wrong]) => `tests/vectors/usage/${file}:${line}: ${wrong}`);
      assert.deepEqual(failed, []);
    }
  });
}

test('disguised terms are found whole and at every cut, and innocent sentences are not hit, on the oldest level', async () => {
  const tidegate = asPackage(await start('es5', { level: LEVEL_NAMES[0], hasGlobalThis: false }));
  for (const script of SCRIPTS) assert.deepEqual(await disguised(tidegate, read('evasion/cases'), script), []);
  assert.deepEqual(await sentences(tidegate, read('evasion/innocents'), false), []);
  assert.deepEqual(await sentences(tidegate, read('evasion/hits'), true), []);
});
