/** The middleware under the real `wrapLanguageModel`, `streamText` and `generateText` of 5, 6 and 7. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ai5 from 'ai5';
import * as ai6 from 'ai6';
import * as ai7 from 'ai7';
import { guardMiddleware } from 'tidegate/adapters/ai-sdk-model';
import { TEXTS, assertClean, attacks, collect, guardOf, streamOf } from './hostile.mjs';

const SDKS = [['v2', ai5], ['v3', ai6], ['v4', ai7]];
const usageOf = (version) => version === 'v2' ? { inputTokens: 1, outputTokens: 1, totalTokens: 2 } : {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const stopOf = (version, reason = 'stop') => version === 'v2' ? reason : { unified: reason, raw: reason };
const start = [{ type: 'stream-start', warnings: [] }, { type: 'response-metadata', id: 'r', modelId: 'm', timestamp: new Date(0) }];

const PARTS = {
  text: (pieces) => [{ type: 'text-start', id: '1' }, ...pieces.map((delta) => ({ type: 'text-delta', id: '1', delta })), { type: 'text-end', id: '1' }],
  reasoning: (pieces) => [{ type: 'reasoning-start', id: '1' }, ...pieces.map((delta) => ({ type: 'reasoning-delta', id: '1', delta })), { type: 'reasoning-end', id: '1' }],
  'tool input': (pieces) => [
    { type: 'tool-input-start', id: 'c', toolName: 't' }, ...['{"q":"', ...pieces, '"}'].map((delta) => ({ type: 'tool-input-delta', id: 'c', delta })),
    { type: 'tool-input-end', id: 'c' }, { type: 'tool-call', toolCallId: 'c', toolName: 't', input: `{"q":"${pieces.join('')}"}` },
  ],
  source: (pieces) => [{ type: 'source', sourceType: 'url', id: 's', url: 'https://x.test', title: pieces.join('') }],
  error: (pieces) => [{ type: 'error', error: new Error(pieces.join('')) }],
  raw: (pieces) => [{ type: 'raw', rawValue: pieces.join('') }],
};

function modelOf(version, { parts, content }) {
  return {
    specificationVersion: version, provider: 'p', modelId: 'm', supportedUrls: {},
    doStream: async () => ({ stream: streamOf([...start, ...parts, { type: 'finish', usage: usageOf(version), finishReason: stopOf(version) }]).stream }),
    doGenerate: async () => ({ content, usage: usageOf(version), finishReason: stopOf(version), warnings: [], response: { id: 'r', body: { content } } }),
  };
}

for (const [version, sdk] of SDKS) {
  const wrapped = (guard, given) => sdk.wrapLanguageModel({ model: modelOf(version, given), middleware: guardMiddleware(guard, { version }) });

  test(`${version}: what streamText sends to pages holds no term, at no cut, in no channel`, async () => {
    const guard = await guardOf();
    for (const [channel, partsOf] of Object.entries(PARTS)) {
      for (const { term, pieces } of attacks()) {
        const result = sdk.streamText({ model: wrapped(guard, { parts: partsOf(pieces) }), prompt: 'x', includeRawChunks: true, onError: () => {} });
        const { items } = await collect(result.toUIMessageStream({ sendSources: true, onError: (error) => String(error?.message ?? error) }));
        const context = `${channel}, ${pieces.join('|')}`;
        assertClean(items, context);
        assertClean(items.map(({ delta, inputTextDelta }) => delta ?? inputTextDelta ?? '').join(''), context);
        if (channel === 'text') assert.equal(await result.finishReason, term === '赌博网站' ? 'stop' : 'content-filter', context);
      }
    }
  });

  test(`${version}: generateText returns no term`, async () => {
    const guard = await guardOf();
    for (const text of TEXTS) {
      const content = [{ type: 'reasoning', text }, { type: 'text', text }];
      const { text: shown, reasoningText, response } = await sdk.generateText({ model: wrapped(guard, { content }), prompt: 'x' });
      assertClean([shown, reasoningText, response]);
      assert.ok(shown.length > 0);
    }
  });

  test(`${version}: an answer without terms arrives as it is`, async () => {
    const guard = await guardOf();
    const result = sdk.streamText({ model: wrapped(guard, { parts: PARTS.text(['你', '好']) }), prompt: 'x' });
    assert.equal(await result.text, '你好');
    assert.equal((await result.usage).outputTokens, 1);
  });
}
