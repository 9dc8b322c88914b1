/** What users are told where a policy says nothing. */

/** The policy ended the message and has no notice of its own. */
export function endedNotice(locale: string): string {
  return isChinese(locale) ? '内容已按规定终止。' : 'This answer was stopped.';
}

/** The service closed while the message was written. */
export function closedNotice(locale: string): string {
  return isChinese(locale) ? '服务已关闭，开放后可以继续使用。' : 'The service has closed; it opens again by itself.';
}

/** The user left while the message was written. */
export function exitNotice(locale: string): string {
  return isChinese(locale) ? '对话已结束。' : 'The conversation has ended.';
}

function isChinese(locale: string): boolean {
  return /^zh\b/i.test(locale);
}
