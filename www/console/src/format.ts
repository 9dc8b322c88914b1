/** Numbers and times in the page's language, in the reader's own time zone. */
import { el } from '../../src/dom.js';
import { currentLocale } from '../../src/words.js';

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

export function count(value: number): string {
  return new Intl.NumberFormat(currentLocale()).format(value);
}

/** A share as a percentage. */
export function percent(share: number): string {
  return new Intl.NumberFormat(currentLocale(), { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** Date and time; a number that is no time is shown as it is. */
export function moment(ms: number): string {
  const at = new Date(ms);
  if (Number.isNaN(at.getTime())) return String(ms);
  return at.toLocaleString(currentLocale(), {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  });
}

export function timeOf(ms: number): HTMLElement {
  const at = new Date(ms);
  return Number.isNaN(at.getTime()) ? el('bdi', {}, String(ms)) : el('time', { datetime: at.toISOString() }, moment(ms));
}

/** Day, or day and hour, of a bucket; in UTC if the reader's days cannot be counted. */
export function bucketName(ms: number, bucket: 'hour' | 'day', isUtc: boolean): string {
  return new Date(ms).toLocaleString(currentLocale(), {
    month: '2-digit', day: '2-digit', ...isUtc && { timeZone: 'UTC' },
    ...bucket === 'hour' && { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
}

/** How far away a time is, in the largest unit that fits: "in 3 days", "2 hours ago". */
export function distance(ms: number, now: number): string {
  const away = ms - now;
  const format = new Intl.RelativeTimeFormat(currentLocale(), { numeric: 'auto' });
  if (Math.abs(away) >= DAY_MS) return format.format(Math.trunc(away / DAY_MS), 'day');
  if (Math.abs(away) >= HOUR_MS) return format.format(Math.trunc(away / HOUR_MS), 'hour');
  return format.format(Math.trunc(away / 60_000), 'minute');
}
