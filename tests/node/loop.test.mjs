/** Closing the loop: what was flagged leads to a rule that stops it earlier. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { compilePolicy, createGuard, followPolicies, init, nodeHost, publicKey, signPack } from 'tidegate';
import { startCollector } from './collector.mjs';

const ANSWER = '先打开稳赢平台，再把钱转过去，最后点下注链接。';
const FLAGGED = { id: 'link', risk: 'x_gambling', action: 'flag', terms: ['下注链接'] };

/** What a user sees of an answer that comes character by character. */
function show(message, text) {
  let shown = '';
  for (const character of text) {
    const outcome = message.push(character);
    shown += outcome.text;
    if (outcome.state !== 'open') return { shown, state: outcome.state };
  }
  const { text: rest, state } = message.finish();
  return { shown: shown + rest, state };
}

test('an answer that was flagged and upheld is stopped earlier by the next revision', async (t) => {
  await init();
  const seed = new Uint8Array(randomBytes(32));
  const key = publicKey(seed);
  const revision = (number, rules) => signPack(compilePolicy({ policy: 'loop', revision: number, rules }), seed);
  const first = revision(1, [FLAGGED]);
  const collector = await startCollector(t, { pack: first, key: Buffer.from(key).toString('base64url') });
  const guard = await createGuard({
    packs: [first], publicKeys: [key], host: nodeHost(), reports: { endpoint: `${collector.url}/v1/reports` },
  });
  t.after(() => guard.dispose());

  // The provider keeps answers under the ids of their messages.
  const answers = new Map([['m-1', ANSWER]]);
  assert.deepEqual(show(guard.message({ id: 'm-1' }), ANSWER), { shown: ANSWER, state: 'finished' });
  await guard.reports.flush();

  // A reviewer finds it in the console and upholds it.
  const reviewer = await collector.staff('ann', 'reviewer');
  const { records } = await (await reviewer('/v1/reports?rule=link&review=none')).json();
  assert.equal(records.length, 1);
  const review = { verdict: 'upheld', note: 'names the platform long before' };
  await reviewer(`/v1/reports/${records[0].id}/review`, { method: 'PUT', body: JSON.stringify(review) });

  // Whoever corrects gets the place in the answer, and writes a rule for what stood before it.
  const lines = await (await collector.asAdmin(`/v1/exports/correction?from_ms=0&to_ms=${Date.now() + 60_000}`)).text();
  const [line, ...others] = lines.trim().split('\n').map((one) => JSON.parse(one));
  assert.deepEqual(others, []);
  assert.deepEqual([line.verdict, line.note, line.rule, line.revision], ['upheld', review.note, 'link', 1]);
  const answer = answers.get(line.message);
  assert.equal(answer.slice(line.start, line.end), '下注链接');
  const [, platform] = /打开(.+?)，/.exec(answer.slice(0, line.start));
  const rule = { id: 'platform', risk: line.risk, action: 'terminate', terms: [platform] };

  // A client that follows the collector has an answer half shown when the new revision is delivered.
  const updates = [];
  const following = followPolicies(guard, {
    urls: [`${collector.url}/v1/policies/loop.pack`], onUpdate: () => updates.push('update'), onError: (error) => updates.push(error),
  });
  t.after(() => following.stop());
  await following.check();
  const open = guard.message({ id: 'm-2' });
  const half = open.push(ANSWER.slice(0, 3)).text;
  await collector.asAdmin('/v1/policies/loop.pack', { method: 'PUT', body: revision(2, [FLAGGED, rule]) });
  updates.length = 0;
  assert.equal(await following.check(), true);
  assert.equal(await following.check(), false);
  assert.deepEqual(updates, ['update']);

  // That answer ends as it began; the next one is stopped before the place that was flagged.
  const rest = show(open, ANSWER.slice(3));
  assert.deepEqual({ ...rest, shown: half + rest.shown }, { shown: ANSWER, state: 'finished' });
  assert.deepEqual(show(guard.message({ id: 'm-3' }), ANSWER), { shown: '先打开', state: 'terminated' });
  await guard.reports.flush();
  const stopped = await (await reviewer('/v1/reports?rule=platform')).json();
  assert.deepEqual(stopped.records.map(({ data }) => [data.message, data.revision, data.action]), [['m-3', 2, 'terminate']]);

  // Nobody brings the old revision back.
  const back = collector.asAdmin('/v1/policies/loop.pack', { method: 'PUT', body: first });
  await assert.rejects(back, /409 .*pack\/rollback/);
});
