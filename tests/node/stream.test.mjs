import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coded, guardOf } from './support.mjs';

const from = (parts) => new ReadableStream({
  pull(controller) {
    const part = parts.shift();
    if (part === undefined) controller.close();
    else if (part instanceof Error) controller.error(part);
    else controller.enqueue(part);
  },
});

async function collect(stream) {
  let text = '';
  for await (const part of stream) text += part;
  return text;
}

test('stream shows what may be shown, held text at its end', async () => {
  const guard = await guardOf();
  assert.equal(await collect(from(['去赌', '博网', '站，', '又是赌博']).pipeThrough(guard.stream())), '去＊＊＊＊，又是赌博');
});

test('stream ends when the policy ends the message, and cancels its source', async () => {
  const guard = await guardOf();
  let cancelled = false;
  const source = new ReadableStream({
    pull: (controller) => controller.enqueue('好的终止词语'),
    cancel: () => {
      cancelled = true;
    },
  });
  const states = [];
  const stream = guard.stream({ onOutcome: ({ state }) => states.push(state) });
  assert.equal(await collect(source.pipeThrough(stream)), '好的');
  assert.deepEqual(states, ['terminated']);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(cancelled, true);
});

test('held text of a source that fails is never shown', async () => {
  const guard = await guardOf();
  const shown = [];
  const failure = new Error('cut');
  await assert.rejects(async () => {
    for await (const part of from(['说赌博', failure]).pipeThrough(guard.stream())) shown.push(part);
  }, failure);
  assert.deepEqual(shown, ['说']);
});

test('stream refuses bytes with a code', async () => {
  const guard = await guardOf();
  await assert.rejects(collect(from([new Uint8Array(2)]).pipeThrough(guard.stream())), coded('message/not-text'));
});

test('a stream that is open when the guard is disposed fails', async () => {
  const guard = await guardOf();
  const never = new ReadableStream({ start: (controller) => controller.enqueue('说赌博') });
  const reader = never.pipeThrough(guard.stream()).getReader();
  assert.equal((await reader.read()).value, '说');
  const next = assert.rejects(reader.read(), coded('guard/disposed'));
  await guard.dispose();
  await next;
});
