/** The sample, packed and compiled by WeChat's own tools, runs in the sandbox against a collector. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Collector, conversations, until } from '../browser/harness.mjs';
import { MiniApp } from './app.mjs';
import { LEVEL_NAMES } from './sandbox.mjs';
import { PACKAGE } from './support.mjs';

const TOOLS = fileURLToPath(new URL('tools/', import.meta.url));
const SAMPLE = fileURLToPath(new URL('../../www/miniprogram/', import.meta.url));
const isInstalled = existsSync(join(TOOLS, 'node_modules', 'miniprogram-ci'));
/** As in `config.js`. */
const ASKED = 'http://127.0.0.1:8787';

describe('the compiled sample', { skip: isInstalled ? false : "WeChat's tools are not installed: `npm ci` in tests/miniprogram/tools" }, () => {
  const work = mkdtempSync(join(tmpdir(), 'tidegate-sample-'));
  const root = join(work, 'compiled');
  let collector;

  before(async () => {
    const project = join(work, 'project');
    cpSync(SAMPLE, project, { recursive: true, filter: (path) => !path.includes('node_modules') });
    cpSync(PACKAGE, join(project, 'node_modules', 'tidegate'), { recursive: true });
    // A grown-up: the answers must not depend on the hour.
    const config = join(project, 'config.js');
    writeFileSync(config, readFileSync(config, 'utf8').replace('age: 15', 'age: 30'));
    // The tools leave a directory of their own where they are started.
    const compiling = promisify(execFile)(process.execPath, [join(TOOLS, 'compile.cjs'), project, root], { cwd: work });
    [collector] = await Promise.all([Collector.start({ demo: true, delay: 0 }), compiling]);
  });
  after(async () => {
    await collector?.dispose();
    rmSync(work, { recursive: true, force: true });
  });

  const launch = (level, options = {}) => new MiniApp({ root, asked: ASKED, server: collector.url, level, ...options });

  async function chat(app) {
    const page = await app.open('pages/chat/index');
    assert.deepEqual([page.data.state, page.data.code], ['ready', '']);
    return page;
  }

  async function ask(page, prompt) {
    const at = page.data.items.length + 1;
    page.write({ detail: { value: prompt } });
    page.ask();
    await until('the answer ends', () => !page.data.busy);
    return page.selectComponent(`#m${at}`);
  }

  test('takes the module, the components and nothing of Node', () => {
    for (const file of ['index.js', 'tidegate.wasm.br', 'components/message/index.wxml', 'components/report/index.wxss']) {
      assert.ok(existsSync(join(root, 'miniprogram_npm/tidegate', file)), file);
    }
    assert.ok(!existsSync(join(root, 'node_modules')));
  });

  for (const [at, level] of LEVEL_NAMES.entries()) {
    test(`guards what the collector streams, on base library ${level}`, async () => {
      const page = await chat(launch(level, { shape: at % 2 ? 'bare' : 'wrapped', hasGlobalThis: at % 2 === 0 }));
      for (const { prompt, expect, forbidden = [] } of await conversations('zh-CN')) {
        const { data } = await ask(page, prompt);
        for (const text of forbidden) assert.ok(!data.content.includes(text), `${text} is shown`);
        assert.equal(data.state, { terminate: 'terminated', retract: 'retracted' }[expect] ?? 'finished', prompt);
        assert.equal(data.note !== '', expect === 'terminate' || expect === 'retract', prompt);
        assert.equal(data.content === '', expect === 'retract', prompt);
      }
      page.close();
    });
  }

  test('brings a complaint to the collector, about the answer that it was made of', async () => {
    const page = await chat(launch(LEVEL_NAMES[0]));
    const [{ prompt }] = await conversations('zh-CN');
    const message = await ask(page, prompt);
    message.report();
    const sheet = page.selectComponent('#report');
    assert.equal(sheet.data.isOpen, true);
    await sheet.send();
    assert.equal(sheet.data.error, '请选择问题类型。');
    sheet.choose({ detail: { value: 'inaccurate' } });
    sheet.write({ detail: { value: ' 不对 ' } });
    const { data: announced } = JSON.parse(sheet.data.record);
    await sheet.send();
    assert.match(sheet.data.receipt, /^[0-9a-f-]{36}$/);
    await page.guard.reports.flush();
    const kept = (await collector.records()).find(({ id }) => id === sheet.data.receipt);
    assert.deepEqual([kept?.data.category, kept?.data.text, kept?.data.message], ['inaccurate', '不对', sheet.data.message]);
    assert.deepEqual([announced.category, announced.text, announced.message], ['inaccurate', '不对', sheet.data.message]);
    assert.notEqual(sheet.data.message, '');
    page.close();
  });

  test('knows from the backend who the user is', async () => {
    const page = await chat(launch(LEVEL_NAMES.at(-1)));
    assert.deepEqual([page.guard.usage.status().identity, page.guard.usage.status().state], ['assertion', 'open']);
    page.close();
  });

  test('frees what it has of the core when the page is left', async () => {
    const app = launch(LEVEL_NAMES[0]);
    const page = await chat(app);
    const { glue } = app.sandbox.instances[0];
    const freed = [];
    for (const kind of ['Filter', 'UsageMeter', 'UsageClock', 'Outbox']) {
      const { prototype } = glue[kind];
      const { free } = prototype;
      prototype.free = function () {
        freed.push(kind);
        return free.call(this);
      };
    }
    page.close();
    await until('all is freed', () => freed.length >= 4);
    assert.deepEqual(freed.sort(), ['Filter', 'Outbox', 'UsageClock', 'UsageMeter']);
  });

  test('says so, and can be tried again, when there is no policy', async () => {
    const app = launch(LEVEL_NAMES[0]);
    const { answer } = app.sandbox;
    app.sandbox.answer = ({ fail }) => fail({ errMsg: 'request:fail' });
    const page = await app.open('pages/chat/index');
    assert.equal(page.data.state, 'failed');
    page.ask();
    assert.equal(page.data.items.length, 0);
    app.sandbox.answer = answer;
    await page.start();
    assert.equal(page.data.state, 'ready');
    page.close();
  });

  test('checks a device: every check passes here, and the clock of used time stands while it is hidden', async () => {
    const app = launch(LEVEL_NAMES[0]);
    const page = await app.open('pages/probe/index');
    assert.deepEqual(page.data.results.filter(({ state }) => state !== 'ok'), []);
    app.sandbox.signal('hide');
    app.sandbox.signal('show');
    assert.match(page.data.lifecycle, /^hidden for \d+ ms/);
    page.copy();
    assert.match(app.clipboard, /ok: a term is masked: 去潮汐暗号看看🎉 is 去＊＊＊＊看看🎉/);
    page.close();
  });
});
