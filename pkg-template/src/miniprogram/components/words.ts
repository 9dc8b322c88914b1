/** What the components say, in Chinese and English. What concerns time is said as in the browser's elements. */
import type { Words } from '../../elements/words.js';
import type { ComplaintCategory, UsageStatus } from '../../types.js';

export { duration, wordsFor } from '../../elements/words.js';

export interface ComponentWords {
  label: string;
  reasoning: string;
  report: string;
  stop: string;
  stopped: string;
  failed(code: string): string;
  reportTitle: string;
  reportIntro: string;
  reportCategory: string;
  categories: Readonly<Record<ComplaintCategory, string>>;
  reportText: string;
  preview: string;
  previewText: string;
  previewMessage: string;
  previewLocale: string;
  previewMore: string;
  record: string;
  none: string;
  send: string;
  sending: string;
  cancel: string;
  close: string;
  choose: string;
  notSent(code: string): string;
  receiptTitle: string;
  receiptId: string;
  receiptText: string;
}

const EN: ComponentWords = {
  label: 'AI-generated',
  reasoning: 'Thinking',
  report: 'Report',
  stop: 'Stop',
  stopped: 'Stopped.',
  failed: (code) => `The answer broke off (${code}).`,
  reportTitle: 'Report this answer',
  reportIntro: 'Your report goes to the provider of this service.',
  reportCategory: 'What is wrong with it?',
  categories: {
    illegal: 'Illegal content',
    harmful: 'Violent or harmful content',
    discrimination: 'Discrimination or insult',
    privacy: 'Someone’s private data',
    minor_safety: 'Not suitable for minors',
    inaccurate: 'Wrong or misleading',
    other: 'Something else',
  },
  reportText: 'In your own words (optional)',
  preview: 'This is what will be sent',
  previewText: 'Your words',
  previewMessage: 'Answer',
  previewLocale: 'Language',
  previewMore: 'The report also carries its own number, the time and the version of the filter. Neither the answer’s text nor your name is sent.',
  record: 'The record, word for word',
  none: '(none)',
  send: 'Send report',
  sending: 'Sending…',
  cancel: 'Cancel',
  close: 'Close',
  choose: 'Please choose what is wrong.',
  notSent: (code) => `The report could not be stored (${code}).`,
  receiptTitle: 'Thank you, your report is recorded',
  receiptId: 'Receipt number',
  receiptText: 'Quote this number in an enquiry. If you are offline, the report is sent as soon as you are back.',
};

const ZH: ComponentWords = {
  label: '内容由 AI 生成',
  reasoning: '思考过程',
  report: '举报',
  stop: '停止',
  stopped: '已停止。',
  failed: (code) => `回答中断（${code}）。`,
  reportTitle: '举报这段回答',
  reportIntro: '举报将提交给本服务的提供者。',
  reportCategory: '问题类型',
  categories: {
    illegal: '违法违规',
    harmful: '暴力或有害内容',
    discrimination: '歧视或侮辱',
    privacy: '泄露他人隐私',
    minor_safety: '不适合未成年人',
    inaccurate: '内容不实或误导',
    other: '其他问题',
  },
  reportText: '补充说明（可不填）',
  preview: '将要提交的内容',
  previewText: '说明',
  previewMessage: '回答编号',
  previewLocale: '语言',
  previewMore: '此外还包含举报编号、时间和过滤器版本；不包含回答原文，也不包含你的姓名。',
  record: '记录原文',
  none: '（无）',
  send: '提交举报',
  sending: '正在提交…',
  cancel: '取消',
  close: '关闭',
  choose: '请选择问题类型。',
  notSent: (code) => `举报未能保存（${code}）。`,
  receiptTitle: '已收到你的举报，谢谢',
  receiptId: '回执编号',
  receiptText: '查询进度时请提供此编号。若当前离线，联网后会自动提交。',
};

/** Chinese for any kind of Chinese, English for everything else. */
export function componentWords(locale: string): ComponentWords {
  return /^zh\b/i.test(locale) ? ZH : EN;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const DAYS = { 'zh-CN': ['星期日', '星期一', '星期二', '星期三', '星期四', '星期五', '星期六'], en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] };

/** An instant in the service's zone, without `Intl`, which is not on every client: today, on a weekday, or on a date. */
export function moment(words: Words, at: number, { now, zone }: Pick<UsageStatus, 'now' | 'zone'>): string {
  const offset = offsetOf(zone);
  const date = new Date(at + offset);
  const days = Math.floor((at + offset) / DAY_MS) - Math.floor((now + offset) / DAY_MS);
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  if (days === 0) return words.today(clock);
  const weekday = DAYS[words.lang][date.getUTCDay()] ?? '';
  return words.onDay(days < 7 ? weekday : `${weekday} ${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`, clock);
}

function two(number: number): string {
  return (number < 10 ? '0' : '') + number;
}

function offsetOf(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE_MS;
}
