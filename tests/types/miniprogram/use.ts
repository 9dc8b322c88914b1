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

/** As `textStream` of `wx.cloud.extend.AI`. */
export async function cloud(guard: tidegate.Guard, texts: AsyncIterable<string>): Promise<void> {
  await tidegate.guardTexts(guard, texts, { onText: () => {} }, { aborted: false });
  tidegate.touched();
  tidegate.miniHost().signal('input');
}

// @ts-expect-error there is no such platform
void tidegate.init({ platform: 'baidu' });
