/** What happens to answers that are being written when the service closes or the user leaves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryHost } from 'tidegate';
import { answerOf, chunk, events } from './support.mjs';
import { MINUTE, SECOND, at, metered, use } from './usage-support.mjs';

const BEFORE_NIGHT = at('2026-03-05T21:59:00');
const OPENS = at('2026-03-06T06:00:00');
const GRACE = 15 * SECOND;

/** A guard, one minute before it closes for the night. */
async function evening(t, options) {
  const host = memoryHost({ now: BEFORE_NIGHT });
  return { host, ...await metered(host, {}, options, t) };
}

test('an answer may finish its sentence and then ends with the notice', async (t) => {
  const { host, guard } = await evening(t);
  const message = guard.message();
  assert.equal(message.push('One. The tide').text, 'One. The tide');
  await host.advance(MINUTE);
  assert.equal(message.push(' comes').text, ' comes');
  const last = message.push(' in. Then it goes. ');
  assert.equal(last.text, ' in.');
  assert.equal(last.state, 'terminated');
  assert.match(last.notice, /服务已关闭/);
  assert.deepEqual(message.push('More.').text, '');
});

test('between two sentences there is nothing to finish', async (t) => {
  const { host, guard } = await evening(t);
  const open = guard.message({ id: 'silent' });
  const messages = ['完了。', '“完了。” \n', 'Done!', 'Done?) '].map((text, index) => {
    const message = guard.message({ id: `m${index}` });
    assert.equal(message.push(text).text, text);
    return message;
  });
  // Two pieces, so that the space is judged by what came before it.
  const pieces = guard.message();
  pieces.push('Done.');
  pieces.push(' ');
  await host.advance(MINUTE);
  for (const message of [...messages, open, pieces]) {
    const { text, state, notice } = message.push('再来一句');
    assert.deepEqual([text, state], ['', 'terminated']);
    assert.ok(notice);
  }
});

test('every mark that ends a sentence ends it, a dot in a number does not', async (t) => {
  for (const [text, shown] of [
    ['一句。二句。', '一句。'], ['好！再', '好！'], ['吗？再', '吗？'], ['so! and', 'so!'], ['so? and', 'so?'], ['so… and', 'so…'],
    ['line\nline', 'line\n'], ['他说“好。”然后', '他说“好。”'], ['3.14 is pi. Yes', '3.14 is pi.'], ['see a.example now', undefined],
    ['**Done.** Next.', '**Done.'], ['_e.g._ x', '_e.g.'], ['end.—More', 'end.'], ['end.😀 More', 'end.'], ['«The end.» More', '«The end.'], ['v1.é', undefined],
  ]) {
    const { host, guard } = await evening(t);
    const whole = guard.message();
    const single = guard.message();
    for (const message of [whole, single]) message.push('在');
    await host.advance(MINUTE);
    assert.equal(whole.push(text).text, shown ?? text, text);
    // By characters, a dot ends the sentence: nobody knows what comes next.
    const ended = [...text].map((char) => single.push(char)).filter(({ state }) => state === 'terminated').length > 0;
    assert.equal(ended, /[。！？!?.…\n]/.test(text), text);
  }
});

test('what finishes within its sentence is finished, not terminated', async (t) => {
  const { host, guard } = await evening(t);
  const message = guard.message();
  message.push('The tide');
  await host.advance(MINUTE);
  message.push(' comes in');
  const { state, notice } = message.finish();
  assert.deepEqual([state, notice], ['finished', undefined]);
});

test('after fifteen seconds an answer ends, finished or not, however late the timer', async (t) => {
  for (const timers of [true, false]) {
    const { host, guard } = await evening(t);
    const message = guard.message();
    message.push('The tide');
    await host.advance(MINUTE);
    // A browser may run timers late; the text itself must notice.
    if (!timers) host.timer = () => () => {};
    message.push(' comes');
    await host.advance(GRACE - 1);
    assert.equal(message.push(' in').text, ' in');
    await host.advance(1);
    const { text, state, notice } = message.push(' and goes.');
    assert.deepEqual([text, state], ['', 'terminated'], `timers: ${timers}`);
    assert.match(notice, /服务已关闭/);
  }
});

test('who wakes up after the grace finds nothing to finish', async (t) => {
  const host = memoryHost({ now: BEFORE_NIGHT });
  host.timer = () => () => {};
  const { guard } = await metered(host, {}, {}, t);
  const message = guard.message();
  await host.advance(MINUTE - 1);
  assert.equal(message.push('before').text, 'before');
  await host.advance(GRACE + 1);
  assert.equal(message.push(' after').text, '');
});

test('a stream finishes its sentence and ends; one that waits fails with usage/closed', async (t) => {
  const { host, guard } = await evening(t);
  const outcomes = [];
  const [writing, waiting] = [guard.stream({ onOutcome: (outcome) => outcomes.push(outcome) }), guard.stream()];
  const read = [writing.readable.getReader(), waiting.readable.getReader()];
  const write = [writing.writable.getWriter(), waiting.writable.getWriter()];
  for (const writer of write) writer.closed.catch(() => {});
  for (const writer of write) writer.write('before').catch(() => {});
  for (const reader of read) assert.equal((await reader.read()).value, 'before');
  await host.advance(MINUTE);
  write[0].write(' the end. More.').catch(() => {});
  assert.equal((await read[0].read()).value, ' the end.');
  assert.equal((await read[0].read()).done, true);
  assert.match(outcomes.at(-1).notice, /服务已关闭/);
  const failed = assert.rejects(read[1].read(), { code: 'usage/closed', opensAt: OPENS });
  await host.advance(GRACE);
  await failed;
});

test('during the grace no answer can be begun', async (t) => {
  const { host, guard } = await evening(t, { fetch: async () => assert.fail('nothing is asked') });
  guard.message().push('The tide');
  await host.advance(MINUTE);
  const closed = { code: 'usage/closed', opensAt: OPENS };
  assert.throws(() => guard.message(), closed);
  assert.throws(() => guard.stream(), closed);
  await assert.rejects(guard.fetch('http://upstream.test/v1/chat/completions'), closed);
});

/** An upstream that writes what it is given when it is given it. */
function upstream() {
  let controller;
  const signals = [];
  const body = new ReadableStream({ start(given) { controller = given; } });
  const encoder = new TextEncoder();
  return {
    signals,
    fetch: async (_input, { signal }) => {
      signals.push(signal);
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
    write: (content) => controller.enqueue(encoder.encode(events(chunk({ content })))),
  };
}

test('guard.fetch finishes the sentence, tells the notice, and aborts upstream', async (t) => {
  const { fetch, write, signals } = upstream();
  const { host, guard } = await evening(t, { fetch });
  const response = await guard.fetch('http://upstream.test/v1/chat/completions', { method: 'POST', body: '{}' });
  const text = response.text();
  write('The tide');
  await host.advance(MINUTE);
  write(' comes in. It goes.');
  const raw = await text;
  const chunks = raw.split('\n\n').filter((event) => event.startsWith('data: {')).map((event) => JSON.parse(event.slice(6)));
  assert.equal(chunks.map(({ choices }) => choices[0].delta.content ?? '').join(''), 'The tide comes in.');
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'content_filter');
  assert.match(chunks.find(({ tidegate }) => tidegate)?.tidegate.notice, /服务已关闭/);
  assert.match(raw, /\[DONE\]/);
  assert.equal(signals[0].aborted, true);
});

test('guard.fetch fails with usage/closed when the sentence does not end', async (t) => {
  const { fetch, write, signals } = upstream();
  const { host, guard } = await evening(t, { fetch });
  const response = await guard.fetch('http://upstream.test/v1/chat/completions', { method: 'POST', body: '{}' });
  const failed = assert.rejects(response.text(), { code: 'usage/closed', opensAt: OPENS });
  write('The tide');
  await host.advance(MINUTE + GRACE);
  await failed;
  assert.equal(signals[0].aborted, true);
});

test('used-up time is gracious too, and the day opens again for whoever waits', async (t) => {
  const host = memoryHost({ now: at('2026-03-05T14:00:00') });
  const { guard, usage } = await metered(host, {}, {}, t);
  const message = guard.message();
  message.push('The tide');
  await use(host, 60 * MINUTE);
  assert.equal(usage.status().reason, 'quota');
  assert.equal(message.push(' comes in. It goes.').text, ' comes in.');
  await host.advance(OPENS - host.now());
  assert.equal(guard.message().push('It goes.').text, 'It goes.');
  assert.equal(message.push('Never.').text, '');
});

test('exit ends every answer at once, stays open, and ends continuous use', async (t) => {
  const { fetch, write } = upstream();
  const host = memoryHost({ now: at('2026-03-05T14:00:00') });
  const { guard, usage, changes } = await metered(host, {}, { fetch }, t);
  await use(host, 20 * MINUTE);
  const message = guard.message();
  message.push('The tide');
  const stream = guard.stream();
  const reader = stream.readable.getReader();
  stream.writable.getWriter().closed.catch(() => {});
  const response = await guard.fetch('http://upstream.test/v1/chat/completions', { method: 'POST', body: '{}' });
  write('The tide');
  const failed = [assert.rejects(reader.read(), { code: 'usage/exit' }), assert.rejects(response.text(), { code: 'usage/exit' })];
  await host.advance(SECOND);
  usage.exit();
  await Promise.all(failed);
  const { text, state, notice } = message.push(' comes in.');
  assert.deepEqual([text, state, notice], ['', 'terminated', '对话已结束。']);
  const status = usage.status();
  assert.equal(status.state, 'open');
  assert.equal(status.continuousMs, 0);
  assert.equal(status.usedMs, 20 * MINUTE + SECOND);
  assert.equal(changes.length, 0);
  // Whoever left is not here.
  await host.advance(10 * MINUTE);
  assert.equal(usage.status().usedMs, 20 * MINUTE + SECOND);
  assert.equal(guard.message().push('Welcome back.').text, 'Welcome back.');
});

test('a guard without usage can be left too', async (t) => {
  const { guard, usage } = await metered(memoryHost(), {}, { usage: false }, t);
  const message = guard.message();
  message.push('The tide');
  usage.exit();
  assert.equal(message.push(' comes in.').text, '');
  assert.throws(() => usage.identify('x'), { code: 'usage/off' });
});

test('an answer in one piece that arrives after the closing is not shown', async (t) => {
  const host = memoryHost({ now: BEFORE_NIGHT });
  let answer;
  const fetch = () => new Promise((resolve) => { answer = resolve; });
  const { guard } = await metered(host, {}, { fetch }, t);
  const asked = guard.fetch('http://upstream.test/v1/chat/completions', { method: 'POST', body: '{}' });
  await host.advance(MINUTE + GRACE);
  answer(new Response(answerOf(['The tide comes in.']), { headers: { 'content-type': 'text/event-stream' } }));
  const text = await asked.then((response) => response.text(), (error) => error.code);
  assert.ok(!text.includes('tide'), text);
});
