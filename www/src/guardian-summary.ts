/** What was used and what happened, in tables and bars. */
import type { Summary } from './guardian-api.js';
import { duration, isWord, say, type Word } from './guardian-words.js';
import { byId, el } from './dom.js';
import { currentLocale } from './words.js';

export function showSummary(summary: Summary): void {
  const { claims, days, zone } = summary;
  byId('claims').textContent = [
    claims.age !== undefined ? say('claimsAge', { age: claims.age })
      : claims.age_band !== undefined ? say('claimsBand', { age: claims.age_band }) : say('claimsUnknown'),
    claims.presets?.length ? say('claimsPresets', { presets: claims.presets.join(', ') }) : '',
  ].join(' ').trim();
  showFigures(days);
  showDays(days);
  byId('zone-note').textContent = say('zoneNote', { zone });
  byId('curfew-hint').textContent = say('curfewHint', { zone });
  showEvents(summary);
}

function showFigures(days: Summary['days']): void {
  const sum = days.reduce((total, { used_ms }) => total + used_ms, 0);
  const figures: [string, number][] = [
    [say('usedToday'), days.at(-1)?.used_ms ?? 0],
    [say('usedSpan', { days: days.length }), sum],
    [say('average'), days.length === 0 ? 0 : sum / days.length],
  ];
  byId('figures').replaceChildren(...figures.map(([name, ms]) =>
    el('div', {}, el('dt', {}, name), el('dd', {}, spent(ms)))));
}

/** The newest day first. The bar repeats the number next to it, so it is not read out. */
function showDays(days: Summary['days']): void {
  const most = Math.max(1, ...days.map(({ used_ms }) => used_ms));
  const date = new Intl.DateTimeFormat(currentLocale(), { month: 'short', day: 'numeric', weekday: 'short', timeZone: 'UTC' });
  const rows = [...days].reverse().map(({ day, used_ms, closings, reminders }, place) => {
    const name = date.format(Date.parse(`${day}T00:00:00Z`));
    return el('tr', {},
      el('th', { scope: 'row' }, el('time', { datetime: day }, place === 0 ? `${name} (${say('today')})` : name)),
      el('td', {}, el('div', { class: used_ms === 0 ? 'bar none' : 'bar' }, el('span', {}, spent(used_ms)),
        el('progress', { max: String(most), value: String(used_ms), 'aria-hidden': 'true' }))),
      count(closings), count(reminders));
  });
  byId('days').replaceChildren(...rows);
}

function count(number: number): HTMLElement {
  return el('td', { class: number === 0 ? 'number none' : 'number' }, String(number));
}

function spent(ms: number): string {
  return ms <= 0 ? say('noTime') : duration(ms);
}

function showEvents({ closings, reminders, exits, crises, reports }: Summary): void {
  const rows: [string, number][] = [
    ...named('closed', closings), ...named('reminder', reminders),
    [say('exits'), exits], [say('crises'), crises],
  ];
  list('events', rows.filter(([, times]) => times > 0));
  list('reports', reports.map(({ risk, count: times, name }) => [name?.[currentLocale()] ?? risk, times]));
}

/** Reasons that this page has no words for are counted together. */
function named(kind: 'closed' | 'reminder', counts: Record<string, number>): [string, number][] {
  const rows = new Map<Word, number>();
  for (const [reason, times] of Object.entries(counts)) {
    const name = `${kind}_${reason}`;
    const word = isWord(name) ? name : `${kind}_other` as const;
    rows.set(word, (rows.get(word) ?? 0) + times);
  }
  return [...rows].map(([word, times]) => [say(word), times]);
}

function list(id: string, rows: [string, number][]): void {
  byId(id).replaceChildren(...rows.length === 0 ? [el('dt', {}, say('nothing'))]
    : rows.flatMap(([name, times]) => [el('dt', {}, name), el('dd', {}, say('times', { count: times }))]));
}
