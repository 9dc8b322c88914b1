/** The digest of a pack, by the platform's SHA-512 and by the core's own: the same comes of both. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createGuard, followPolicies, memoryHost, publicKey, signPack } from 'tidegate';
import { randomOf } from '../random.mjs';
import { coded, pack as packOf } from './support.mjs';

const SEED = new Uint8Array(32).fill(7);
const TERMS = 2_000;
const term = (number) => `k${number.toString(36)}z`;
const policy = (revision) => ({
  policy: 'large', revision,
  rules: [{ id: 'r', risk: 'x_gambling', action: 'mask', terms: Array.from({ length: TERMS }, (_, number) => term(number)) }],
});

let [pack, newer, keys] = [];
before(async () => {
  pack = signPack(await packOf(policy(1)), SEED);
  newer = signPack(await packOf(policy(2)), SEED);
  keys = [publicKey(SEED)];
});

/** Digests that the platform is asked for, until the test ends; `answer` stands in for it. */
function spied(t, answer = (digest) => digest()) {
  const asked = [];
  const { subtle } = globalThis.crypto;
  const own = subtle.digest;
  subtle.digest = (name, data) => {
    asked.push(`${name} of ${data.byteLength}`);
    return answer(() => own.call(subtle, name, data));
  };
  t.after(() => delete subtle.digest);
  return asked;
}

const outcome = async (bytes) => {
  try {
    const guard = await createGuard({ packs: [bytes], publicKeys: keys, host: memoryHost() });
    const { text } = guard.message().push(`${term(1)} `);
    await guard.dispose();
    return text;
  } catch ({ code }) {
    return code;
  }
};

/** Of an unsigned pack: tag, flags, length and digest; of a signed one the signature's section too. */
const TAIL = 9 + 32 + 9 + 64;

test('the platform digests what the signature covers, and a small pack is not worth the way', async (t) => {
  assert.ok(pack.length > 8_192, `${pack.length} bytes`);
  const asked = spied(t);
  assert.equal(await outcome(pack), '＊＊＊ ');
  assert.deepEqual(asked, [`SHA-512 of ${pack.length - TAIL}`]);
  const guard = await createGuard({ packs: [await packOf()], host: memoryHost() });
  await guard.dispose();
  assert.equal(asked.length, 1);
});

test('damaged packs are refused for the same reason with and without it', async (t) => {
  const random = randomOf(5);
  const below = (end) => Math.floor(random() * end);
  const damaged = (round) => {
    const bytes = pack.slice(0, round % 3 === 0 ? below(pack.length) : pack.length);
    // Lengths and tags are few among the bytes: every second time one of the last sections'.
    const from = round % 2 === 0 ? Math.max(0, bytes.length - TAIL - 4) : 0;
    bytes[from + below(bytes.length - from)] ^= 1 << below(8);
    return bytes;
  };
  const packs = [pack, pack.slice(0, -73), ...Array.from({ length: 300 }, (_, round) => damaged(round))];
  const all = async () => Promise.all(packs.map(outcome));
  const without = [];
  await t.test('without', async (inner) => {
    spied(inner, () => Promise.reject(new Error('not here')));
    without.push(...await all());
  });
  assert.deepEqual(await all(), without);
  for (const code of ['＊＊＊ ', 'pack/digest', 'pack/section', 'pack/signature', 'pack/truncated', 'pack/unsigned']) assert.ok(without.includes(code), code);
});

test('a pack that changes while it is digested is loaded as it was given', async (t) => {
  const given = pack.slice();
  spied(t, async (digest) => {
    const made = await digest();
    given.fill(0);
    return made;
  });
  assert.equal(await outcome(given), '＊＊＊ ');
});

test('what is followed is digested by the platform too', async (t) => {
  const guard = await createGuard({ packs: [pack], publicKeys: keys, host: memoryHost() });
  const asked = spied(t);
  const sent = newer.slice();
  const host = {
    async send() {
      // A host may use its buffer again.
      setTimeout(() => sent.fill(0), 0);
      return { status: 200, headers: {}, body: sent };
    },
    timer: () => () => {},
  };
  const following = followPolicies(guard, { urls: ['https://example.org/large.pack'], host });
  assert.equal(await following.check(), true);
  following.stop();
  assert.deepEqual(asked, [`SHA-512 of ${newer.length - TAIL}`]);
  assert.throws(() => guard.load([pack]), coded('pack/rollback'));
  await guard.dispose();
});
