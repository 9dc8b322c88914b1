/**
 * One answer of the model, guarded: it sends the request itself, so nothing can
 * come to the screen beside the guard. What may be shown reaches the view at most
 * once in a frame interval.
 *
 * `ask(guard, request)` or `show(guard, texts)` starts it, once; `stop()` is the user's.
 * Events: `end` (`{ state, text, message }`, also with state `failed`, then with `code`) and
 * `report` (`{ message }`).
 */
import { createFeeder, guardTexts, requestChat, type Chat, type ChatEnd, type ChatHandlers, type ChatRequest, type Feeder, type Guard, type GuardError } from '../../index.js';
import { componentWords } from '../words.js';

/** What is not shown, so it does not cross to the view. */
interface Parts {
  feeder?: Feeder;
  chat?: Pick<Chat, 'abort'>;
  /** Id of the message, for a complaint. */
  message?: string;
  text: string;
  isStopped: boolean;
}

const partsOf = new WeakMap<object, Parts>();

Component({
  properties: {
    /** BCP 47. */
    locale: { type: String, value: 'zh-CN' },
    /** An answer that was shown before, from the product's history. */
    text: { type: String, value: '' },
  },
  data: {
    /** `idle`, `open`, `failed`, or how the answer ended. */
    state: 'idle',
    content: '',
    reasoning: '',
    note: '',
    words: componentWords('zh-CN'),
  },
  observers: {
    locale(locale: string) {
      this.setData({ words: componentWords(locale) });
    },
    text(text: string) {
      if (text !== '' && this.data.state === 'idle') this.setData({ content: text, state: 'finished' });
    },
  },
  lifetimes: {
    detached() {
      const parts = partsOf.get(this);
      parts?.feeder?.stop();
      parts?.chat?.abort();
      partsOf.delete(this);
    },
  },
  methods: {
    /** Sends a chat completion request and shows its answer. Throws as `requestChat` does, then nothing was started. */
    ask(guard: Guard, request: ChatRequest): void {
      this._start((handlers) => requestChat(guard, request, handlers));
    },

    /** Shows texts of another source, such as the `textStream` of `wx.cloud.extend.AI`. */
    show(guard: Guard, texts: AsyncIterable<string>): void {
      this._start((handlers) => {
        const stop = { aborted: false };
        void guardTexts(guard, texts, handlers, stop);
        return {
          abort: () => {
            stop.aborted = true;
            this._end({ state: 'incomplete' });
          },
        };
      });
    },

    /** The user does not want it any more. */
    stop(): void {
      partsOf.get(this)?.chat?.abort();
    },

    report(): void {
      this.triggerEvent('report', { message: partsOf.get(this)?.message });
    },

    _start(begin: (handlers: ChatHandlers) => Pick<Chat, 'abort'>): void {
      const feeder = createFeeder((changes) => this.setData(changes));
      const parts: Parts = { feeder, text: '', isStopped: false };
      partsOf.set(this, parts);
      const chat = begin({
        onText: (text, channel, message) => {
          if (parts.isStopped) return;
          parts.message = message;
          if (channel === 'text') parts.text += text;
          feeder.append(channel === 'text' ? 'content' : 'reasoning', text);
        },
        onEnd: (end) => this._end(end),
        onError: (error) => this._fail(error),
      });
      parts.chat = chat;
      // It may be over already.
      if (!parts.isStopped) this.setData({ state: 'open', note: '' });
    },

    _end({ state, notice = '' }: ChatEnd): void {
      const note = state === 'incomplete' ? this.data.words.stopped : notice;
      // Retracted: what was shown is taken back, the notice stands in its place.
      this._settle(state, note, state === 'retracted' ? { content: '', reasoning: '' } : {});
    },

    _fail(error: GuardError): void {
      this._settle('failed', this.data.words.failed(error.code), {}, error.code);
    },

    _settle(state: string, note: string, changes: object, code?: string): void {
      const parts = partsOf.get(this);
      if (!parts || parts.isStopped) return;
      parts.isStopped = true;
      parts.feeder?.flush();
      parts.feeder?.stop();
      const text = state === 'retracted' ? '' : parts.text;
      this.setData({ state, note, ...changes });
      this.triggerEvent('end', { state, text, message: parts.message, ...(code === undefined ? {} : { code }) });
    },
  },
});
