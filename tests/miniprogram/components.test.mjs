/** WeChat's native components, drawn by WeChat's own simulator: what is shown, and what a touch does. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { answerOf } from '../node/support.mjs';
import { KEY, PACKAGE, packOf, turn } from './support.mjs';

const TOOLS = fileURLToPath(new URL('tools/', import.meta.url));
const isInstalled = existsSync(join(TOOLS, 'node_modules', 'miniprogram-simulate'));

describe('the components', { skip: isInstalled ? false : "WeChat's tools are not installed: `npm ci` in tests/miniprogram/tools" }, () => {
  const require = createRequire(join(TOOLS, 'package.json'));
  const root = mkdtempSync(join(tmpdir(), 'tidegate-components-'));
  let simulate;
  let guard;
  /** What `wx.request` brings. */
  let answer;

  before(async () => {
    cpSync(join(PACKAGE, 'miniprogram'), root, { recursive: true });
    const { JSDOM } = require('jsdom');
    const { window } = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true });
    for (const name of ['window', 'document', 'Event', 'CustomEvent', 'Element', 'Node', 'HTMLElement', 'MutationObserver', 'requestAnimationFrame']) {
      globalThis[name] = name === 'window' ? window : window[name];
    }
    globalThis.wx = {
      request: (options) => {
        let listen = () => {};
        setTimeout(() => {
          for (const part of answer) listen({ data: Uint8Array.from(part).buffer });
          options.success({ statusCode: 200, header: { 'content-type': 'text/event-stream' }, data: '' });
        }, 0);
        return { abort() {}, onChunkReceived: (given) => (listen = given) };
      },
      getRandomValues: ({ length, success }) => success({ randomValues: crypto.getRandomValues(new Uint8Array(length)).buffer }),
    };
    globalThis.WXWebAssembly = {
      instantiate: (path, imports) => WebAssembly.instantiate(brotliDecompressSync(readFileSync(join(root, path))), imports),
    };
    simulate = require('miniprogram-simulate');
    const tidegate = require(join(root, 'index.js'));
    await tidegate.init({ wasm: '/tidegate.wasm.br' });
    guard = await tidegate.createGuard({ packs: [packOf()], publicKeys: [KEY], host: tidegate.memoryHost() });
  });
  after(async () => {
    await guard?.dispose();
    rmSync(root, { recursive: true, force: true });
  });

  /** Draws a component in a page of its own. */
  function draw(name, properties) {
    const component = simulate.render(simulate.load(join(root, 'components', name, 'index'), `tidegate-${name}`, { rootPath: root }), properties);
    component.attach(document.body);
    const events = [];
    for (const type of ['end', 'report', 'receipt', 'close']) component.addEventListener(type, ({ detail }) => events.push([type, detail]));
    return { component, events, text: () => textsOf(component.dom).join(' '), tap: (selector) => tap(component, selector) };
  }

  function textsOf(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.data.trim() === '' ? [] : [node.data.trim()];
    return [...node.childNodes].flatMap(textsOf);
  }

  async function tap(component, selector) {
    component.querySelector(selector).dispatchEvent('tap');
    await turn(20);
  }

  let answers = 0;
  async function answered(texts) {
    answers += 1;
    answer = [Buffer.from(answerOf(texts, { id: `chatcmpl-${answers}` }))];
    const drawn = draw('message');
    drawn.component.instance.ask(guard, { url: 'https://a', body: {} });
    await turn(120);
    return drawn;
  }

  test('an answer is shown as the guard lets it, with its label, and can be complained about', async () => {
    const { events, text, tap } = await answered(['去赌博', '网站看看']);
    assert.equal(text(), '去＊＊＊＊看看 内容由 AI 生成 举报');
    assert.deepEqual(events, [['end', { state: 'finished', text: '去＊＊＊＊看看', message: 'chatcmpl-1' }]]);
    await tap('.report');
    assert.deepEqual(events[1], ['report', { message: 'chatcmpl-1' }]);
  });

  test('what ends an answer is said, and what is withdrawn is not there any more', async () => {
    assert.equal((await answered(['好的', '终止词语'])).text(), '好的 内容已终止。 内容由 AI 生成 举报');
    const { text, events } = await answered(['好的', '撤回词语']);
    assert.equal(text(), '内容已终止。 内容由 AI 生成 举报');
    assert.deepEqual([events[0][1].state, events[0][1].text], ['retracted', '']);
  });

  test('an answer that the user stops says so and shows nothing that comes later', async () => {
    const drawn = draw('message');
    let more;
    async function* texts() {
      yield '好的';
      await new Promise((resolve) => (more = resolve));
      yield '以后';
    }
    drawn.component.instance.show(guard, texts());
    await turn(80);
    assert.equal(drawn.text(), '好的 内容由 AI 生成 停止');
    await drawn.tap('.stop');
    more();
    await turn(80);
    assert.equal(drawn.text(), '好的 已停止。 内容由 AI 生成 举报');
    assert.deepEqual(drawn.events.map(([, { state }]) => state), ['incomplete']);
  });

  test('an answer that breaks off says with which code', async () => {
    answer = [Buffer.from('data: {"choices": [')];
    const drawn = draw('message', { locale: 'en' });
    drawn.component.instance.ask(guard, { url: 'https://a', body: {} });
    await turn(120);
    assert.match(drawn.text(), /^The answer broke off \(fetch\/[a-z]+\)\. AI-generated Report$/);
  });

  test('a message that leaves the page sends nothing to it any more', async () => {
    const drawn = draw('message');
    let more;
    async function* texts() {
      await new Promise((resolve) => (more = resolve));
      yield '以后';
    }
    drawn.component.instance.show(guard, texts());
    drawn.component.detach();
    more();
    await turn(80);
    assert.equal(drawn.component.data.content, '');
  });

  /** A usage that says what a test sets. */
  function fakeUsage(status) {
    const listeners = new Map();
    const usage = {
      status: () => usage.now,
      now: status,
      acknowledged: [],
      acknowledge(reminder) {
        usage.acknowledged.push(reminder);
        usage.now = { ...usage.now, due: usage.now.due.filter((one) => one !== reminder) };
      },
      addEventListener: (type, listen) => listeners.set(type, listen),
      removeEventListener: (type) => listeners.delete(type),
      change(status) {
        usage.now = { ...usage.now, ...status };
        listeners.get('change')?.();
      },
      listeners,
    };
    return usage;
  }
  // 2026-03-05 is a Thursday; 22:10 in China.
  const NOW = Date.UTC(2026, 2, 5, 14, 10);
  const OPEN = { state: 'open', usedMs: 3_600_000, remainingMs: 0, opensAt: null, now: NOW, zone: '+08:00', due: [] };
  const CLOSED = { ...OPEN, state: 'closed', reason: 'curfew', opensAt: Date.UTC(2026, 2, 5, 22, 0) };

  test('the closed service covers the page, with the reason and the hour, and uncovers it by itself', async () => {
    const { component, text } = draw('usage');
    assert.equal(text(), '');
    const usage = fakeUsage(OPEN);
    component.instance.watch(usage);
    assert.equal(text(), '');
    usage.change(CLOSED);
    await turn(20);
    assert.equal(text(), '服务暂时关闭 现在是夜间，夜间不向未成年人提供服务。 将于星期五 06:00（北京时间）自动恢复。 还有 7 小时 50 分钟。 今日已用 1 小时');
    usage.change({ opensAt: Date.UTC(2026, 2, 20, 1, 0) });
    await turn(20);
    assert.match(text(), /将于星期五 2026-03-20 09:00（北京时间）/);
    usage.change(OPEN);
    await turn(20);
    assert.equal(text(), '');
    component.instance.watch();
    assert.equal(usage.listeners.size, 0);
    component.detach();
  });

  test('reminders come one at a time, the oldest first, and are acknowledged by a touch', async () => {
    const rest = { kind: 'rest', at: NOW - 1, valueMs: 1_800_000, preset: 'p' };
    const human = { kind: 'not_human', at: NOW - 2, valueMs: 0, preset: 'p' };
    const usage = fakeUsage({ ...OPEN, due: [rest, human] });
    const { component, text, tap } = draw('usage', { locale: 'en' });
    component.instance.watch(usage);
    await turn(20);
    assert.match(text(), /^You are talking to an AI .* I know$/);
    await tap('.done');
    assert.match(text(), /^Time for a break .* I’ll take a break$/);
    await tap('.done');
    assert.deepEqual([text(), usage.acknowledged], ['', [human, rest]]);
    component.detach();
  });

  test('a complaint is sent as the sheet shows it, and answered with a receipt', async () => {
    const sent = [];
    const reports = { submit: async (complaint) => (sent.push(complaint), { id: '0b5a1c2e' }), preview: (data) => ({ type: 'complaint', data }) };
    const { component, text, tap, events } = draw('report');
    assert.equal(text(), '');
    component.instance.open(reports, 'chatcmpl-1');
    await turn(20);
    assert.match(text(), /将要提交的内容 问题类型 （无） 说明 （无） 回答编号 chatcmpl-1/);
    await tap('.send');
    assert.match(text(), /请选择问题类型。/);
    assert.deepEqual(sent, []);
    component.querySelector('.choices').dispatchEvent('change', { detail: { value: 'privacy' } });
    component.querySelector('.words').dispatchEvent('input', { detail: { value: `  ${'字'.repeat(2_500)}` } });
    await turn(20);
    assert.match(text(), /泄露他人隐私 \(privacy\)/);
    const shown = JSON.parse(component.querySelector('.record').dom.textContent);
    assert.deepEqual(shown, { type: 'complaint', data: { category: 'privacy', message: 'chatcmpl-1', text: '字'.repeat(1_998) } });
    await tap('.send');
    assert.deepEqual(sent, [{ category: 'privacy', message: 'chatcmpl-1', text: '字'.repeat(1_998) }]);
    assert.match(text(), /回执编号 0b5a1c2e/);
    await tap('.done');
    assert.deepEqual([text(), events.map(([type]) => type)], ['', ['receipt', 'close']]);
  });

  test('a complaint that could not be stored says so, and can be sent again', async () => {
    let failures = 1;
    const reports = { submit: async () => (failures-- > 0 ? Promise.reject(Object.assign(new Error('no'), { code: 'report/disposed' })) : { id: 'x' }), preview: () => ({}) };
    const { component, text, tap } = draw('report', { locale: 'en' });
    component.instance.open(reports);
    component.querySelector('.choices').dispatchEvent('change', { detail: { value: 'other' } });
    await tap('.send');
    assert.match(text(), /could not be stored \(report\/disposed\)/);
    await tap('.send');
    assert.match(text(), /Receipt number x/);
  });
});
