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

/** On each level, in both syntaxes, with both shapes of an instance and both forms of the path. */
const EVERY_WAY = LEVEL_NAMES.flatMap((level, at) => [
  ['es2017', { level, shape: at % 2 ? 'bare' : 'wrapped', wasm: at % 2 ? 'tidegate.wasm.br' : '/tidegate.wasm.br' }],
  ['es5', { level, shape: at % 2 ? 'wrapped' : 'bare', wasm: at % 2 ? '/tidegate.wasm.br' : 'tidegate.wasm.br', hasGlobalThis: false }],
]);

for (const [build, options] of [...EVERY_WAY, ['nowasm', { level: LEVEL_NAMES[0], hasWasm: false }]]) {
  const name = `${build}, ${options.level}`;
  test(`known texts come out as written at every cut: ${name}`, async () => {
    const tidegate = asPackage(await start(build, options));
    for (const file of ['basics', 'around']) assert.deepEqual(await texts(tidegate, read(`filter/${file}`)), [], file);
  });

  if (build !== 'nowasm') test(`usage scenarios hold: ${name}`, async () => {
    const { sandbox } = await start(build, options);
    for (const [file, all] of Object.entries(scenarios())) {
      // All of them on the oldest level; on the others, those of the law that every preset builds on.
      if (options.level !== LEVEL_NAMES[0] && !['minor-mode.yaml', 'storage.yaml'].includes(file)) continue;
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
