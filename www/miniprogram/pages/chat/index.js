/** The chat: questions and guarded answers. Only `tidegate-message` brings text of the model to the screen. */
const tidegate = require('tidegate');
const { createGuard } = require('../../session.js');
const { collector, model } = require('../../config.js');

/** Most messages of the conversation that go along with a question. */
const MAX_HISTORY = 20;

Component({
  data: { state: 'loading', code: '', items: [], draft: '', busy: false, notice: '', last: '' },
  methods: {
    onLoad() {
      this.history = [];
      return this.start();
    },

    onUnload() {
      if (this.guard) this.guard.dispose();
    },

    async start() {
      this.setData({ state: 'loading', code: '' });
      try {
        this.guard = await createGuard();
      } catch (error) {
        this.setData({ state: 'failed', code: error.code || error.message });
        return;
      }
      this.guard.usage.addEventListener('escalation', ({ detail }) => this.setData({ notice: detail.help }));
      this.selectComponent('#usage').watch(this.guard.usage);
      this.setData({ state: 'ready' });
    },

    /** Without it nobody is taken to be there, and no time is counted. */
    touched() {
      if (this.guard) tidegate.touched();
    },

    write({ detail }) {
      this.setData({ draft: detail.value });
    },

    ask() {
      const text = this.data.draft.trim();
      if (this.data.state !== 'ready' || this.data.busy || text === '') return;
      const at = this.data.items.length;
      this.history.push({ role: 'user', content: text });
      this.setData({
        [`items[${at}]`]: { id: at, role: 'user', text },
        [`items[${at + 1}]`]: { id: at + 1, role: 'answer' },
        draft: '', busy: true, notice: '', last: `m${at + 1}`,
      }, () => this.send(at + 1));
    },

    send(id) {
      const messages = this.history.slice(-MAX_HISTORY);
      try {
        this.selectComponent(`#m${id}`).ask(this.guard, { url: `${collector}/v1/chat/completions`, body: { model, stream: true, messages } });
      } catch (error) {
        // The user asked to stop, or the service is closed: the cover says so.
        this.setData({ busy: false, notice: error.code === 'usage/exit' ? '好的，已停止。' : error.message });
        this.history.pop();
      }
    },

    /** What was taken back does not go to the model again. */
    ended({ detail: { state, text } }) {
      if (state === 'retracted') this.history.pop();
      else if (text) this.history.push({ role: 'assistant', content: text });
      this.setData({ busy: false });
    },

    report({ detail: { message } }) {
      this.selectComponent('#report').open(this.guard.reports, message);
    },

    probe() {
      wx.navigateTo({ url: '/pages/probe/index' });
    },
  },
});
