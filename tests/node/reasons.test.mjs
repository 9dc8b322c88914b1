/** Why text is held, as the compiler's module tells it beside the core that holds it. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { compilePolicy, createGuard, explainHold, init, memoryHost } from 'tidegate';
import { coded } from './support.mjs';

before(() => init());

const packOf = (rules, rest) => compilePolicy({
  policy: 'p', rules: rules.map((rule) => ({ risk: 'x_gambling', action: 'mask', ...rule })), ...rest,
});
const GAMBLING = { id: 'gambling', terms: ['赌博网站', '赌博'] };

/** The reasons as lines, each with the text that it holds. */
const told = (pack, text) => explainHold([pack], text).map(({ kind, start, end, rule, views, excuses, rendered, read, term }) =>
  [kind, text.slice(start, end), ...rule ? [rule] : [], ...views.length ? [views.join('+')] : [],
    ...read === undefined ? [] : [`${read}>${term}`], ...excuses ? ['excuses'] : [], ...rendered ? ['rendered'] : []].join(' '));

test('a live prefix is told with what it is read as, the nearest term and its rule', () => {
  const pack = packOf([GAMBLING]);
  assert.deepEqual(told(pack, '远离赌'), ['term 赌 gambling tight+joined 赌>赌博']);
  assert.deepEqual(told(pack, '远离賭'), ['term 賭 gambling tight+joined 赌>赌博']);
  assert.deepEqual(told(pack, '远离赌 '), ['term 赌  gambling joined 赌>赌博']);
  assert.deepEqual(told(pack, '远离'), []);
});

test('each call is about the packs that it gives, also when their bytes have changed', () => {
  const [gambling, other] = [packOf([GAMBLING]), packOf([{ id: 'other', terms: ['赌钱'] }])];
  const ids = (packs) => explainHold(packs, '去赌').map(({ rule }) => rule);
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual(ids([gambling]), ['gambling']);
    assert.deepEqual(ids([gambling]), ['gambling']);
    assert.deepEqual(ids([gambling, other]).sort(), ['gambling', 'other']);
    assert.deepEqual(ids([other]), ['other']);
  }
  gambling[gambling.length - 1] ^= 1;
  for (let round = 0; round < 2; round += 1) assert.throws(() => ids([gambling]), coded('pack/digest'));
});

test('a match waits for the longer term that it begins', () => {
  assert.deepEqual(told(packOf([GAMBLING]), '赌博网').sort(), ['match 赌博 gambling tight', 'term 赌博网 gambling tight+joined 赌博网>赌博网站']);
});

test('a match in doubt waits for what stands behind it', () => {
  assert.deepEqual(told(packOf([{ id: 'invoice', terms: ['发票'] }]), '开发票'), ['doubt 发票 invoice tight']);
});

test('views that part are told apart, with the letters that they read', () => {
  const pack = packOf([{ id: 'word', terms: ['abuse'] }]);
  assert.deepEqual(told(pack, 'a.bu$'), ['term a.bu$ word leet abus>abuse']);
  const sound = packOf([{ id: 'sound', terms: ['赌博'], views: ['sound'] }]);
  // 独播 is a word that sounds like the term: nothing in it would be a match of `sound`.
  assert.deepEqual(told(sound, '去独'), ['term 独 tight 独>独播 excuses', 'term 独 sound sound du>du bo']);
});

test('markup is held until it is complete, and what it renders to is read beside it', () => {
  const pack = packOf([GAMBLING]);
  assert.deepEqual(told(pack, '&#36172'), ['markup &#36172']);
  assert.deepEqual(told(pack, '&#36172;'), ['term &#36172; gambling tight+joined 赌>赌博 rendered']);
});

test('an unless term is told as one that dismisses', () => {
  const pack = packOf([{ id: 'bomb', terms: ['炸弹'], unless: ['电影'], within: 4 }]);
  assert.deepEqual(told(pack, '炸弹电'), ['doubt 炸弹 bomb tight', 'term 电 bomb tight 电>电影 excuses'].sort((one, other) => one < other ? -1 : 1));
});

test('a pattern under way and an allow-list phrase hold too', () => {
  assert.deepEqual(told(packOf([{ id: 'plate', pattern: 'x[0-9]{3}' }]), '见 x1'), ['pattern x1 plate']);
  assert.deepEqual(told(packOf([GAMBLING], { allow: ['戒赌'] }), '戒'), ['term 戒 tight 戒>戒赌 excuses']);
});

test('what the core holds begins where the first reason does, at every unit', async () => {
  const pack = packOf([GAMBLING, { id: 'word', terms: ['abuse'] }, { id: 'stop', action: 'terminate', terms: ['😀赌局'] }], { allow: ['戒赌博'] });
  const guard = await createGuard({ packs: [pack], host: memoryHost() });
  for (const text of ['这是賭*博网 a b u s e 戒赌博。<b>赌</b>博&#36172;博', '看😀赌局开了', 'An a-b-u-z ab<i>us']) {
    const message = guard.message();
    for (let at = 1; at <= text.length; at += 1) {
      const { held, state } = message.push(text[at - 1]);
      const reasons = explainHold([pack], text.slice(0, at));
      if (state !== 'open') {
        assert.deepEqual(reasons, []);
        break;
      }
      // Half of a surrogate pair waits for the other half, without a reason.
      const read = /[\uD800-\uDBFF]/.test(text[at - 1]) ? at - 1 : at;
      assert.equal(at - held, reasons[0]?.start ?? read, text.slice(0, at));
    }
  }
});

test('what cannot be explained is refused with a code', () => {
  const pack = packOf([GAMBLING]);
  assert.throws(() => explainHold([], '赌'), coded('guard/no-policy'));
  assert.throws(() => explainHold(['pack'], '赌'), coded('pack/not-bytes'));
  assert.throws(() => explainHold([new Uint8Array(4)], '赌'), coded('pack/magic'));
  assert.throws(() => explainHold([pack], 7), coded('message/not-text'));
  assert.throws(() => explainHold([pack], '赌', 'nowhere'), coded('message/channel'));
});
