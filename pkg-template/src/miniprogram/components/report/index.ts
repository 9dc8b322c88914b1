/**
 * The sheet for complaints: what is wrong, the user's own words, exactly what is
 * sent, and a receipt. `open(guard.reports, message?)` shows it; `message` is the
 * id that `tidegate-message` gave with its event `report`.
 * Events: `receipt` (`{ id }`), `close`.
 */
import type { Complaint, ComplaintCategory, Reports } from '../../../types.js';
import { componentWords } from '../words.js';

/** Longest complaint, in UTF-16 units. */
const MAX_TEXT_UNITS = 2_000;

const CATEGORIES: ComplaintCategory[] = ['illegal', 'harmful', 'discrimination', 'privacy', 'minor_safety', 'inaccurate', 'other'];

interface About {
  reports: Reports;
  message: string | undefined;
}

const aboutOf = new WeakMap<object, About>();

const EMPTY = { category: '', categoryName: '', text: '', trimmed: '', message: '', record: '', error: '', receipt: '', isSending: false };

Component({
  properties: {
    /** BCP 47. */
    locale: { type: String, value: 'zh-CN' },
  },
  data: {
    isOpen: false,
    words: componentWords('zh-CN'),
    categories: choices('zh-CN'),
    max: MAX_TEXT_UNITS,
    ...EMPTY,
  },
  observers: {
    locale(locale: string) {
      this.setData({ words: componentWords(locale), categories: choices(locale) });
    },
  },
  methods: {
    open(reports: Reports, message?: string): void {
      aboutOf.set(this, { reports, message });
      this.setData({ ...EMPTY, isOpen: true, message: message ?? '' });
    },

    close(): void {
      aboutOf.delete(this);
      this.setData({ isOpen: false });
      this.triggerEvent('close');
    },

    choose({ detail: { value } }: WechatMiniprogram.RadioGroupChange): void {
      const chosen = this.data.categories.find((choice) => choice.value === value);
      this.setData({ category: value, categoryName: chosen?.name ?? '', error: '' });
      this._preview();
    },

    write({ detail: { value } }: WechatMiniprogram.TextareaInput): void {
      const text = value.slice(0, MAX_TEXT_UNITS);
      this.setData({ text, trimmed: text.trim() });
      this._preview();
    },

    async send(): Promise<void> {
      const { category, trimmed, words, isSending } = this.data;
      const about = aboutOf.get(this);
      if (!about || isSending) return;
      if (category === '') {
        this.setData({ error: words.choose });
        return;
      }
      const complaint = complaintOf(about, category, trimmed);
      this.setData({ isSending: true, error: '' });
      let receipt = '';
      let error = '';
      try {
        receipt = (await about.reports.submit(complaint)).id;
      } catch (thrown) {
        error = words.notSent(String(Object(thrown).code ?? 'report'));
      }
      // Closed or opened for another answer meanwhile.
      if (aboutOf.get(this) !== about) return;
      this.setData({ isSending: false, receipt, error });
      if (receipt !== '') this.triggerEvent('receipt', { id: receipt });
    },

    /** What would be sent now, word for word. */
    _preview(): void {
      const { category, trimmed } = this.data;
      const about = aboutOf.get(this);
      if (!about || category === '') return;
      let record = '';
      try {
        record = JSON.stringify(about.reports.preview(complaintOf(about, category, trimmed)), null, 2);
      } catch { /* Sending it will say why. */ }
      this.setData({ record });
    },

    /** Keeps touches from the page below. */
    block(): void {},
  },
});

function complaintOf({ message }: About, category: string, text: string): Complaint {
  return { category: category as ComplaintCategory, ...(message === undefined ? {} : { message }), ...(text === '' ? {} : { text }) };
}

function choices(locale: string): { value: ComplaintCategory; name: string }[] {
  const { categories } = componentWords(locale);
  return CATEGORIES.map((value) => ({ value, name: categories[value] }));
}
