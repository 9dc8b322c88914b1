/** What stands for `memory.copy` and `memory.fill` does what they do, in WebAssembly and translated to JavaScript. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import binaryen from 'binaryen';
import { withoutBulkMemory } from '../../pkg-template/memory.mjs';
import { toJavaScript } from '../../pkg-template/mvp.mjs';
import { assertMvp } from './sandbox.mjs';

const ROUNDS = 5_000;
const PAGE = 65_536;
const THREE = '(param i32 i32 i32)';
const GIVEN = '(local.get 0) (local.get 1) (local.get 2)';

/** One with the instructions, and what becomes of it. */
function modules() {
  const { BulkMemory, BulkMemoryOpt } = binaryen.Features;
  const module = binaryen.parseText(`(module (memory (export "memory") 1)
    (func (export "copy") ${THREE} (memory.copy ${GIVEN})) (func (export "fill") ${THREE} (memory.fill ${GIVEN})))`);
  module.setFeatures(BulkMemory | BulkMemoryOpt);
  const bytes = module.emitBinary();
  module.dispose();
  return [bytes, withoutBulkMemory(bytes)];
}

const instance = (bytes) => new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;

let seed = 4_711;
const random = (below) => (seed = (seed * 48_271) % 2_147_483_647) % below;

/** Calls both; whether they differ. */
function differ(one, other, what, given) {
  const outcome = (exports) => {
    try {
      exports[what](...given);
      return 'done';
    } catch {
      return 'trapped';
    }
  };
  return outcome(one) !== outcome(other) || Buffer.compare(new Uint8Array(one.memory.buffer), new Uint8Array(other.memory.buffer)) !== 0;
}

function compare(one, other, rounds) {
  for (const { memory } of [one, other]) new Uint8Array(memory.buffer).forEach((_, at, all) => (all[at] = (at * 193) >> 3));
  for (let round = 0; round < rounds; round += 1) {
    const length = random(3) ? random(60) : random(2_000);
    const to = random(4) ? random(3_000) : PAGE - random(100);
    const given = random(2) ? ['copy', [to, random(3) ? Math.max(0, to + random(64) - 32) : random(4_000), length]] : ['fill', [to, random(70_000), length]];
    assert.equal(differ(one, other, ...given), false, JSON.stringify(given));
  }
}

test('copies and fills by words are those of the instructions, wherever they begin and overlap, and outside they trap', () => {
  const [bytes, lowered] = modules();
  assertMvp(lowered);
  assert.throws(() => assertMvp(bytes));
  const [one, other] = [instance(bytes), instance(lowered)];
  compare(one, other, ROUNDS);
  const outside = [['fill', [-1, 0, 2]], ['fill', [PAGE, 0, 0]], ['fill', [PAGE + 1, 0, 0]], ['copy', [0, PAGE - 6, 7]], ['copy', [-4, 0, 8]], ['copy', [0, 0, -1]]];
  for (const given of outside) assert.equal(differ(one, other, ...given), false, JSON.stringify(given));
});

test('translated to JavaScript they are the same', async () => {
  const [bytes, lowered] = modules();
  const work = mkdtempSync(join(tmpdir(), 'tidegate-memory-'));
  try {
    const [source, target] = [join(work, 'lowered.wasm'), join(work, 'lowered.mjs')];
    writeFileSync(source, lowered);
    await toJavaScript(source, target);
    const { copy, fill, memory } = await import(pathToFileURL(target).href);
    compare(instance(bytes), { memory, copy, fill }, 1_000);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});
