/** Every build starts and guards on every level; what must not work in a mini-program does not. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { parse } from 'acorn';
import { transformSync } from 'esbuild';
import { assertMvp, LEVEL_NAMES, Sandbox } from './sandbox.mjs';
import { coded, PACKAGE, ROOT, start, WASM } from './support.mjs';

const MASKED = '去＊＊＊＊看看';

async function assertGuards({ guardOf }) {
  const guard = await guardOf();
  const message = guard.message();
  const shown = ['去赌博', '网站看看\ud83c', '\udf89\ud800'].map((delta) => message.push(delta).text).join('') + message.finish().text;
  assert.equal(shown, `${MASKED}🎉\ud800`);
  const ended = guard.message();
  assert.deepEqual([ended.push('这是终止词语吗').state, ended.state], ['terminated', 'terminated']);
  await guard.dispose();
}

for (const level of LEVEL_NAMES) {
  for (const build of ['es2017', 'es5']) {
    test(`the ${build} build guards on base library ${level}, whatever the shape of an instance, the path and the globals`, async () => {
      for (const shape of ['wrapped', 'bare']) {
        for (const wasm of [WASM, WASM.slice(1)]) {
          for (const hasGlobalThis of [true, false]) await assertGuards(await start(build, { level, shape, wasm, hasGlobalThis }));
        }
      }
    });
  }
  test(`the build without WebAssembly guards on base library ${level}`, async () => {
    for (const hasGlobalThis of [true, false]) await assertGuards(await start('nowasm', { level, hasWasm: false, hasGlobalThis }));
  });
}

test('the builds guard in Douyin, and in Alipay with random bytes from elsewhere', async () => {
  await assertGuards(await start('es5', { platform: 'douyin' }));
  const random = async (length) => new Uint8Array(length).map((_, at) => at);
  await assertGuards(await start('nowasm', { platform: 'alipay', hasWasm: false, init: { random } }));
});

test('without random bytes nothing starts', async () => {
  await assert.rejects(start('nowasm', { platform: 'alipay', hasWasm: false }), coded('host/random'));
});

test('a missing module, no WebAssembly and another platform are told by their codes', async () => {
  await assert.rejects(start('es2017', { wasm: '/elsewhere.wasm.br' }), coded('init/wasm'));
  await assert.rejects(start('es2017', { hasWasm: false }), coded('init/no-wasm'));
  await assert.rejects(start('es2017', { init: { platform: 'douyin' } }), coded('init/platform'));
  const { tidegate } = { tidegate: new Sandbox({ root: ROOT }).require('/es2017.js') };
  assert.throws(() => tidegate.miniHost(), coded('init/not-ready'));
});

for (const build of ['es2017', 'es5', 'nowasm']) {
  test(`errors are of the class that is exported, and keep what they say: ${build}`, async () => {
    const { sandbox, tidegate, guardOf } = await start(build, { hasWasm: build !== 'nowasm' });
    const thrown = await tidegate.createGuard({}).catch((error) => error);
    assert.deepEqual([thrown instanceof tidegate.GuardError, thrown instanceof sandbox.run('Error')], [true, true]);
    assert.deepEqual([thrown.code, thrown.message.split(':')[0]], ['guard/no-policy', 'guard/no-policy']);
    // Closed for children of 13, whenever this runs.
    const guard = await guardOf({ usage: { presets: ['cn_companion_2026'], age: 13 } });
    const told = [];
    assert.throws(() => tidegate.guardChat(guard, { onText: () => {} }), (error) => error instanceof tidegate.GuardError && error.code === 'usage/closed');
    const open = await guardOf();
    tidegate.guardChat(open, { onText: () => {}, onError: (error) => told.push(error.message) }).event({ data: '{' });
    assert.match(told[0], /^fetch\/json: the answer/);
    await guard.dispose();
    await open.dispose();
  });
}

test('what failed to start starts later', async () => {
  const sandbox = new Sandbox({ root: ROOT });
  const tidegate = sandbox.require('/es2017.js');
  await assert.rejects(tidegate.init({ wasm: '/elsewhere.wasm' }), coded('init/wasm'));
  await tidegate.init({ wasm: WASM });
});

test('the module needs nothing but the first version of WebAssembly, the browser core does', () => {
  assertMvp(brotliDecompressSync(readFileSync(join(PACKAGE, 'miniprogram', 'tidegate.wasm.br'))));
  assert.throws(() => assertMvp(readFileSync(join(PACKAGE, 'tidegate_bg.wasm'))));
});

test('the ES5 builds are ES5, the other is ES2017', () => {
  const parsed = (text, ecmaVersion) => parse(text, { ecmaVersion, allowReturnOutsideFunction: true });
  for (const [file, version] of [['mp/index.js', 5], ['mp/nowasm.js', 5], ['miniprogram/index.js', 2017]]) {
    assert.doesNotThrow(() => parsed(readFileSync(join(PACKAGE, file), 'utf8'), version), file);
  }
  assert.throws(() => parsed(readFileSync(join(PACKAGE, 'miniprogram', 'index.js'), 'utf8'), 5));
});

test('no build makes code from text or asks for a browser', () => {
  for (const file of ['mp/index.js', 'mp/nowasm.js', 'miniprogram/index.js']) {
    const text = readFileSync(join(PACKAGE, file), 'utf8');
    assert.doesNotMatch(text, /\beval\(|new Function\(|\bimport\(|\bWebAssembly\.|\bfetch\(|\bdocument\.|\bwindow\./);
  }
});

test('the sandbox refuses what a device refuses', async () => {
  const sandbox = new Sandbox({ root: ROOT });
  const scripts = {
    'code from text': 'eval("1")', 'a function from text': 'new Function("return 1")()', 'the WebAssembly of browsers': 'WebAssembly.Module',
    TextDecoder: 'new TextDecoder()', TextEncoder: 'new TextEncoder()', URL: 'new URL("https://a")', fetch: 'fetch("/")', crypto: 'crypto.getRandomValues',
    performance: 'performance.now()', EventTarget: 'new EventTarget()', atob: 'atob("")', 'later patterns': 'new RegExp("\\\\p{L}", "u")', queueMicrotask: 'queueMicrotask(Object)', AbortController: 'new AbortController()',
  };
  for (const [what, script] of Object.entries(scripts)) assert.throws(() => sandbox.run(script), undefined, what);
  for (const source of ['new Uint8Array(8)', '"https://a/b.wasm"', '"wxfile://usr/b.wasm"', '"/es2017.js"', '"../../etc/b.wasm"']) {
    await assert.rejects(sandbox.run(`WXWebAssembly.instantiate(${source}, {})`), undefined, source);
  }
  assert.throws(() => sandbox.require('tidegate'), /is not defined/);
  assert.throws(() => new Sandbox({ root: ROOT, level: '2.21.0' }).run('[1].at(-1)'), { name: 'TypeError' });
});

test('the generated glue fails here as it is, whatever its target', () => {
  const module = fileURLToPath(new URL('../../target/miniprogram-dist/work/stripped.wasm', import.meta.url));
  for (const target of ['web', 'no-modules', 'nodejs', 'bundler']) {
    const out = join(ROOT, `glue-${target}`);
    execFileSync('wasm-bindgen', [module, '--target', target, '--out-dir', out, '--out-name', 'glue', '--no-typescript']);
    const file = target === 'bundler' ? 'glue_bg.js' : 'glue.js';
    const text = readFileSync(join(out, file), 'utf8');
    const plain = join(ROOT, `glue-${target}.js`);
    const isScript = target === 'no-modules' || target === 'nodejs';
    writeFileSync(plain, isScript ? text : transformSync(text, { format: 'cjs', target: 'es2017', logLevel: 'silent' }).code);
    assert.throws(() => new Sandbox({ root: ROOT }).require(`/glue-${target}.js`), /TextDecoder is not defined|TextEncoder is not defined/, target);
  }
  // Its first line has no older form.
  execFileSync('wasm-bindgen', [module, '--target', 'module', '--out-dir', join(ROOT, 'glue-module'), '--out-name', 'glue', '--no-typescript']);
  const text = readFileSync(join(ROOT, 'glue-module', 'glue.js'), 'utf8');
  assert.throws(() => transformSync(text, { format: 'cjs', target: 'es2017', logLevel: 'silent' }), /Source phase imports/);
});

test('the module that the compiler makes by itself fails here', async () => {
  copyFileSync(join(PACKAGE, 'tidegate_bg.wasm'), join(ROOT, 'core.wasm'));
  await assert.rejects(new Sandbox({ root: ROOT }).run('WXWebAssembly.instantiate("core.wasm", {})'));
});
