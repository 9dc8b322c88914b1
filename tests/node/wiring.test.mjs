/** What the guard tells its report part of a verdict. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectPack, memoryHost } from 'tidegate';
import { answerOf, fetchOf, guardOf, pack, run } from './support.mjs';

/** A guard whose collector accepts everything; `records()` flushes and gives what arrived. */
async function reporting(options) {
  const arrived = [];
  const host = memoryHost({
    send: async ({ body }) => {
      const batch = JSON.parse(new TextDecoder().decode(body));
      arrived.push(...batch);
      const answer = { accepted: batch.map(({ id }) => id), duplicates: [], rejected: [] };
      return { status: 200, headers: {}, body: new TextEncoder().encode(JSON.stringify(answer)) };
    },
  });
  const guard = await guardOf({ host, reports: { endpoint: 'http://collector.test/v1/reports' }, ...options });
  const records = async () => {
    await guard.reports.flush();
    return arrived.map(({ data }) => data).sort((a, b) => a.start - b.start);
  };
  return { guard, records };
}

test('a verdict is reported with rule, policy, message, channel and span', async () => {
  const { guard, records } = await reporting();
  run(guard.message({ id: 'm1', channel: 'reasoning' }), ['去赌博网站']);
  const [record, ...others] = await records();
  assert.deepEqual(others, []);
  const { rule, risk, action, policy, revision, digest, message, channel, direction, start, end, view } = record;
  assert.deepEqual({ rule, risk, action, policy, revision, message, channel, direction, start, end, view }, {
    rule: 'mask', risk: 'x_gambling', action: 'mask', policy: 'test', revision: 3,
    message: 'm1', channel: 'reasoning', direction: 'output', start: 1, end: 5, view: 'tight',
  });
  assert.equal(digest, inspectPack(await pack()).digest);
  await guard.dispose();
});

test('how much was shown before a verdict does not depend on the cuts', async () => {
  const text = '一二赌博网站三下注链接四提醒词语五六终止词语七';
  for (const deltas of [[text], [...text], [text.slice(0, 9), text.slice(9)]]) {
    const { guard, records } = await reporting();
    run(guard.message(), deltas);
    const shown = (await records()).map(({ rule, shown_units: units }) => [rule, units]);
    // 一二 · ＊＊＊＊三 · 〔略〕四 · 提醒词语五六
    assert.deepEqual(shown, [['mask', 2], ['replace', 7], ['flag', 11], ['terminate', 17]], JSON.stringify(deltas));
    await guard.dispose();
  }
});

test('a check is reported as input', async () => {
  const { guard, records } = await reporting();
  guard.check('去赌博网站');
  assert.deepEqual((await records()).map(({ direction, rule }) => [direction, rule]), [['input', 'mask']]);
  await guard.dispose();
});

test('verdicts of guard.fetch are reported under the id of the completion', async () => {
  const { fetch } = fetchOf([answerOf(['去赌博', '网站'], { id: 'chatcmpl-9' })]);
  const { guard, records } = await reporting({ fetch });
  await (await guard.fetch('http://upstream.test/v1/chat/completions')).text();
  assert.deepEqual((await records()).map(({ message, channel }) => [message, channel]), [['chatcmpl-9', 'text']]);
  await guard.dispose();
});
