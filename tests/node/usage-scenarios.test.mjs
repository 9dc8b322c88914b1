/** The scenarios of tests/vectors/usage through the core that the package ships; tests/usage_scenarios.rs is the Rust runner. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { start } from '../usage/core.mjs';
import { publicKey, scenarios } from '../usage/language.mjs';
import { run } from '../usage/world.mjs';

let core;
before(async () => {
  // What wasm-pack wrote; the package has it inside a chunk.
  const glue = await import('../../target/wasm-pack/tidegate_bg.js');
  core = await start(glue, await readFile(new URL('../../pkg/tidegate_bg.wasm', import.meta.url)));
});

for (const [file, all] of Object.entries(scenarios())) {
  test(`usage_scenarios_of_${file}_hold`, () => {
    const failed = all.map((scenario) => [scenario, run(scenario, core, [publicKey])])
      .filter(([, wrong]) => wrong !== undefined)
      .map(([{ name, line }, wrong]) => `tests/vectors/usage/${file}:${line}: ${name}\n    ${wrong}`);
    assert.equal(failed.length, 0, `${failed.length} of ${all.length} scenarios fail\n${failed.join('\n')}`);
  });
}

test('a_scenario_that_does_not_hold_is_reported', () => {
  const [scenario] = scenarios()['minor-mode.yaml'];
  const wrong = structuredClone(scenario);
  wrong.timeline.at(-1).expect.push(['used', 1]);
  assert.match(run(wrong, core, [publicKey]), /^line \d+ \(17:00\): page: used: expected 1 ms, found 3600000 ms$/);
});
