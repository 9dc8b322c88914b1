/** Starting with and without the policy compiler. A file of its own: what is started stays so for the process. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { compilePolicy, createGuard, explainHold, init, inspectPack, memoryHost, publicKey, signPack } from 'tidegate';
import * as inline from 'tidegate/inline';
import { POLICY, coded, run } from './support.mjs';

const SEED = new Uint8Array(32).fill(7);
const NOWHERE = 'http://127.0.0.1:1/none.bin';
const file = (name) => readFile(new URL(`../../pkg/${name}`, import.meta.url));

/** A pack as a page gets it: compiled elsewhere. */
let pack;
before(async () => {
  const { execFileSync } = await import('node:child_process');
  const code = `
    import { compilePolicy, init } from 'tidegate';
    await init();
    process.stdout.write(Buffer.from(compilePolicy(${JSON.stringify(POLICY)})).toString('base64'));`;
  const cwd = new URL('.', import.meta.url);
  pack = new Uint8Array(Buffer.from(execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd }).toString(), 'base64'));
});

/** An answer whose bytes come when they are let. */
function slowFile(bytes) {
  let controller;
  const body = new ReadableStream({
    start(given) {
      controller = given;
    },
  });
  const arrive = () => {
    controller.enqueue(bytes);
    controller.close();
  };
  return [new Response(body), arrive];
}

const compilers = {
  compilePolicy: () => compilePolicy(POLICY),
  signPack: () => signPack(pack, SEED),
  publicKey: () => publicKey(SEED),
  explainHold: () => explainHold([pack], '赌'),
};
function assertAll(expected) {
  for (const [name, run] of Object.entries(compilers)) assert.throws(run, expected, name);
}

// The tests follow on each other: each starts more.
test('before init everything is refused with init/not-ready', () => {
  assertAll(coded('init/not-ready'));
});

test('without the compiler packs work and compiling is refused with init/compiler', async () => {
  await init({ compiler: false });
  assertAll(coded('init/compiler'));
  assert.equal(inspectPack(pack).policy, POLICY.policy);
  const guard = await createGuard({ packs: [pack], host: memoryHost() });
  assert.equal(run(guard.message(), ['赌博', '网站']).text, '＊＊＊＊');
});

test('a compiler whose files are missing or wrong does not fail init; compiling says why', async () => {
  // A module that is still on its way when its tables have failed: the next call must not start a second.
  const tables = await file('tidegate_tables.bin');
  const [slow, arrive] = slowFile(await file('tidegate_compiler_bg.wasm'));
  // The modules first: one that has started is kept.
  const bad = [
    [{ wasm: NOWHERE }, 'init/network'],
    [{ wasm: new TextEncoder().encode('<!doctype html>') }, 'init/wasm'],
    [{ wasm: await file('tidegate_bg.wasm') }, 'init/wasm'],
    [{ wasm: slow, tables: NOWHERE }, 'init/network'],
    [{ get tables() { return Promise.reject(new TypeError('no such file')); } }, undefined],
    [{ get tables() { arrive(); return tables.subarray(0, 1000); } }, 'tables/malformed'],
    [{ tables: new Uint8Array() }, 'tables/malformed'],
  ];
  for (const [compiler, code] of bad) {
    await init({ compiler });
    assert.throws(compilers.compilePolicy, (error) => {
      assert.equal(error.code, 'init/compiler');
      if (code) assert.equal(error.cause.code, code);
      assert.ok(error.cause instanceof Error);
      assert.ok(error.message.includes(error.cause.message), 'the message tells the cause');
      return true;
    });
  }
});

test('a later plain init brings the compiler, also for the other entry', async () => {
  await Promise.all([init(), init({ compiler: false }), inline.init()]);
  assert.deepEqual(compilePolicy(POLICY), pack);
  assert.deepEqual(inline.compilePolicy(POLICY), pack);
  assert.equal(inspectPack(signPack(pack, SEED)).signed, true);
  assert.equal(publicKey(SEED).length, 32);
  await init({ compiler: { tables: NOWHERE } });
  assert.deepEqual(compilePolicy(POLICY), pack);
});

test('the pack that warms the core up is one that the compiler makes', async () => {
  await init();
  const policy = { policy: 'warm', rules: [{ id: 'warm', risk: 'x_gambling', action: 'mask', terms: ['\u3400\u3401'] }] };
  const expected = Buffer.from(signPack(compilePolicy(policy), SEED)).toString('hex');
  const source = await readFile(new URL('../../pkg-template/src/warm-pack.ts', import.meta.url), 'utf8');
  const [pack, key] = source.split('WARM_KEY').map((part) => [...part.matchAll(/'([0-9a-f]+)'/g)].map(([, hex]) => hex).join(''));
  assert.equal(pack, expected, 'put this into pkg-template/src/warm-pack.ts, in lines of 96');
  assert.equal(key, Buffer.from(publicKey(SEED)).toString('hex'));
});
