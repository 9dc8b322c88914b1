/** Packs that a worker has loaded, and guards that are made late. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Worker as Thread } from 'node:worker_threads';
import { LoadedPacks, compilePolicy, createGuard, init, lazyGuard, loadInWorker, memoryHost, publicKey, signPack } from 'tidegate';
import { trapIn } from './core-exports.mjs';
import { POLICY, coded, pack, run } from './support.mjs';

const SEED = new Uint8Array(32).fill(9);
const wasm = new WebAssembly.Module(await readFile(new URL('../../pkg/tidegate_bg.wasm', import.meta.url)));

/** A thread with the names of a page's worker. */
function workerOf(workerData) {
  const thread = new Thread(new URL('worker-thread.mjs', import.meta.url), { workerData });
  const worker = {
    isOver: false,
    addEventListener: (type, listen) => thread.on(type, (given) => listen(type === 'message' ? { data: given } : given)),
    postMessage: (message) => thread.postMessage(message),
    terminate() {
      worker.isOver = true;
      void thread.terminate();
    },
  };
  return worker;
}
const load = (packs, options) => loadInWorker(workerOf(), { packs, wasm, ...options });
const BENIGN = '请看好东西，就这样。';

// First, while nothing has started the core here.
test('a guard of loaded packs needs no init, and judges as one of bytes does', async () => {
  const child = `import { compilePolicy, init } from 'tidegate'; await init(); process.stdout.write(compilePolicy(${JSON.stringify(POLICY)}));`;
  const { execFileSync } = await import('node:child_process');
  const bytes = new Uint8Array(execFileSync(process.execPath, ['--input-type=module', '-e', child], { cwd: new URL('.', import.meta.url) }));
  const worker = workerOf();
  const packs = await loadInWorker(worker, { packs: [bytes], wasm });
  assert.ok(packs instanceof LoadedPacks);
  assert.ok(worker.isOver, 'the worker is ended');
  assert.ok(bytes.length > 0, 'what was given is still there');
  const guard = await createGuard({ packs, host: memoryHost() });
  await init();
  const plain = await createGuard({ packs: [bytes], host: memoryHost() });
  for (const text of ['去赌博网站看看', '好的终止词语更多', '好的撤回词语', '一个killswitch', '下注链接', BENIGN]) {
    for (const deltas of [[text], [...text]]) {
      assert.deepEqual(run(guard.message(), deltas), run(plain.message(), deltas), text);
    }
    assert.deepEqual(guard.check(text), plain.check(text));
  }
  await guard.dispose();
  await plain.dispose();
});

test('guards of the same loaded packs and of bytes live side by side, each with what it remembers', async () => {
  const packs = await load([await pack()]);
  const guards = [await createGuard({ packs, host: memoryHost() }), await createGuard({ packs, host: memoryHost() }), await createGuard({ packs: [await pack()], host: memoryHost() })];
  const open = guards.map((guard) => guard.message({ id: 'same' }));
  for (const message of open) assert.equal(message.push('去赌博').text, '去');
  open[0].push('终止词语');
  assert.deepEqual(guards.map((guard) => guard.message({ id: 'same' }).state), ['terminated', 'open', 'open']);
  for (const message of open.slice(1)) assert.equal(message.push('网站，').text + message.finish().text, '＊＊＊＊，');
  // A larger policy makes memories grow under the other's feet.
  const large = compilePolicy({ policy: POLICY.policy, revision: 4, rules: [{ id: 'new', risk: 'x_gambling', action: 'mask', terms: Array.from({ length: 5_000 }, (_, index) => `词条第${index}号`) }] });
  guards[0].load([large]);
  assert.equal(run(guards[0].message(), ['去词条第77号看']).text, '去＊＊＊＊＊＊看');
  assert.equal(run(guards[1].message(), ['去赌博网站看']).text, '去＊＊＊＊看');
  for (const guard of guards) await guard.dispose();
});

test('what createGuard would refuse, loading refuses, with the same code', async () => {
  const bytes = await pack();
  const signed = signPack(bytes, SEED);
  const publicKeys = [publicKey(SEED)];
  const damaged = Uint8Array.from(bytes);
  damaged[damaged.length >> 1] ^= 1;
  const options = [[{ packs: [damaged] }], [{ packs: [bytes], publicKeys }], [{ packs: [signed], publicKeys: [publicKey(SEED.map((byte) => byte + 1))] }], [{ packs: [new Uint8Array(9)] }]];
  for (const [given] of options) {
    const { code } = await createGuard(given).then(() => assert.fail(), (error) => error);
    await assert.rejects(load(given.packs, given), coded(code));
  }
  const packs = await load([signed], { publicKeys });
  await assert.rejects(createGuard({ packs, publicKeys }), coded('guard/options'));
  const guard = await createGuard({ packs, host: memoryHost() });
  assert.throws(() => guard.load([bytes]), coded('pack/unsigned'), 'the keys hold for what is loaded later');
  await guard.dispose();
  await assert.rejects(createGuard({ packs: new LoadedPacks() }), coded('guard/options'));
  await assert.rejects(load([]), coded('guard/no-policy'));
});

test('a worker that breaks, is silent or is of another build gives nothing', async () => {
  const packs = [await pack()];
  await assert.rejects(loadInWorker(workerOf({ breaks: true }), { packs, wasm }), coded('worker/failed'));
  const silent = workerOf({ isSilent: true });
  await assert.rejects(loadInWorker(silent, { packs, wasm, timeoutMs: 50 }), coded('worker/timeout'));
  assert.ok(silent.isOver);
  await assert.rejects(loadInWorker(workerOf({ build: 'another' }), { packs, wasm }), coded('worker/version'));
});

test('after a trap in its own instance a guard is closed, then judges again with its packs', async () => {
  const trap = trapIn('filtermessage_push');
  const guard = await createGuard({ packs: await load([await pack()]), host: memoryHost() });
  trap.restore();
  const message = guard.message();
  trap.next();
  assert.throws(() => message.push('去赌博网站'), coded('core/trap'));
  assert.equal(message.state, 'terminated');
  assert.equal(run(guard.message(), ['去赌博网站']).text, '去＊＊＊＊');
  await guard.dispose();
});

test('a lazy guard is made once, when it is needed, and again after a failure', async () => {
  let made = 0;
  let fails = true;
  const lazy = lazyGuard(async () => {
    made += 1;
    if (fails) throw new Error('no policy');
    return createGuard({ packs: [await pack()], host: memoryHost(), fetch: async () => Response.json({ text: '赌博网站' }) });
  });
  assert.equal(made, 0);
  const shown = (pieces) => Array.fromAsync?.(ReadableStream.from(pieces).pipeThrough(lazy.stream())) ?? collect(ReadableStream.from(pieces).pipeThrough(lazy.stream()));
  await assert.rejects(shown([BENIGN]), /no policy/);
  await assert.rejects(lazy.fetch('https://x.test'), /no policy/);
  assert.equal(made, 2);
  fails = false;
  const both = await Promise.all([shown(['去赌', '博网站']), lazy.fetch('https://x.test').then((answer) => answer.json()), lazy.ready()]);
  assert.deepEqual([both[0].join(''), both[1]], ['去＊＊＊＊', { text: '＊＊＊＊' }]);
  assert.equal(made, 3);
  const guard = await lazy.ready();
  await lazy.dispose();
  assert.throws(() => guard.message(), coded('guard/disposed'));
});

test('a lazy guard asks and shows nothing before it is there, and ends as the policy does', async () => {
  let give;
  let asked = 0;
  const lazy = lazyGuard(() => new Promise((resolve) => (give = resolve)));
  let isCancelled = false;
  const source = new ReadableStream({ pull: (controller) => controller.enqueue('好的终止词语'), cancel: () => void (isCancelled = true) }, { highWaterMark: 0 });
  const seen = [];
  const stream = source.pipeThrough(lazy.stream()).pipeTo(new WritableStream({ write: (text) => void seen.push(text) }));
  const answer = lazy.fetch('https://x.test');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([seen, asked], [[], 0]);
  give(await createGuard({ packs: [await pack()], host: memoryHost(), fetch: async () => (asked += 1, Response.json({})) }));
  await stream;
  await answer;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([seen.join(''), asked, isCancelled], ['好的', 1, true]);
  await lazy.dispose();
});

async function collect(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}
