/** The span of time that a view is about, in the address: `span=7d`, or `from` and `to` as local dates. */
import { el } from '../../src/dom.js';
import type { Period } from './api.js';
import { DAY_MS } from './format.js';
import { say, type Word } from './words.js';

const SPANS = { '24h': 1, '7d': 7, '30d': 30, '90d': 90 } as const;

export interface PeriodOptions {
  /** Span that is meant if the address names none; empty for all time. */
  preset: keyof typeof SPANS | '';
  /** Whether all time may be asked for. */
  all: boolean;
}

/** Midnight of a local date `2026-11-26`; nothing if it is none. */
function midnight(date: string | null): number | undefined {
  if (date === null || !/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  const at = new Date(`${date}T00:00:00`).getTime();
  return Number.isNaN(at) ? undefined : at;
}

/** The period that the address names; `undefined` for all time. The last day is within it. */
export function periodOf(filters: URLSearchParams, { preset }: PeriodOptions, now: number): Period | undefined {
  const from = midnight(filters.get('from'));
  const to = midnight(filters.get('to'));
  if (from !== undefined || to !== undefined) {
    const end = to === undefined ? now : new Date(to).setDate(new Date(to).getDate() + 1);
    // Where all time cannot be asked for, an end alone means the usual span before it.
    const start = preset === '' ? 0 : end - SPANS[preset] * DAY_MS;
    return { from_ms: from ?? start, to_ms: end };
  }
  const span = filters.get('span') ?? preset;
  if (!Object.hasOwn(SPANS, span)) return undefined;
  return { from_ms: now - SPANS[span as keyof typeof SPANS] * DAY_MS, to_ms: now };
}

/** Fields for the period; `change` is told what the address should say. */
export function periodFields(
  filters: URLSearchParams, { preset, all }: PeriodOptions, change: (changes: Record<string, string>) => void,
): HTMLElement[] {
  const from = filters.get('from') ?? '';
  const to = filters.get('to') ?? '';
  const isOwn = from !== '' || to !== '';
  const choice = el('select', { name: 'span' });
  if (all) choice.append(el('option', { value: '' }, say('allTime')));
  for (const span of Object.keys(SPANS)) choice.append(el('option', { value: span }, say(`span_${span}` as Word)));
  choice.append(el('option', { value: 'own' }, say('span_own')));
  choice.value = isOwn ? 'own' : filters.get('span') ?? preset;
  const dates = [['from', from], ['to', to]].map(([name = '', value = '']) => {
    const input = el('input', { type: 'date', name, value });
    input.addEventListener('change', () => change({ [name]: input.value, span: '' }));
    return el('label', { class: 'field', hidden: !isOwn }, el('span', {}, say(name as Word)), input);
  });
  choice.addEventListener('change', () => {
    if (choice.value === 'own') for (const date of dates) date.hidden = false;
    else change({ span: choice.value, from: '', to: '' });
  });
  return [el('label', { class: 'field' }, el('span', {}, say('period')), choice), ...dates];
}
