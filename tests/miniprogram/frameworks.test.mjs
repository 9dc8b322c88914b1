/**
 * A page compiled by Taro and by uni-app guards in the sandbox. Their compilers bring hundreds of megabytes, so they
 * are not installed by default: `npm ci` in `frameworks/taro` and `frameworks/uni-app`.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compilePolicy } from 'tidegate';
import { LEVEL_NAMES, Sandbox } from './sandbox.mjs';
import { PACKAGE, POLICY, turn } from './support.mjs';

const run = promisify(execFile);
const PAGE = '/pages/index/index.js';
/** Longest wait for the page to show something, ms. */
const PATIENCE_MS = 10_000;

const FRAMEWORKS = {
  taro: {
    compile: (project, out) => run(process.execPath, ['node_modules/@tarojs/cli/bin/taro', 'build', '--type', 'weapp'], {
      cwd: project, env: { ...process.env, NODE_ENV: 'production', TARO_OUT: out },
    }),
  },
  'uni-app': {
    compile: async (project, out) => {
      await run(process.execPath, [join(PACKAGE, 'cli.js'), 'copy', '--for', 'uni-app', '--to', join(project, 'src/static/tidegate')]);
      await run(process.execPath, ['node_modules/@dcloudio/vite-plugin-uni/bin/uni.js', 'build', '-p', 'mp-weixin'], {
        cwd: project, env: { ...process.env, NODE_ENV: 'production', UNI_OUTPUT_DIR: out },
      });
    },
  },
};

/** What a compiled page hands to the view, once it shows something. */
async function shownBy(root, level) {
  const sandbox = new Sandbox({ root, level });
  const { api } = sandbox;
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
  for (let waited = 0; !sent.includes('去') && waited < PATIENCE_MS; waited += 50) await turn(50);
  return sent;
}

for (const [name, { compile }] of Object.entries(FRAMEWORKS)) {
  const project = fileURLToPath(new URL(`frameworks/${name}/`, import.meta.url));
  const isInstalled = existsSync(join(project, 'node_modules/.package-lock.json'));
  describe(`a page of ${name}`, { skip: isInstalled ? false : `not installed: \`npm ci\` in tests/miniprogram/frameworks/${name}` }, () => {
    const out = mkdtempSync(join(tmpdir(), 'tidegate-framework-'));
    before(async () => {
      const place = join(project, 'node_modules/tidegate');
      rmSync(place, { recursive: true, force: true });
      cpSync(PACKAGE, place, { recursive: true });
      await compile(project, out);
    });
    after(() => rmSync(out, { recursive: true, force: true }));

    for (const level of LEVEL_NAMES) {
      test(`guards on base library ${level}`, async () => {
        assert.match(await shownBy(out, level), /去＊＊＊＊看看/);
      });
    }
  });
}
