/** A core that traps: closed meanwhile, then a new instance. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coded, guardOf, pack } from './support.mjs';

test('after_a_trap_everything_is_closed_until_a_new_instance_judges_again', async () => {
  let trapsNext = false;
  let made = 0;
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...args) => {
    const { exports } = await instantiate(...args);
    made += 1;
    const push = exports.filtermessage_push;
    if (!push) return { exports };
    return { exports: { ...exports, filtermessage_push: (...given) => {
      if (!trapsNext) return push(...given);
      trapsNext = false;
      throw new WebAssembly.RuntimeError('unreachable');
    } } };
  };
  await pack();
  const guard = await guardOf();
  const [first, second] = [guard.message(), guard.message()];
  assert.equal(second.push('去赌').text, '去');
  trapsNext = true;
  const before = made;
  assert.throws(() => first.push('你好'), coded('core/trap'));
  assert.equal(first.state, 'terminated');
  assert.throws(() => guard.message(), coded('core/trap'));
  assert.throws(() => second.push('博网站'), coded('core/trap'));
  assert.equal(second.state, 'terminated');
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(made, before + 1);
  const message = guard.message();
  assert.equal(message.push('去赌博网站看看').text + message.finish().text, '去＊＊＊＊看看');
  assert.equal(first.push('你好').text + second.push('博网站').text, '');
  await guard.dispose();
});
