import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardCumulative, guardEventSource, guardReadable } from 'tidegate/adapters/generic';
import { MASKED, assertClean, attacks, coded, collect, guardOf, streamOf } from './hostile.mjs';

test('a cumulative text shows no term at any cut, and the retracted nothing', async () => {
  const guard = await guardOf();
  for (const { term, pieces } of attacks()) {
    const guarding = guardCumulative(guard);
    let whole = '';
    for (const [index, piece] of pieces.entries()) {
      whole += piece;
      assertClean(guarding.update(whole, index === pieces.length - 1), pieces.join('|'));
    }
    const { text, state, notice } = guarding.update(whole, true);
    if (term === '赌博网站') assert.deepEqual([text, state, notice], [`请看${MASKED}，就这样。`, 'finished', undefined]);
    else assert.deepEqual([text, state], term === '撤回词语' ? ['', 'retracted'] : ['请看', 'terminated']);
  }
});

test('a cumulative text that is rewritten is judged anew, and an end stays', async () => {
  const guard = await guardOf();
  const guarding = guardCumulative(guard);
  assert.equal(guarding.update('去赌博').text, '去');
  assert.equal(guarding.update('**去**赌博网站。').text, `**去**${MASKED}。`);
  assert.equal(guarding.update('好', true).text, '好');
  assert.equal(guarding.update('好的', true).text, '好的');
  guarding.update('终止词语');
  assert.deepEqual(guarding.update('完全不同'), { text: '', state: 'terminated', notice: '内容已终止。' });
});

test('the same text again changes nothing', async () => {
  const guard = await guardOf();
  const guarding = guardCumulative(guard);
  const first = guarding.update('去赌博网站', true);
  assert.deepEqual(guarding.update('去赌博网站', true), first);
});

const layout = {
  text: (chunk) => chunk.text === undefined ? undefined : { key: chunk.at, channel: chunk.kind, delta: chunk.text },
  put: (chunk, text) => ({ ...chunk, text }),
  end: ({ notice }) => ({ notice }),
};

test('typed chunks show no term at any cut, in any text', async () => {
  const guard = await guardOf();
  for (const { pieces } of attacks()) {
    const chunks = pieces.flatMap((text) => [{ at: 'a', kind: 'text', text }, { at: 'b', kind: 'reasoning', text }, { unknown: text }]);
    const { stream, seen } = streamOf([...chunks, {}]);
    const { items } = await collect(stream.pipeThrough(guardReadable(guard, layout)));
    assertClean(items);
    for (const at of ['a', 'b']) assertClean(items.filter((item) => item.at === at).map(({ text }) => text).join(''));
    await new Promise(setImmediate);
    assert.equal(seen.cancelled, items.at(-1).notice !== undefined);
  }
});

test('what typed chunks hold is not shown when the source breaks', async () => {
  const guard = await guardOf();
  const { stream } = streamOf([{ text: '去赌博' }, new Error('network')]);
  const { items, error } = await collect(stream.pipeThrough(guardReadable(guard, layout)));
  assert.deepEqual([items, error.message], [[{ text: '去' }], 'network']);
});

/** An `EventSource` that a test drives. */
function sourceOf() {
  const listeners = new Map();
  return {
    closed: 0,
    addEventListener: (type, listen) => listeners.set(type, listen),
    close() {
      this.closed += 1;
    },
    send: (data, type = 'message') => listeners.get(type)?.({ data }),
  };
}

test('an EventSource shows no term at any cut, also when it was opened again in between', async () => {
  const guard = await guardOf();
  for (const { term, pieces } of attacks()) {
    const source = sourceOf();
    let shown = '';
    let end;
    guardEventSource(guard, source, { text: (data) => JSON.parse(data).t, onText: (text) => (shown += text), onEnd: (ending) => (end = { ending }) });
    for (const piece of pieces) source.send(JSON.stringify({ t: piece }));
    source.send('[DONE]');
    source.send(JSON.stringify({ t: '后面' }));
    assertClean(shown, pieces.join('|'));
    assert.ok(!shown.includes('后面'));
    assert.equal(end.ending?.state, { 赌博网站: undefined, 撤回词语: 'retracted' }[term] ?? (term === '赌博网站' ? undefined : 'terminated'));
    assert.equal(source.closed, 1);
  }
});

test('an EventSource that is closed shows nothing more, and one whose data is no text fails closed', async () => {
  const guard = await guardOf();
  const source = sourceOf();
  const shown = [];
  const close = guardEventSource(guard, source, { onText: (text) => shown.push(text) });
  source.send('去赌博');
  close();
  source.send('网站，好');
  assert.deepEqual(shown, ['去']);
  const other = sourceOf();
  guardEventSource(guard, other, { text: () => 3, onText: (text) => shown.push(text) });
  assert.throws(() => other.send('x'), coded('message/not-text'));
  assert.equal(other.closed, 1);
});
