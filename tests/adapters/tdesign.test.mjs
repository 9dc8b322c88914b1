/** The example for TDesign Chat with the engines of its packages: no state of their messages ever has a term. In browsers: tests/browser. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { guardService } from 'tidegate/adapters/tdesign';
import { MASKED, TEXTS, TERMS, assertClean, attacks, guardOf } from './hostile.mjs';
import { quickStart } from './quick-start.mjs';

const NOTICE = '内容已终止。';
const ENCODER = new TextEncoder();

// It tells every connection.
for (const method of ['info', 'error']) console[method] = () => {};

/** The engine that a package depends on; its modules are for bundlers, and Node does not find one another's. */
async function engineClass(name) {
  const resolveDir = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  const { outputFiles: [{ text }] } = await build({
    stdin: { contents: "export { default } from 'tdesign-web-components/lib/chat-engine'", resolveDir }, bundle: true, write: false, format: 'esm', logLevel: 'error',
  });
  return (await import(`data:text/javascript,${encodeURIComponent(text)}`)).default;
}
const ENGINES = await Promise.all(['@tdesign-react/chat', '@tdesign-vue-next/chat'].map(async (name) => [name, await engineClass(name)]));

/** Contents by channel: one that adds `text`. */
const CONTENTS = {
  markdown: (data) => ({ type: 'markdown', data }),
  text: (data) => ({ type: 'text', data }),
  thinking: (text) => ({ type: 'thinking', data: { title: '想', text } }),
};
/** Those that are given whole, and those that do not go on. */
const WHOLE = {
  title: (title) => ({ type: 'thinking', data: { title, text: '好' } }),
  search: (title) => ({ type: 'search', data: { title, references: [{ title, content: title, site: title, url: 'https://x.test/' }] } }),
  suggestion: (title) => ({ type: 'suggestion', data: [{ title, prompt: title }] }),
};
const DROPPED = {
  toolcall: (text) => ({ type: 'toolcall', data: { toolCallId: '1', toolCallName: text, args: text, result: text } }),
  activity: (text) => ({ type: 'activity', data: { activityType: text, content: { text } } }),
  image: (text) => ({ type: 'image', data: { name: text, url: text } }),
  reasoning: (text) => ({ type: 'reasoning', data: [{ type: 'text', data: text }] }),
  attachment: (name) => ({ type: 'attachment', data: [{ fileType: 'txt', name }] }),
  unknown: (text) => ({ type: text, data: text }),
};

/** A guarded engine, and its answers to contents. */
async function chat(t, ChatEngine) {
  const { fetch } = globalThis;
  t.after(() => void (globalThis.fetch = fetch));
  const { guardedService } = await quickStart('interfaces.md', 'run-tdesign');
  const engine = new ChatEngine();
  const guard = await guardOf();
  engine.init(guardedService(guard, () => engine));
  const asked = [];
  engine.messageStore.subscribe(({ messages }) => assertClean(messages.filter(({ role }) => role === 'assistant')));
  return {
    guard, engine, asked,
    async ask(contents, { end = 'done', prompt = '问' } = {}) {
      let isEnded = false;
      globalThis.fetch = async (url, options) => {
        asked.push({ url, ...options });
        return new Response(new ReadableStream({
          async pull(controller) {
            const content = contents.shift();
            if (content !== undefined) return controller.enqueue(ENCODER.encode(`data: ${JSON.stringify(content)}\n\n`));
            if (end === 'broken') return controller.error(new TypeError('network'));
            if (end === 'done') controller.enqueue(ENCODER.encode('data: [DONE]\n\n'));
            if (end === 'endless') return controller.enqueue(ENCODER.encode('data: {"type":"markdown","data":"。"}\n\n'));
            controller.close();
          },
          cancel() {
            isEnded = true;
          },
        }, { highWaterMark: 0 }), { headers: { 'content-type': 'text/event-stream' } });
      };
      engine.clearMessages();
      await engine.sendUserMessage({ prompt });
      for (let turn = 0; ['pending', 'streaming'].includes(engine.status) && turn < 1_000; turn += 1) await new Promise(setImmediate);
      const { status, content } = engine.messages.at(-1);
      return { status, content, shown: JSON.stringify(content), isEnded };
    },
  };
}

for (const [name, ChatEngine] of ENGINES) {
  test(`no state of a chat has a term, in any content, at any cut: ${name}`, async (t) => {
    const { ask } = await chat(t, ChatEngine);
    for (const { term, pieces } of attacks()) {
      for (const [type, contentOf] of Object.entries(CONTENTS)) {
        const { status, content, shown, isEnded } = await ask(pieces.map(contentOf));
        const where = `${type} ${pieces.join('|')}: ${shown}`;
        if (term === '赌博网站') {
          assert.equal(content.find((one) => one.type === type).data.text ?? content[0].data, `请看${MASKED}，就这样。`, where);
          assert.equal(status, 'complete', where);
        } else {
          assert.ok(shown.includes(NOTICE) && !shown.includes('就这样'), where);
          assert.deepEqual([status, isEnded], ['stop', true], where);
          if (term === '撤回词语') assert.ok(!shown.includes('请看'), where);
        }
      }
    }
  });

  test(`what is given whole is judged whole, and content of other types does not go on: ${name}`, async (t) => {
    const { ask } = await chat(t, ChatEngine);
    for (const [index, text] of TEXTS.entries()) {
      for (const [type, contentOf] of Object.entries(WHOLE)) {
        const { shown } = await ask([CONTENTS.markdown('好'), contentOf(text)]);
        assert.ok(shown.includes(index === 0 ? MASKED : NOTICE), `${type}: ${shown}`);
        if (TERMS[index] === '撤回词语') assert.ok(!shown.includes('好'), shown);
      }
      const { content } = await ask([...Object.values(DROPPED).map((contentOf) => contentOf(text)), CONTENTS.markdown('好')]);
      assert.deepEqual(content.map(({ type, data }) => [type, data]), [['markdown', '好']]);
    }
  });

  test(`nothing that is held is shown of an answer that breaks, ends without its last event, or is stopped: ${name}`, async (t) => {
    const { ask, engine } = await chat(t, ChatEngine);
    for (const [index, text] of TEXTS.entries()) {
      const begun = text.slice(0, text.indexOf(TERMS[index]) + 2);
      for (const end of ['broken', 'cut']) {
        const { shown } = await ask([...begun].map(CONTENTS.markdown), { end });
        assert.ok(shown.includes('请看') && !shown.includes(begun.slice(2)), `${end}: ${shown}`);
      }
      const asked = ask([...begun].map(CONTENTS.markdown), { end: 'never' });
      setImmediate(() => void engine.abortChat());
      assert.ok(!(await asked).shown.includes(begun.slice(2)));
    }
  });

  test(`the source of an answer that the policy ends is ended, and the next answer begins anew: ${name}`, async (t) => {
    const { ask } = await chat(t, ChatEngine);
    const { isEnded, status } = await ask([CONTENTS.markdown(TEXTS[1])], { end: 'endless' });
    assert.deepEqual([isEnded, status], [true, 'stop']);
    const { content } = await ask([CONTENTS.markdown('好')]);
    assert.equal(content[0].data, '好');
  });
}

test('the app may give whole texts, in an array; what its onComplete returns is not shown', async () => {
  const guard = await guardOf();
  const config = { onMessage: ({ data }) => data, onComplete: () => [{ type: 'markdown', data: TEXTS[0] }] };
  const { onRequest, onMessage, onComplete, protocol, stream } = guardService(guard, { ...config, protocol: 'agui', stream: false }, { isLast: () => false, stop() {} });
  assert.deepEqual([protocol, stream, onComplete(false)], ['default', true, undefined]);
  onRequest({ prompt: '问' });
  onMessage({ data: [{ type: 'markdown', data: '一' }, { type: 'text', data: '二' }] });
  assert.deepEqual(onMessage({ data: [{ type: 'markdown', data: '一三' }, { type: 'text', data: '二' }] }).map(({ data }) => data), ['一三', '二']);
});
