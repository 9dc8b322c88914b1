/** `tidegate copy`: what a mini-program needs, where its project has it. */
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { workshop } from './cli-support.mjs';

const PACKAGE = new URL('../../pkg/', import.meta.url);

let shop;
before(async () => (shop = await workshop()));
after(() => shop.close());

/** The files of a folder are these of the package. */
async function assertCopied(folder, expected) {
  assert.deepEqual((await readdir(shop.path(folder))).sort(), Object.keys(expected).sort());
  for (const [name, from] of Object.entries(expected)) {
    if (from) assert.deepEqual(await readFile(shop.path(`${folder}/${name}`)), await readFile(new URL(from, PACKAGE)));
  }
}

const WASM = { 'tidegate.wasm.br': 'miniprogram/tidegate.wasm.br' };

test('copy brings module and CommonJS into a folder that it makes, and prints what it wrote', async () => {
  const { code, stdout, stderr } = await shop.cli('copy', '--to', 'a/tidegate');
  assert.equal(code, 0, stderr);
  assert.equal(stdout, 'a/tidegate/index.js\na/tidegate/tidegate.wasm.br\n');
  await assertCopied('a/tidegate', { 'index.js': 'mp/index.js', ...WASM });
});

test('copy brings each kind of project what it needs, and overwrites what an earlier copy left', async () => {
  await shop.write({ 'taro/tidegate.wasm.br': 'old' });
  const kinds = {
    wechat: { 'index.js': 'miniprogram/index.js', ...WASM, components: undefined }, alipay: { 'nowasm.js': 'mp/nowasm.js' }, taro: WASM, 'uni-app': WASM,
  };
  for (const [kind, expected] of Object.entries(kinds)) {
    assert.equal((await shop.cli('copy', '--to', kind, '--for', kind)).code, 0);
    await assertCopied(kind, expected);
  }
  assert.deepEqual((await readdir(shop.path('wechat/components/message'))).sort(), ['index.js', 'index.json', 'index.wxml', 'index.wxss']);
});

test('copy says what is wrong with its arguments, and where it cannot write', async () => {
  for (const args of [[], ['--to'], ['--to', 'b', '--for', 'baidu'], ['--to', 'b', '--for', 'toString']]) {
    const { code, stderr } = await shop.cli('copy', ...args);
    assert.deepEqual([code, stderr.split(':')[0]], [2, 'cli/usage'], args.join(' '));
  }
  await shop.write({ file: '' });
  const { code, stderr } = await shop.cli('copy', '--to', 'file/below');
  assert.deepEqual([code, stderr.split(':')[0]], [1, 'cli/write']);
});
