/** Runs the checks on the device that shows it; the result can be copied into an issue. */
const tidegate = require('tidegate');
const checks = require('./checks.js');
const packText = require('./pack.js');

Component({
  data: { results: [], lifecycle: 'not yet: hide the mini-program for a minute and return', done: false },
  methods: {
    async onLoad() {
      const pack = new Uint8Array(wx.base64ToArrayBuffer(packText));
      this.setData({ results: checks.map(({ name }) => ({ name, state: 'running', detail: '' })) });
      for (let at = 0; at < checks.length; at += 1) {
        let result;
        try {
          result = { state: 'ok', detail: await checks[at].run(pack) };
        } catch (error) {
          result = { state: 'failed', detail: error.message };
        }
        this.setData({ [`results[${at}].state`]: result.state, [`results[${at}].detail`]: result.detail });
      }
      this.listen();
      this.setData({ done: true });
    },

    /** Time must stand while the mini-program is hidden. */
    listen() {
      const host = tidegate.miniHost();
      let hidden;
      this.stop = host.signals((signal) => {
        if (signal === 'hidden') hidden = { wall: host.now(), own: host.monotonic() };
        if (signal !== 'visible' || !hidden) return;
        const [wall, own] = [host.now() - hidden.wall, host.monotonic() - hidden.own];
        this.setData({ lifecycle: `hidden for ${wall} ms, of which the clock of used time counted ${own}` });
      });
    },

    onUnload() {
      if (this.stop) this.stop();
    },

    copy() {
      const lines = this.data.results.map(({ name, state, detail }) => `${state}: ${name}: ${detail}`);
      wx.setClipboardData({ data: lines.concat(`lifecycle: ${this.data.lifecycle}`).join('\n') });
    },
  },
});
