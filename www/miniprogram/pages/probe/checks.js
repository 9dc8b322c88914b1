/**
 * What the tests of tidegate only emulate, tried where it matters. Each check gives a line of detail, and
 * throws when it fails.
 */
const tidegate = require('tidegate');
const { collector, model } = require('../../config.js');

const TEXT = '去潮汐暗号看看🎉';
const MASKED = '去＊＊＊＊看看🎉';
/** As long as a piece of an answer often is, UTF-16 units. */
const PIECE = '这是一段二十个字的普通文字用来测量速度的';
const PIECES = 200;
const STARTS_KEY = 'probe/starts';

function assert(condition, what) {
  if (!condition) throw new Error(what);
}

/** What the realm has besides what tidegate needs; only told. */
async function environment() {
  const { SDKVersion, platform, system, version } = wx.getAppBaseInfo ? Object.assign({}, wx.getDeviceInfo(), wx.getAppBaseInfo()) : wx.getSystemInfoSync();
  const found = [
    ['WXWebAssembly', typeof WXWebAssembly], ['TextDecoder', typeof TextDecoder], ['crypto', typeof crypto], ['URL', typeof URL],
    ['BigInt', typeof BigInt], ['globalThis', typeof globalThis], ['queueMicrotask', typeof queueMicrotask],
  ].filter(([, type]) => type !== 'undefined').map(([name]) => name);
  return `${platform} ${system}, client ${version}, base library ${SDKVersion}; has ${found.join(', ') || 'none of the others'}`;
}

async function starts() {
  const began = Date.now();
  await tidegate.init();
  return `${Date.now() - began} ms; a start that was done before takes none`;
}

async function withGuard(pack, run) {
  const guard = await tidegate.createGuard({ packs: [pack] });
  try {
    return run(guard);
  } finally {
    await guard.dispose();
  }
}

function masks(pack) {
  return withGuard(pack, (guard) => {
    for (let cut = 0; cut <= TEXT.length; cut += 1) {
      const message = guard.message();
      const shown = [TEXT.slice(0, cut), TEXT.slice(cut)].map((part) => message.push(part).text).join('') + message.finish().text;
      assert(shown === MASKED, `cut at ${cut} it shows ${shown}`);
    }
    return `${TEXT} is ${MASKED}, at every cut`;
  });
}

function isFast(pack) {
  return withGuard(pack, (guard) => {
    const message = guard.message();
    const began = Date.now();
    for (let piece = 0; piece < PIECES; piece += 1) message.push(PIECE);
    return `${((Date.now() - began) / PIECES).toFixed(3)} ms for ${PIECE.length} characters`;
  });
}

async function random() {
  const [one, two] = [tidegate.miniHost().random(32), tidegate.miniHost().random(32)].map((bytes) => Array.from(bytes).join());
  assert(one !== two, 'the same bytes came twice');
  return '32 bytes, twice, different';
}

async function stores() {
  const { store } = tidegate.miniHost();
  const bytes = Uint8Array.from({ length: 300 }, (_, at) => at % 256);
  await store.set('probe/bytes', bytes);
  const kept = await store.get('probe/bytes');
  assert(Array.from(kept || []).join() === Array.from(bytes).join(), 'what was read is not what was written');
  await store.delete('probe/bytes');
  assert(await store.get('probe/bytes') === undefined, 'what was deleted is still there');
  return '300 bytes written, read and deleted';
}

/** Close the mini-program, also from the list of recent ones, and come back: the number goes up. */
async function survives() {
  const { store } = tidegate.miniHost();
  const before = await store.get(STARTS_KEY);
  const count = (before ? before[0] : 0) % 255 + 1;
  await store.set(STARTS_KEY, Uint8Array.of(count));
  return `run ${count} since the storage was cleared`;
}

/** Whether answers come piece by piece. */
function streams() {
  return new Promise((resolve, reject) => {
    const times = [];
    const began = Date.now();
    const task = wx.request({
      url: `${collector}/v1/chat/completions`, method: 'POST', enableChunked: true, responseType: 'arraybuffer', dataType: 'text',
      header: { 'content-type': 'application/json' },
      data: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: '你好' }] }),
      success: () => (times.length > 1
        ? resolve(`${times.length} pieces, the first after ${times[0]} ms, the last after ${times[times.length - 1]} ms`)
        : reject(new Error(`the answer came in ${times.length} pieces: this client does not stream, answers are shown whole`))),
      fail: ({ errMsg }) => reject(new Error(errMsg)),
    });
    if (task.onChunkReceived) task.onChunkReceived(() => times.push(Date.now() - began));
  });
}

module.exports = [
  { name: 'environment', run: environment },
  { name: 'the core starts', run: starts },
  { name: 'a term is masked', run: masks },
  { name: 'pieces take', run: isFast },
  { name: 'random bytes', run: random },
  { name: 'the storage keeps bytes', run: stores },
  { name: 'the storage survives', run: survives },
  { name: 'answers stream', run: streams },
];
