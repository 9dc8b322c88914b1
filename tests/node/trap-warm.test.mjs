/** A core that traps while it is made warm. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, createGuard, init, memoryHost } from 'tidegate';
import { trapIn } from './core-exports.mjs';
import { POLICY } from './support.mjs';

test('a core that traps while it is made warm is another one when init resolves', async () => {
  const trap = trapIn('filtermessage_push');
  trap.next();
  await init();
  assert.equal(trap.isNext, false);
  const guard = await createGuard({ packs: [compilePolicy(POLICY)], host: memoryHost() });
  const message = guard.message();
  assert.equal(message.push('去赌博网站看看').text + message.finish().text, '去＊＊＊＊看看');
  await guard.dispose();
});
