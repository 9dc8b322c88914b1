/** A core that traps while it is made warm. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, createGuard, init, memoryHost } from 'tidegate';
import { POLICY } from './support.mjs';

test('a core that traps while it is made warm is another one when init resolves', async () => {
  let traps = 1;
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...args) => {
    const { exports } = await instantiate(...args);
    const push = exports.filtermessage_push;
    if (!push) return { exports };
    return { exports: { ...exports, filtermessage_push: (...given) => {
      if (traps === 0) return push(...given);
      traps -= 1;
      throw new WebAssembly.RuntimeError('unreachable');
    } } };
  };
  await init();
  assert.equal(traps, 0);
  const guard = await createGuard({ packs: [compilePolicy(POLICY)], host: memoryHost() });
  const message = guard.message();
  assert.equal(message.push('去赌博网站看看').text + message.finish().text, '去＊＊＊＊看看');
  await guard.dispose();
});
