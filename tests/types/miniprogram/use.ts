/** `tidegate/miniprogram` as a mini-program in TypeScript uses it. */
import * as tidegate from 'tidegate/miniprogram';

async function start(pack: ArrayBuffer): Promise<tidegate.Guard> {
  await tidegate.init({ wasm: '/elsewhere/tidegate.wasm.br', random: async (length) => new Uint8Array(length) });
  return tidegate.createGuard({ packs: [new Uint8Array(pack)], publicKeys: ['key'], reports: { endpoint: 'https://a/v1/reports' } });
}

Page({
  data: { text: '', error: '' },
  guard: undefined as tidegate.Guard | undefined,
  chat: undefined as tidegate.Chat | undefined,
  async ask(pack: ArrayBuffer) {
    const guard = await start(pack);
    const feeder = tidegate.createFeeder((changes) => this.setData(changes), { frameMs: 100 });
    this.chat = tidegate.requestChat(guard, { url: 'https://a', body: { messages: [] }, timeout: 60_000 }, {
      onText: (text, channel, message) => feeder.append(channel, `${message satisfies string}${text}`),
      onEnd: ({ state, notice }) => this.setData({ text: state === 'retracted' ? notice ?? '' : this.data.text }),
      onError: ({ code }) => this.setData({ error: code }),
    });
    const socket = wx.connectSocket({ url: 'wss://a' });
    const guarded = tidegate.guardChat(guard, { onText: () => {} });
    socket.onMessage(({ data }) => (typeof data === 'string' ? guarded.event({ data }) : guarded.bytes(data)));
    socket.onClose(() => guarded.end());
    socket.onError(({ errMsg }) => guarded.fail(errMsg));
  },
  onUnload() {
    this.chat?.abort();
    void this.guard?.dispose();
  },
});

export async function cloud(guard: tidegate.Guard): Promise<void> {
  const model = wx.cloud.extend.AI.createModel('deepseek');
  const data = { model: 'deepseek-v3', messages: [{ role: 'user', content: '你好' }] };
  const { textStream, eventStream, abort } = await model.streamText({ data });
  await tidegate.guardTexts(guard, textStream, { onText: () => {}, onEnd: () => abort?.() }, { aborted: false });
  await tidegate.guardEvents(guard, eventStream, { onText: () => {} }, { aborted: false });
  // Base libraries whose answers are no async iterables call back.
  const chat = tidegate.guardChat(guard, { onText: () => {} });
  model.streamText({ data, onEvent: (event) => chat.event(event), onFinish: () => chat.end() }).catch((cause: unknown) => chat.fail(cause));
  tidegate.touched();
  tidegate.miniHost().signal('input');
}

// @ts-expect-error there is no such platform
void tidegate.init({ platform: 'baidu' });
