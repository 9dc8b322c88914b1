/**
 * Samples compiled by Taro and by uni-app guard in the sandbox: what is kept in `compiled` beside each, with this
 * package put beside it by `tidegate copy`, and, where the compilers are installed, what they make of the sample
 * with this package as one of its own.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { compilePolicy } from 'tidegate';
import { answerOf } from '../node/support.mjs';
import { compiledOf, compileWhole, copy, FRAMEWORKS, isInstalled } from './frameworks/compile.mjs';
import { LEVEL_NAMES, Sandbox } from './sandbox.mjs';
import { bufferOf, POLICY, turn } from './support.mjs';

const PAGE = '/pages/index/index.js';
/** Longest wait for the page to say how the answer ended, ms. */
const PATIENCE_MS = 10_000;
/** The answer that the sample asks for, in pieces that cut characters and the term. */
const ANSWER = Buffer.from(answerOf(['去赌博', '网站看', '看']));
const PIECE_BYTES = 50;

/** Brings the answer as chunks. */
function answering({ enableChunked, success }) {
  let listen = () => {};
  setTimeout(() => {
    for (let at = 0; at < ANSWER.length; at += PIECE_BYTES) listen({ data: bufferOf(ANSWER.subarray(at, at + PIECE_BYTES)) });
    success({ statusCode: 200, header: { 'content-type': 'text/event-stream' }, data: enableChunked ? '' : bufferOf(ANSWER) });
  }, 1);
  return { abort() {}, onChunkReceived: (given) => void (listen = given) };
}

/** What a compiled page hands to the view until it says how the answer ended; then it is left. */
async function shownBy(root, level) {
  const sandbox = new Sandbox({ root, level });
  const { api } = sandbox;
  sandbox.answer = answering;
  let app;
  let page;
  sandbox.define('global', sandbox.run('({})'));
  sandbox.define('App', (definition) => void (app = definition));
  for (const kind of ['Page', 'Component']) sandbox.define(kind, (definition) => void (page = definition));
  sandbox.define('getApp', () => app);
  sandbox.define('getCurrentPages', () => [page]);
  const nothing = () => ({});
  Object.assign(api, {
    getStorageSync: (key) => (key === 'pack' ? Buffer.from(compilePolicy(POLICY)).toString('base64') : ''),
    setStorageSync() {},
    base64ToArrayBuffer: (text) => Uint8Array.from(Buffer.from(text, 'base64')).buffer,
    getSystemInfoSync: nothing, getWindowInfo: nothing, getDeviceInfo: nothing, getAppBaseInfo: nothing, getSystemSetting: nothing,
    getAppAuthorizeSetting: nothing, getLaunchOptionsSync: nothing, canIUse: () => false, nextTick: (then) => setTimeout(then, 0), onError() {}, onUnhandledRejection() {},
  });
  sandbox.require('/app.js');
  app?.onLaunch?.({});
  page = undefined;
  sandbox.require(PAGE);
  let sent = '';
  const { methods = {}, lifetimes = {}, ...definition } = page;
  page = {
    ...definition, ...methods, route: 'pages/index/index', properties: { uI: '', uP: '', uS: {} },
    triggerEvent() {}, selectAllComponents: () => [],
    setData(changes, done) {
      sent += JSON.stringify(changes);
      done?.call(this);
    },
  };
  lifetimes.attached?.call(page);
  page.onLoad({});
  for (let waited = 0; !sent.includes('finished') && waited < PATIENCE_MS; waited += 20) await turn(20);
  const { free } = sandbox.instances[0].glue.Filter.prototype;
  let freed = 0;
  sandbox.instances[0].glue.Filter.prototype.free = function () {
    freed += 1;
    return free.call(this);
  };
  page.onUnload?.();
  lifetimes.detached?.call(page);
  await turn(20);
  return { sent, freed };
}

/** On every base library the page shows the answer with the term masked, at no time otherwise, and leaves nothing. */
function guards(root) {
  for (const level of LEVEL_NAMES) {
    test(`guards on base library ${level}`, async () => {
      const { sent, freed } = await shownBy(root, level);
      assert.match(sent, /去＊＊＊＊看看/);
      assert.match(sent, /finished/);
      assert.doesNotMatch(sent, /赌/);
      assert.equal(freed, 1);
    });
  }
}

for (const [name, { place }] of Object.entries(FRAMEWORKS)) {
  const root = mkdtempSync(join(tmpdir(), 'tidegate-framework-'));
  after(() => rmSync(root, { recursive: true, force: true }));

  describe(`the page that ${name} compiled`, () => {
    const kept = join(root, 'kept');
    before(async () => {
      cpSync(compiledOf(name), kept, { recursive: true });
      await copy(join(kept, place));
    });
    guards(kept);
  });

  describe(`a page that ${name} compiles`, { skip: isInstalled(name) ? false : `not installed: \`npm ci\` in tests/miniprogram/frameworks/${name}` }, () => {
    const made = join(root, 'made');
    before(() => compileWhole(name, made));
    guards(made);
  });
}
