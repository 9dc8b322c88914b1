/** Words of the user that stop everything, and words at which a person has to look. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, createGuard, memoryHost } from 'tidegate';
import { answerOf, coded, fetchOf, pack, read } from './support.mjs';

const URL_ = 'http://upstream.test/v1/chat/completions';
const RULES = [
  { id: 'exit', risk: 'x_sycophancy_dependence', action: 'flag', exit: true, terms: ['结束对话', 'stop this chat'] },
  { id: 'crisis', risk: 'x_self_harm', action: 'flag', severity: 4, escalate: 'self_harm', terms: ['不想活了'] },
];
const POLICY = { policy: 'companion', help: { 'zh-CN': '请拨打 12356。', en: 'Call 988.' }, rules: RULES };

async function setup(options = {}) {
  await pack();
  const sent = [];
  const host = memoryHost({
    send: async ({ body }) => {
      const records = JSON.parse(new TextDecoder().decode(body));
      sent.push(...records);
      const answer = { accepted: records.map(({ id }) => id), duplicates: [], rejected: [] };
      return { status: 200, headers: {}, body: new TextEncoder().encode(JSON.stringify(answer)) };
    },
  });
  const guard = await createGuard({
    packs: [compilePolicy(POLICY)], host, reports: { endpoint: 'https://collector.example/v1/reports' }, ...options,
  });
  const seen = [];
  for (const type of ['exit', 'escalation']) {
    guard.usage.addEventListener(type, ({ detail }) => seen.push(detail === null ? type : detail));
  }
  return { guard, host, sent, seen };
}

const request = (...messages) => ({ method: 'POST', body: JSON.stringify({ model: 'm', stream: true, messages }) });
const user = (content) => ({ role: 'user', content });

test('an exit word ends every running answer at once', async () => {
  const { guard, seen } = await setup({ locale: 'en' });
  const message = guard.message({ id: 'm' });
  assert.equal(message.push('Once upon a time').text, 'Once upon a time');
  const [verdict] = guard.check('好了，结束对话');
  assert.equal(verdict.rule, 'exit');
  assert.deepEqual(seen, ['exit']);
  const { state, text, notice } = message.push(' there was');
  assert.deepEqual({ state, text, told: typeof notice }, { state: 'terminated', text: '', told: 'string' });
  assert.equal(guard.message().push('a new one').text, 'a new one', 'the service stays open');
});

test('guard.fetch does not send an exit word', async () => {
  const { fetch, calls } = fetchOf([answerOf(['你好'])]);
  const { guard } = await setup({ fetch });
  await assert.rejects(guard.fetch(URL_, request(user('你好'), { role: 'assistant', content: '在' }, user('结 束 对 话'))), coded('usage/exit'));
  assert.equal(calls.length, 0);
  const parts = [{ type: 'text', text: 'please' }, { type: 'image_url', image_url: {} }, { type: 'text', text: 'STOP this chat' }];
  await assert.rejects(guard.fetch(new Request(URL_, request(user(parts)))), coded('usage/exit'));
  assert.equal(calls.length, 0);
});

test('only the last message counts, and only if the user wrote it', async () => {
  const { fetch, calls } = fetchOf([answerOf(['好'])]);
  const { guard, seen } = await setup({ fetch });
  const before = request(user('结束对话'), { role: 'assistant', content: '好' }, user('继续吧'));
  assert.equal((await read(await guard.fetch(URL_, before))).content, '好');
  const tool = request(user('继续'), { role: 'tool', content: '结束对话' });
  await guard.fetch(URL_, tool);
  for (const body of ['结束对话', '{"messages": "结束对话"}', '{"messages": [null]}', '[]', 'null']) {
    await guard.fetch(URL_, { method: 'POST', body });
  }
  assert.equal(calls.length, 7);
  assert.deepEqual(seen, []);
});

test('words for help are dispatched with the help, recorded, and the request goes on', async () => {
  const { fetch, calls } = fetchOf([answerOf(['我在听'])]);
  const { guard, host, sent, seen } = await setup({ fetch });
  const response = await guard.fetch(URL_, request(user('我真的不想活了')));
  assert.equal((await read(response)).content, '我在听');
  assert.equal(calls.length, 1);
  assert.deepEqual(seen, [{ kind: 'self_harm', rule: 'crisis', help: '请拨打 12356。' }]);
  await host.advance(60_000);
  const [{ data }] = sent;
  assert.deepEqual(
    { rule: data.rule, escalation: data.escalation, direction: data.direction, severity: data.severity },
    { rule: 'crisis', escalation: 'self_harm', direction: 'input', severity: data.severity },
  );
  assert.ok(!JSON.stringify(sent).includes('不想活'), 'no text');
});

test('words for help are heard while the service is closed', async () => {
  const { fetch, calls } = fetchOf([answerOf(['我在听'])]);
  // A meter whose server is never reached.
  const usage = { presets: ['cn_minor_mode_2024'], age: 12, server: 'https://nowhere.example', offline: 'close' };
  const { guard, seen } = await setup({ fetch, usage, reports: false });
  assert.equal(guard.usage.status().state, 'closed');
  await assert.rejects(guard.fetch(URL_, request(user('我不想活了'))), coded('usage/closed'));
  assert.equal(seen.length, 1);
  assert.equal(calls.length, 0);
});

test('these rules judge nothing but what the user writes', async () => {
  const { guard, seen } = await setup();
  const message = guard.message();
  const outcomes = [message.push('他说不想活了，结束对话。'), message.finish()];
  assert.deepEqual(outcomes.flatMap(({ verdicts }) => verdicts), []);
  assert.deepEqual(seen, []);
});

test('rules for the answer judge the user too, and call for nothing', async () => {
  await pack();
  const rules = [{ id: 'bets', risk: 'x_gambling', action: 'flag', channels: ['text'], terms: ['网上赌场'] }];
  const guard = await createGuard({ packs: [compilePolicy({ policy: 'p', rules })], host: memoryHost() });
  assert.deepEqual(guard.check('网上赌场').map(({ rule }) => rule), ['bets']);
});

test('what contradicts itself is refused', async () => {
  await pack();
  const refuse = (fields, code) => assert.throws(
    () => compilePolicy({ policy: 'p', rules: [{ ...RULES[1], ...fields }] }), coded(code),
  );
  refuse({ exit: true }, 'policy/escalate');
  refuse({ escalate: 'boredom' }, 'policy/escalate');
  refuse({ escalate: 'exit' }, 'policy/escalate');
  refuse({ channels: ['text'] }, 'policy/escalate');
  refuse({ exit: 'yes' }, 'policy/shape');
  assert.throws(() => compilePolicy({ policy: 'p', help: { en: '' }, rules: RULES }), coded('policy/shape'));
  assert.throws(() => compilePolicy({ policy: 'p', rules: [{ ...RULES[0], exit: false, channels: ['input'] }] }), coded('policy/channel'));
});
