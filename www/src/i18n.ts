/** The page's words in Chinese and English, and the switch between them. */

import type { Locale } from './locale.js';

const EN = {
  demo: 'demo',
  skipToComposer: 'Skip to the message box',
  toolbar: 'Page tools',
  newChat: 'New chat',
  switchLanguage: '切换到中文 (switch to Chinese)',
  otherLanguage: '中文',
  toDark: 'Switch to dark',
  toLight: 'Switch to light',
  particulars: 'Service information',
  settings: 'Settings',
  conversation: 'Conversation',
  welcomeTitle: 'What would you like to know?',
  welcomeText: 'Every answer passes through a tide gate on this page before you see it. Some of these test it.',
  suggestions: 'Suggestions',
  jumpToLatest: 'Go to the latest message',
  composerLabel: 'Message',
  composerPlaceholder: 'Ask anything',
  composerHint: 'Enter sends, Shift and Enter begins a new line.',
  send: 'Send',
  stop: 'Stop the answer',
  aiLabel: 'AI-generated content',
  aiLabelMore: 'may be wrong; check what matters.',
  answerTag: 'AI-generated',
  you: 'You said',
  answer: 'Answer',
  thinking: 'The answer is on its way',
  thoughts: 'Thinking',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Copying failed',
  copyLabel: '[AI-generated content]',
  report: 'Report',
  retry: 'Try again',
  close: 'Close',
  cancel: 'Cancel',
  terminatedTitle: 'Answer stopped',
  retractedTitle: 'Answer withdrawn',
  noticeFallback: 'This answer was stopped under the content rules.',
  stoppedByUser: 'You stopped this answer.',
  closedMidAnswer: 'This answer ended because the service closed.',
  answerFailed: 'The answer could not be loaded ({code}).',
  inputBlocked: 'Your message was not sent: it contains something the content rules do not allow. You can change it and try again.',
  guardLoading: 'Loading the content rules…',
  guardReady: 'Guarded · {policy} r{revision}',
  guardFailed: 'The chat is closed because the content rules could not be loaded ({code}). Nothing is shown without them.',
  settingsIntro: 'This is a demo: in a product the provider states the age in a signed assertion.',
  language: 'Language',
  theme: 'Appearance',
  themeAuto: 'As the system',
  themeLight: 'Light',
  themeDark: 'Dark',
  age: 'Who is using the chat',
  ageAdult: 'An adult (18 or older)',
  age16: 'Aged 16',
  age14: 'Aged 14',
  ageUnknown: 'Not known (treated as a minor)',
  ageHint: 'Minors get the rules of {preset}: 1 or 2 hours a day, none from 22:00 to 6:00 (China time), a rest reminder every 30 minutes.',
  usedToday: 'Used today {used}',
  leftToday: '{left} left',
  usageLabel: 'Time used today',
  minorMode: 'Minors’ mode',
  remainingSoon: 'Nearly used up.',
  restTitle: 'Time for a break',
  restText: 'You have been here for {time} without a break. Look up, stretch, drink some water.',
  restDone: 'I’ll take a break',
  closedTitle: 'Closed for now',
  closed_curfew: 'It is night-time, and minors’ mode is closed at night.',
  closed_quota: 'Today’s time is used up.',
  closed_day: 'Minors’ mode is not open on this day.',
  closed_guardian: 'A guardian has closed the service.',
  closed_identity: 'The service cannot tell who is using it.',
  closed_clock: 'This device’s clock cannot be trusted at the moment.',
  closed_unknown: 'The service is closed under the rules for minors.',
  opensAt: 'Opens again by itself on {time}, China time.',
  opensIn: 'That is in {time}.',
  opensUnknown: 'It opens again by itself once the reason is gone.',
  usedTotal: 'Used today: {used}',
  reportTitle: 'Report this answer',
  reportIntro: 'Your report goes to the provider of this service.',
  reportCategory: 'What is wrong with it?',
  category_illegal: 'Illegal content',
  category_harmful: 'Violent or harmful content',
  category_discrimination: 'Discrimination or insult',
  category_privacy: 'Someone’s private data',
  category_minor_safety: 'Not suitable for minors',
  category_inaccurate: 'Wrong or misleading',
  category_other: 'Something else',
  reportText: 'In your own words (optional)',
  reportCount: '{count} of {max} characters',
  reportPreview: 'This is what will be sent',
  reportPreviewMore: 'The report also carries its own number, the time and the version of the filter. Neither the answer’s text nor your name is sent.',
  previewCategory: 'Category',
  previewText: 'Your words',
  previewMessage: 'Answer',
  previewLocale: 'Language',
  previewNone: '(none)',
  reportSend: 'Send report',
  reportSending: 'Sending…',
  reportChoose: 'Please choose what is wrong.',
  reportFailed: 'The report could not be stored ({code}).',
  receiptTitle: 'Thank you, your report is recorded',
  receiptText: 'Quote this number in an enquiry. If you are offline, the report is sent as soon as you are back.',
  receiptId: 'Receipt number',
  particularsLoading: 'Loading…',
  particularsFailed: 'The provider’s particulars could not be loaded ({code}).',
  particularsExample: 'These are example values: the demo has no real provider.',
  filingLookup: 'Look up this filing',
  factProvider: 'Provider',
  factService: 'Service',
  factModel: 'Model and filing',
  factAlgorithm: 'Algorithm filing',
  factUsers: 'For whom',
  factMinors: 'Minors’ mode',
  factComplaints: 'Complaints',
  factLabels: 'Labelling',
  factLinks: 'More',
  hours: '{h} h {m} min',
  wholeHours: '{h} h',
  minutes: '{m} min',
  moment: '{day} at {time}',
  lessThanMinute: 'less than a minute',
};

export type Key = keyof typeof EN;

const ZH: Record<Key, string> = {
  demo: '演示',
  skipToComposer: '跳到输入框',
  toolbar: '页面工具',
  newChat: '新对话',
  switchLanguage: 'Switch to English（切换到英文）',
  otherLanguage: 'EN',
  toDark: '切换到深色',
  toLight: '切换到浅色',
  particulars: '服务信息',
  settings: '设置',
  conversation: '对话',
  welcomeTitle: '想聊点什么？',
  welcomeText: '每一段回答都先经过本页的“潮门”，再显示给你。下面有些问题正是用来考它的。',
  suggestions: '试试这些问题',
  jumpToLatest: '回到最新消息',
  composerLabel: '消息',
  composerPlaceholder: '有问题，尽管问',
  composerHint: '按 Enter 发送，Shift 加 Enter 换行。',
  send: '发送',
  stop: '停止回答',
  aiLabel: '内容由 AI 生成',
  aiLabelMore: '可能有误，重要信息请核实。',
  answerTag: 'AI 生成',
  you: '你说',
  answer: '回答',
  thinking: '正在回答',
  thoughts: '思考过程',
  copy: '复制',
  copied: '已复制',
  copyFailed: '复制失败',
  copyLabel: '【内容由 AI 生成】',
  report: '举报',
  retry: '重试',
  close: '关闭',
  cancel: '取消',
  terminatedTitle: '回答已终止',
  retractedTitle: '回答已撤回',
  noticeFallback: '内容已按规定终止。',
  stoppedByUser: '你已停止这段回答。',
  closedMidAnswer: '服务时间已到，这段回答到此为止。',
  answerFailed: '回答加载失败（{code}）。',
  inputBlocked: '消息未发送：其中含有内容规则不允许的内容。你可以修改后再试。',
  guardLoading: '正在加载内容规则…',
  guardReady: '守护中 · {policy} r{revision}',
  guardFailed: '内容规则未能加载（{code}），对话已关闭。没有规则时不显示任何内容。',
  settingsIntro: '这里是演示：正式产品中，年龄由服务提供者以签名凭证告知。',
  language: '语言',
  theme: '外观',
  themeAuto: '跟随系统',
  themeLight: '浅色',
  themeDark: '深色',
  age: '谁在使用',
  ageAdult: '成年人（18 岁及以上）',
  age16: '16 岁',
  age14: '14 岁',
  ageUnknown: '未知（按未成年人处理）',
  ageHint: '未成年人适用 {preset}：每天 1 或 2 小时，22:00 至次日 6:00 关闭（北京时间），每 30 分钟提醒休息。',
  usedToday: '今日已用 {used}',
  leftToday: '剩余 {left}',
  usageLabel: '今日已用时间',
  minorMode: '未成年人模式',
  remainingSoon: '今天的时间快用完了。',
  restTitle: '休息一下吧',
  restText: '你已经连续使用了 {time}。抬头看看远处，活动一下，喝口水。',
  restDone: '好，去休息',
  closedTitle: '现在暂停使用',
  closed_curfew: '夜深了，未成年人模式在夜间关闭。',
  closed_quota: '今天的使用时间已经用完。',
  closed_day: '未成年人模式今天不开放。',
  closed_guardian: '监护人已关闭服务。',
  closed_identity: '暂时无法确认使用者身份。',
  closed_clock: '本机时钟暂时不可信。',
  closed_unknown: '服务按未成年人规则关闭。',
  opensAt: '将于{time}（北京时间）自动开放。',
  opensIn: '还有 {time}。',
  opensUnknown: '原因消除后会自动开放。',
  usedTotal: '今日已用：{used}',
  reportTitle: '举报这段回答',
  reportIntro: '举报将提交给本服务的提供者。',
  reportCategory: '问题类型',
  category_illegal: '违法违规',
  category_harmful: '暴力或有害内容',
  category_discrimination: '歧视或侮辱',
  category_privacy: '泄露他人隐私',
  category_minor_safety: '不适合未成年人',
  category_inaccurate: '内容不实或误导',
  category_other: '其他问题',
  reportText: '补充说明（可不填）',
  reportCount: '{count} / {max} 字',
  reportPreview: '将要提交的内容',
  reportPreviewMore: '此外还包含举报编号、时间和过滤器版本；不包含回答原文，也不包含你的姓名。',
  previewCategory: '类型',
  previewText: '说明',
  previewMessage: '回答编号',
  previewLocale: '语言',
  previewNone: '（无）',
  reportSend: '提交举报',
  reportSending: '正在提交…',
  reportChoose: '请选择问题类型。',
  reportFailed: '举报未能保存（{code}）。',
  receiptTitle: '已收到你的举报，谢谢',
  receiptText: '查询进度时请提供此编号。若当前离线，联网后会自动提交。',
  receiptId: '回执编号',
  particularsLoading: '正在加载…',
  particularsFailed: '服务信息未能加载（{code}）。',
  particularsExample: '以下为示例信息：演示没有真实的服务提供者。',
  filingLookup: '查询备案信息',
  factProvider: '服务提供者',
  factService: '服务名称',
  factModel: '模型名称与备案号',
  factAlgorithm: '算法备案号',
  factUsers: '适用人群',
  factMinors: '未成年人模式',
  factComplaints: '投诉举报',
  factLabels: '内容标识',
  factLinks: '相关协议',
  hours: '{h} 小时 {m} 分钟',
  wholeHours: '{h} 小时',
  minutes: '{m} 分钟',
  moment: '{day} {time}',
  lessThanMinute: '不到 1 分钟',
};

const WORDS: Record<Locale, Record<Key, string>> = { en: EN, 'zh-CN': ZH };

const MINUTE_MS = 60_000;
/** China Standard Time: the zone of every `cn_*` preset. */
const PRESET_ZONE = 'Asia/Shanghai';

let locale: Locale = 'zh-CN';

export function currentLocale(): Locale {
  return locale;
}

/** Sets the language of the page and rewrites every static text in it. */
export function setLocale(next: Locale): void {
  locale = next;
  document.documentElement.lang = next;
  translate(document);
}

/** The words for `key`, with `{name}` replaced by `values.name`. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return WORDS[locale][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Fills elements that carry `data-i18n` (text), `-label`, `-title` or `-placeholder`. */
export function translate(root: ParentNode): void {
  const fill = (attribute: string, set: (node: HTMLElement, words: string) => void): void => {
    for (const node of root.querySelectorAll<HTMLElement>(`[${attribute}]`)) {
      set(node, t(node.getAttribute(attribute) as Key));
    }
  };
  fill('data-i18n', (node, words) => { node.textContent = words; });
  fill('data-i18n-label', (node, words) => node.setAttribute('aria-label', words));
  fill('data-i18n-title', (node, words) => { node.title = words; });
  fill('data-i18n-placeholder', (node, words) => node.setAttribute('placeholder', words));
}

/** A duration in words, rounded down to minutes; `up` rounds up, for time to wait. */
export function duration(ms: number, up = false): string {
  const minutes = up ? Math.ceil(ms / MINUTE_MS) : Math.floor(ms / MINUTE_MS);
  if (minutes < 1) return t('lessThanMinute');
  const h = Math.floor(minutes / 60);
  const m = minutes % 60;
  if (h === 0) return t('minutes', { m });
  return m === 0 ? t('wholeHours', { h }) : t('hours', { h, m });
}

/** A moment as weekday and time of day in the presets' zone. */
export function moment(ms: number): string {
  const part = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: PRESET_ZONE }).format(ms);
  return t('moment', {
    day: part({ weekday: 'long' }), time: part({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  });
}
