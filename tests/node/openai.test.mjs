import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { answerOf, coded, guardOf, serve } from './support.mjs';

const ask = { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] };

async function clientOf(t, answer, options) {
  const baseURL = `${await serve(t, answer)}/v1`;
  const guard = await guardOf(options);
  return new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0, fetch: guard.fetch });
}

/** A server that streams `text` in deltas of one character. */
const streaming = (text) => (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(answerOf([...text]));
};

test('a forbidden term cut across chunks never reaches the caller of openai', async (t) => {
  const client = await clientOf(t, streaming('去赌博网站看看'));
  let shown = '';
  for await (const { choices } of await client.chat.completions.create(ask)) {
    shown += choices[0]?.delta?.content ?? '';
    assert.ok(!shown.includes('赌博网'), shown);
  }
  assert.equal(shown, '去＊＊＊＊看看');
});

test('the stream of openai ends with content_filter when the policy ends the answer', async (t) => {
  const client = await clientOf(t, streaming('好的终止词语更多'));
  let shown = '';
  let reason;
  let note;
  for await (const part of await client.chat.completions.create(ask)) {
    shown += part.choices[0]?.delta?.content ?? '';
    reason = part.choices[0]?.finish_reason ?? reason;
    note = part.tidegate ?? note;
  }
  assert.equal(shown, '好的');
  assert.equal(reason, 'content_filter');
  assert.equal(note.state, 'terminated');
});

test('a whole answer of openai is guarded', async (t) => {
  const client = await clientOf(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({
      id: 'x', object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: '赌博网站' }, finish_reason: 'stop' }],
    }));
  });
  const { choices } = await client.chat.completions.create({ ...ask, stream: false });
  assert.equal(choices[0].message.content, '＊＊＊＊');
});

test('errors of the server reach the caller of openai as its own errors, guarded', async (t) => {
  const client = await clientOf(t, (_request, response) => {
    response.writeHead(429, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: '赌博网站太忙', code: 'busy' } }));
  });
  await assert.rejects(client.chat.completions.create(ask), (error) => {
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.match(error.message, /＊＊＊＊太忙/);
    return true;
  });
});

test('a body that is withheld reaches the caller of openai as the cause of a connection error', async (t) => {
  const client = await clientOf(t, (_request, response) => {
    response.writeHead(502, { 'content-type': 'text/html' });
    response.end('<h1>赌博网站</h1>');
  });
  await assert.rejects(client.chat.completions.create(ask), (error) => coded('fetch/content-type')(error.cause));
});
