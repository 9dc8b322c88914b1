/** `tidegate/elements` where there is no page, as a server that renders loads it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

test('the elements load without a page, change nothing, and define nothing', async () => {
  const before = Object.getOwnPropertyNames(globalThis);
  const { defineElements, UsageOverlay } = await import('tidegate/elements');
  assert.equal(defineElements(), undefined);
  assert.equal(typeof UsageOverlay, 'function');
  assert.deepEqual(Object.getOwnPropertyNames(globalThis), before);
});
