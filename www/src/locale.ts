/** The languages of the page. */
export type Locale = 'zh-CN' | 'en';

/** The page's locale for a BCP 47 tag: Chinese of any kind, otherwise English. */
export function toLocale(tag: string): Locale {
  return tag.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}
