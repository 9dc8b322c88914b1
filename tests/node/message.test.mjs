import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coded, guardOf, run } from './support.mjs';

test('text in which nothing is pending is released in the same call', async () => {
  const guard = await guardOf();
  const message = guard.message();
  assert.deepEqual(message.push('今天天气很好'), { text: '今天天气很好', verdicts: [], state: 'open', held: 0 });
  assert.deepEqual(message.finish(), { text: '', verdicts: [], state: 'finished', held: 0 });
});

test('a live prefix is held and released when it comes to nothing', async () => {
  const guard = await guardOf();
  const message = guard.message();
  assert.deepEqual(message.push('说到赌博'), { text: '说到', verdicts: [], state: 'open', held: 2 });
  assert.equal(message.push('的危害').text, '赌博的危害');
});

test('a masked term is never shown, for every cut of the text', async () => {
  const guard = await guardOf();
  const text = '去赌博网站看看，Casino 不行，casino royale 可以。下注链接在此';
  const shown = '去＊＊＊＊看看，＊＊＊＊＊＊ 不行，casino royale 可以。〔略〕在此';
  const expected = run(guard.message(), [text]);
  assert.equal(expected.text, shown);
  assert.deepEqual(expected.verdicts.map(({ rule, start, end }) => text.slice(start, end) + rule),
    ['赌博网站mask', 'Casinomask', '下注链接replace']);
  for (let cut = 0; cut <= text.length; cut += 1) {
    const { text: pieces, verdicts } = run(guard.message(), [text.slice(0, cut), text.slice(cut)]);
    assert.equal(pieces, shown, `cut at ${cut}`);
    assert.deepEqual(verdicts, expected.verdicts, `cut at ${cut}`);
  }
  assert.equal(run(guard.message(), [...text]).text, shown);
});

test('a verdict names rule, risk, action, view and the span in the raw message', async () => {
  const guard = await guardOf();
  assert.deepEqual(run(guard.message(), ['ab提醒', '词语cd']).verdicts, [
    { rule: 'flag', risk: 'x_self_harm', action: 'flag', start: 2, end: 6, view: 'tight' },
  ]);
  assert.equal(run(guard.message(), ['赌 博 网 站']).verdicts[0].view, 'joined');
});

test('terminate drops what is held and everything after it, and tells the notice', async () => {
  const guard = await guardOf();
  const message = guard.message();
  const outcome = message.push('好的，终止词语和更多');
  assert.equal(outcome.text, '好的，');
  assert.equal(outcome.state, 'terminated');
  assert.equal(outcome.notice, '内容已终止。');
  assert.equal(outcome.held, 0);
  const after = { text: '', verdicts: [], state: 'terminated', held: 0, notice: '内容已终止。' };
  assert.deepEqual(message.push('还有'), after);
  assert.deepEqual(message.finish(), after);
  assert.equal(message.state, 'terminated');
});

test('retract ends in the state retracted', async () => {
  const guard = await guardOf({ locale: 'en' });
  const outcome = guard.message().push('一些话撤回词语');
  assert.equal(outcome.state, 'retracted');
  assert.equal(outcome.notice, 'Stopped.');
});

test('push and finish after the end return an empty outcome', async () => {
  const guard = await guardOf();
  const message = guard.message();
  message.push('完了');
  message.finish();
  const after = { text: '', verdicts: [], state: 'finished', held: 0 };
  assert.deepEqual(message.push('终止词语'), after);
  assert.deepEqual(message.finish(), after);
});

test('a message with the id of an ended one stays closed, on every channel', async () => {
  const guard = await guardOf();
  const other = guard.message({ id: 'a', channel: 'reasoning' });
  other.push('想一想');
  guard.message({ id: 'a' }).push('终止词语');
  assert.equal(other.push('再想').text, '');
  assert.equal(other.state, 'terminated');
  const replay = guard.message({ id: 'a' });
  assert.equal(replay.state, 'terminated');
  assert.deepEqual(replay.push('无害'), { text: '', verdicts: [], state: 'terminated', held: 0, notice: '内容已终止。' });
  assert.equal(guard.message({ id: 'b' }).push('无害').text, '无害');
});

test('messages without an id are independent', async () => {
  const guard = await guardOf();
  assert.notEqual(guard.message().id, guard.message().id);
  guard.message().push('终止词语');
  assert.equal(guard.message().push('无害').text, '无害');
});

test('lone surrogates pass unchanged and pairs may be cut', async () => {
  const guard = await guardOf();
  const text = 'a\ud83db\ude00c\ud83d\ude00d\ud83d';
  assert.equal(run(guard.message(), [text]).text, text);
  assert.equal(run(guard.message(), text.split('')).text, text);
});

test('empty deltas change nothing', async () => {
  const guard = await guardOf();
  const message = guard.message();
  message.push('赌博');
  assert.deepEqual(message.push(''), { text: '', verdicts: [], state: 'open', held: 2 });
  assert.equal(run(message, ['', '网站', '']).text, '＊＊＊＊');
  assert.equal(run(guard.message(), []).text, '');
});

test('a delta of megabytes is judged to its end', async () => {
  const guard = await guardOf();
  const filler = '无害的文字。'.repeat(300_000);
  const { text, verdicts } = run(guard.message(), [`${filler}赌博网站${filler}`]);
  assert.equal(text.length, filler.length * 2 + 4);
  assert.equal(text.slice(filler.length - 1, filler.length + 5), '。＊＊＊＊无');
  assert.deepEqual(verdicts.map(({ start, end }) => [start, end]), [[filler.length, filler.length + 4]]);
});

test('a term across the parts in which a long delta crosses is found', async () => {
  const guard = await guardOf();
  for (const before of [65_533, 65_534, 65_535, 65_536]) {
    const { text } = run(guard.message(), [`${'字'.repeat(before)}赌博网站`]);
    assert.equal(text.slice(-5), '字＊＊＊＊');
  }
});

test('a delta that is not a string is refused with a code', async () => {
  const guard = await guardOf();
  for (const bad of [undefined, null, 1, new Uint8Array(1)]) {
    assert.throws(() => guard.message().push(bad), coded('message/not-text'));
  }
});

test('unknown channels and impossible ids are refused with a code', async () => {
  const guard = await guardOf();
  assert.throws(() => guard.message({ channel: 'smoke' }), coded('message/channel'));
  assert.throws(() => guard.message({ id: 7 }), coded('message/id'));
  assert.throws(() => guard.message({ id: 'x'.repeat(257) }), coded('message/id'));
});

test('check judges a whole text and forgets it', async () => {
  const guard = await guardOf();
  assert.deepEqual(guard.check('无害'), []);
  assert.deepEqual(guard.check('去赌博网站').map(({ rule, start, end }) => [rule, start, end]), [['mask', 1, 5]]);
  assert.deepEqual(guard.check('终止词语').map(({ action }) => action), ['terminate']);
  assert.deepEqual(guard.check('赌博'), []);
});

test('many messages at once do not disturb each other', async () => {
  const guard = await guardOf();
  const messages = Array.from({ length: 200 }, () => guard.message());
  const shown = messages.map(() => '');
  for (const char of '去赌博网站看终止词语了') {
    messages.forEach((message, i) => {
      shown[i] += message.push(char).text;
    });
  }
  assert.deepEqual(new Set(shown), new Set(['去＊＊＊＊看']));
});
