/**
 * Streams that end before they are done, at every place: the connection breaks,
 * the server tells of an error, the user stops. What is held is never shown; an
 * answer that the policy ended stays ended when it is resumed or replayed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import { LocalRuntimeCore } from '@assistant-ui/core/internal';
import * as ai5 from 'ai5';
import * as ai6 from 'ai6';
import * as ai7 from 'ai7';
import OpenAI from 'openai';
import { anthropicFetch } from 'tidegate/adapters/anthropic';
import { guardTransport } from 'tidegate/adapters/ai-sdk';
import { guardMiddleware } from 'tidegate/adapters/ai-sdk-model';
import { openaiFetch } from 'tidegate/adapters/openai';
import { TEXTS, TERMS, assertClean, guardOf } from './hostile.mjs';
import { quickStart } from './quick-start.mjs';

const ENCODER = new TextEncoder();
const sse = (event) => `${event.type === undefined ? '' : `event: ${event.type}\n`}data: ${JSON.stringify(event)}\n\n`;

/**
 * The events, then `end`: the connection breaks, an event `error`, or nothing more until `signal` aborts.
 * `reached` is called when all events are taken and nothing more comes.
 */
function bodyOf(events, end, errorEvent, signal, reached) {
  const rest = [...events, ...end === 'error' ? [errorEvent] : []];
  return new ReadableStream({
    start(controller) {
      signal?.addEventListener('abort', () => controller.error(signal.reason), { once: true });
    },
    async pull(controller) {
      const event = rest.shift();
      if (event !== undefined) return controller.enqueue(ENCODER.encode(sse(event)));
      if (end === 'broken') return controller.error(new TypeError('network'));
      if (end === 'error') return controller.close();
      reached();
      return new Promise(() => {});
    },
  }, { highWaterMark: 0 });
}

/** What is found in all items together; no item and no error has a term. */
async function drained(items, find) {
  let shown = '';
  const whole = [];
  try {
    for await (const item of items) {
      whole.push(structuredClone(item));
      shown += find(item) ?? '';
    }
  } catch (thrown) {
    assertClean(thrown.message);
  }
  assertClean(whole);
  return shown;
}

const ai = (sdk) => ({
  events: (pieces) => [{ type: 'start' }, { type: 'text-start', id: '1' }, ...pieces.map((delta) => ({ type: 'text-delta', id: '1', delta }))],
  error: (text) => ({ type: 'error', errorText: text }),
  ending: [{ type: 'text-end', id: '1' }, { type: 'finish' }],
  async show(guard, fetch, signal) {
    const transport = guardTransport(guard, new sdk.DefaultChatTransport({ api: 'https://x.test', fetch }));
    const stream = await transport.sendMessages({ chatId: `c-${Math.random()}`, trigger: 'submit-message', messages: [], abortSignal: signal });
    return drained(stream, ({ type, id, delta }) => type === 'text-delta' && id === '1' ? delta : undefined);
  },
});

/** By adapter: events of an answer, an error, what ends it, and all that a client shows of it. */
const ADAPTERS = {
  'openai, chat completions': {
    events: (pieces, id) => pieces.map((content) => ({ id, object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
    error: (text) => ({ error: { message: text } }),
    ending: [],
    async show(guard, fetch, signal) {
      const client = new OpenAI({ apiKey: 'none', baseURL: 'https://x.test/v1', maxRetries: 0, fetch: openaiFetch(guard) });
      return drained(await client.chat.completions.create({ model: 'm', messages: [], stream: true }, { signal }), ({ choices }) => choices[0]?.delta.content);
    },
  },
  'openai, Responses': {
    events: (pieces, id) => [
      { type: 'response.created', response: { id, object: 'response', status: 'in_progress', output: [] } },
      ...pieces.map((delta) => ({ type: 'response.output_text.delta', item_id: 'i', output_index: 0, content_index: 0, delta })),
    ],
    error: (text) => ({ type: 'error', code: 'x', message: text }),
    ending: [],
    async show(guard, fetch, signal) {
      const client = new OpenAI({ apiKey: 'none', baseURL: 'https://x.test/v1', maxRetries: 0, fetch: openaiFetch(guard, { fetch }) });
      return drained(await client.responses.create({ model: 'm', input: '问', stream: true }, { signal }), ({ type, delta }) => type === 'response.output_text.delta' ? delta : undefined);
    },
  },
  anthropic: {
    events: (pieces, id) => [
      { type: 'message_start', message: { id, type: 'message', role: 'assistant', model: 'm', content: [], usage: { input_tokens: 1, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      ...pieces.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    ],
    error: (text) => ({ type: 'error', error: { type: 'overloaded_error', message: text } }),
    ending: [],
    async show(guard, fetch, signal) {
      const client = new Anthropic({ apiKey: 'none', baseURL: 'https://x.test', maxRetries: 0, fetch: anthropicFetch(guard, { fetch }) });
      const stream = await client.messages.create({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: '问' }], stream: true }, { signal });
      return drained(stream, ({ delta }) => delta?.text);
    },
  },
  'AI SDK 5': ai(ai5),
  'AI SDK 6': ai(ai6),
  'AI SDK 7': ai(ai7),
  'Ant Design X': {
    events: (pieces, id) => pieces.map((content) => ({ id, object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
    error: (text) => ({ error: { message: text } }),
    ending: [],
    async show(guard, fetch, signal) {
      const { guardedProvider } = await quickStart('interfaces.md', 'run-antd');
      const provider = guardedProvider(guard, 'http://x.test/v1/chat/completions');
      provider.injectGetMessages(() => []);
      let message;
      const done = new Promise((resolve) => {
        provider.injectRequest({
          onUpdate(chunk, responseHeaders) {
            message = provider.transformMessage({ originMessage: message, chunk, chunks: [], status: 'updating', responseHeaders });
            assertClean(message);
          },
          onSuccess: resolve,
          onError(error) {
            assertClean(error.message);
            resolve();
          },
        });
      });
      signal.addEventListener('abort', () => provider.request.abort());
      provider.request.run({ messages: [] });
      await done;
      return message?.content ?? '';
    },
  },
};

let answers = 0;

/** What the client shows of an answer that ends so. */
async function shownOf({ events, error, show }, pieces, end, text) {
  answers += 1;
  const stop = new AbortController();
  const reached = async () => {
    // The client takes what is on its way first.
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    stop.abort();
  };
  const fetch = async (_url, { signal } = {}) =>
    new Response(bodyOf(events(pieces, `id-${answers}`), end, error(text), signal, reached), { headers: { 'content-type': 'text/event-stream' } });
  return show(await guardOf({ fetch }), fetch, stop.signal);
}

for (const [name, adapter] of Object.entries(ADAPTERS)) {
  test(`${name}: nothing that is held is shown, wherever the answer breaks off, fails or is stopped`, async () => {
    for (const [index, text] of TEXTS.entries()) {
      const at = text.indexOf(TERMS[index]);
      for (const end of ['broken', 'error', 'stopped']) {
        for (let units = at + 1; units < at + TERMS[index].length; units += 1) {
          const shown = await shownOf(adapter, [...text.slice(0, units)], end, text);
          assert.equal(shown, '请看', `${end} after ${text.slice(0, units)}`);
        }
      }
    }
  });

  if (name.startsWith('AI SDK')) continue;
  test(`${name}: an answer that the policy ended stays ended when it comes again`, async () => {
    for (const [first, again] of [['好的终止词语', '好的，后面'], ['好的撤回词语', '后面']]) {
      answers += 1;
      let text = first;
      const fetch = async () => new Response(
        adapter.events([...text], `again-${answers}`).map(sse).join(''), { headers: { 'content-type': 'text/event-stream' } },
      );
      const guard = await guardOf({ fetch });
      const { signal } = new AbortController();
      assert.ok((await adapter.show(guard, fetch, signal)).startsWith(name === 'Ant Design X' && first.includes('撤回') ? '内容' : '好的'));
      text = again;
      assert.ok(!(await adapter.show(guard, fetch, signal)).includes('后面'));
    }
  });
}

test('openai, Responses: an answer that is resumed in the middle stays ended', async () => {
  const { events } = ADAPTERS['openai, Responses'];
  const [created, ...deltas] = events([...'好的终止词语', ...'后面的话'], 'resumed');
  let given = [created, ...deltas];
  const guard = await guardOf();
  const fetch = async () => new Response(given.map((event, index) => sse({ sequence_number: index, ...event })).join(''), { headers: { 'content-type': 'text/event-stream' } });
  const client = new OpenAI({ apiKey: 'none', baseURL: 'https://x.test/v1', maxRetries: 0, fetch: openaiFetch(guard, { fetch }) });
  const find = ({ type, delta }) => type === 'response.output_text.delta' ? delta : undefined;
  assert.equal(await drained(await client.responses.create({ model: 'm', input: '问', stream: true, background: true }), find), '好的');
  given = deltas.slice(6);
  const shown = await drained(await client.responses.retrieve('resumed', { stream: true, starting_after: 6 }), find);
  assert.equal(shown, '');
});

for (const [version, sdk, usage] of [['v2', ai5, { inputTokens: 1, outputTokens: 1, totalTokens: 2 }], ['v3', ai6], ['v4', ai7]]) {
  test(`models of the AI SDK, ${version}: nothing that is held is sent on, wherever the model breaks off, fails or is stopped`, async () => {
    const guard = await guardOf();
    for (const [index, text] of TEXTS.entries()) {
      const at = text.indexOf(TERMS[index]);
      for (const end of ['broken', 'error', 'stopped']) {
        for (let units = at + 1; units < at + TERMS[index].length; units += 1) {
          const stop = new AbortController();
          const parts = [{ type: 'stream-start', warnings: [] }, { type: 'text-start', id: '1' }, ...[...text.slice(0, units)].map((delta) => ({ type: 'text-delta', id: '1', delta }))];
          if (end === 'error') parts.push({ type: 'error', error: new Error(text) });
          const stream = new ReadableStream({
            async pull(controller) {
              const part = parts.shift();
              if (part) return controller.enqueue(part);
              if (end === 'broken') return controller.error(new Error(text));
              if (end === 'error') return controller.close();
              for (let turn = 0; turn < 20; turn += 1) await setImmediate();
              stop.abort();
              return controller.error(stop.signal.reason);
            },
          }, { highWaterMark: 0 });
          const model = { specificationVersion: version, provider: 'p', modelId: 'm', supportedUrls: {}, doStream: async () => ({ stream, usage }) };
          const wrapped = sdk.wrapLanguageModel({ model, middleware: guardMiddleware(guard, { version }) });
          const result = sdk.streamText({ model: wrapped, prompt: 'x', abortSignal: stop.signal, maxRetries: 0, onError: () => {} });
          const shown = await drained(result.toUIMessageStream({ onError: (error) => String(error?.message ?? error) }), ({ type, id, delta }) => type === 'text-delta' && id !== 'tidegate-notice' ? delta : undefined);
          assert.equal(shown, '请看', `${end} after ${text.slice(0, units)}`);
        }
      }
    }
  });
}

test('assistant-ui: nothing that is held is shown when the model fails or the user stops', async () => {
  const { guardedModel } = await quickStart('interfaces.md', 'run-assistant-ui');
  const guard = await guardOf();
  for (const end of ['broken', 'stopped']) {
    for (const [index, text] of TEXTS.entries()) {
      const at = text.indexOf(TERMS[index]);
      for (let units = at + 1; units < at + TERMS[index].length; units += 1) {
        let core;
        const model = {
          async* run({ abortSignal }) {
            let whole = '';
            for (const char of text.slice(0, units)) yield { content: [{ type: 'text', text: (whole += char) }] };
            if (end === 'broken') throw new Error(text);
            for (let turn = 0; turn < 5; turn += 1) await setImmediate();
            core.cancelRun();
            if (!abortSignal.aborted) await new Promise((resolve) => abortSignal.addEventListener('abort', resolve));
            throw abortSignal.reason ?? new Error('aborted');
          },
        };
        core = new LocalRuntimeCore({ adapters: { chatModel: guardedModel(guard, model) } }, []).threads.getMainThreadRuntimeCore();
        let last;
        const done = new Promise((resolve) => {
          core.subscribe(() => {
            last = structuredClone(core.messages.at(-1).content);
            const { role, status } = core.messages.at(-1);
            if (role === 'assistant' && status.type !== 'running') resolve();
          });
        });
        await core.append({
          role: 'user', content: [{ type: 'text', text: '问' }], parentId: null, sourceId: null, runConfig: {}, attachments: [], metadata: { custom: {} }, createdAt: new Date(),
        }).catch((error) => assert.equal(error.message, text));
        await done;
        assert.equal(last.map((part) => part.text).join(''), '请看', `${end} after ${text.slice(0, units)}`);
      }
    }
  }
});
