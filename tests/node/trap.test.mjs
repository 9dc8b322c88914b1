/** A core that traps: closed meanwhile, then a new instance. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trapIn } from './core-exports.mjs';
import { coded, guardOf, pack } from './support.mjs';

test('after_a_trap_everything_is_closed_until_a_new_instance_judges_again', async () => {
  const trap = trapIn('filtermessage_push');
  await pack();
  const guard = await guardOf();
  const [first, second] = [guard.message(), guard.message()];
  assert.equal(second.push('去赌').text, '去');
  trap.next();
  const before = trap.started;
  assert.throws(() => first.push('你好'), coded('core/trap'));
  assert.equal(first.state, 'terminated');
  assert.throws(() => guard.message(), coded('core/trap'));
  assert.throws(() => second.push('博网站'), coded('core/trap'));
  assert.equal(second.state, 'terminated');
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(trap.started, before + 1);
  const message = guard.message();
  assert.equal(message.push('去赌博网站看看').text + message.finish().text, '去＊＊＊＊看看');
  assert.equal(first.push('你好').text + second.push('博网站').text, '');
  await guard.dispose();
});
