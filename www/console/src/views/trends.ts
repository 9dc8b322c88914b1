/** How often the guard acted, over time: by risk, rule, action and policy revision. */
import { el } from '../../../src/dom.js';
import * as api from '../api.js';
import type { Trend, TrendBy } from '../api-types.js';
import { wholeBuckets, withEmptyBuckets, zoneOf, type Zone } from '../buckets.js';
import { Chart } from '../chart.js';
import { DAY_MS } from '../format.js';
import { emptyState, Panel } from '../panel.js';
import { periodFields, periodOf, type PeriodOptions } from '../period.js';
import { redraw } from '../redraw.js';
import { go, href, withFilters, type Place } from '../router.js';
import type { View } from '../view.js';
import { nameOf, riskName } from '../vocabulary.js';
import { say } from '../words.js';

const PERIOD: PeriodOptions = { preset: '7d', all: false };
const KINDS: TrendBy[] = ['risk', 'rule', 'action', 'revision'];
/** Longest period in hours; the collector answers at most 800 buckets. */
const MAX_HOURS_MS = 31 * DAY_MS;

export class TrendsView implements View {
  readonly node = el('div');
  #charts: Chart[] = [];
  #panels: Panel[] = [];

  show(place: Place): void {
    this.close();
    const period = periodOf(place.filters, PERIOD, Date.now()) ?? { from_ms: 0, to_ms: Date.now() };
    const span = period.to_ms - period.from_ms;
    const wished = place.filters.get('bucket') ?? (span <= 2 * DAY_MS ? 'hour' : 'day');
    const bucket: Trend['bucket'] = wished === 'hour' && span <= MAX_HOURS_MS ? 'hour' : 'day';
    const zone = zoneOf(period);
    const buckets = wholeBuckets(period, bucket, zone);
    const cards = KINDS.map((by) => this.#card(by, buckets, bucket, zone, place));
    redraw(this.node, el('p', { class: 'lead' }, say(zone.isUtc ? 'trendsUtc' : 'trendsText')), bar(place, bucket, span), el('div', { class: 'grid' }, ...cards));
  }

  close(): void {
    for (const one of [...this.#charts, ...this.#panels]) one.close();
    this.#charts = [];
    this.#panels = [];
  }

  #card(by: TrendBy, period: api.Period, bucket: Trend['bucket'], zone: Zone, place: Place): HTMLElement {
    const panel = new Panel();
    this.#panels.push(panel);
    const title = say(`by_${by}`);
    void panel.load((signal) => api.trend(period, bucket, by, zone.offsetHours, signal), (trend) => {
      if (trend.keys.length === 0) return emptyState(say('noTrend'));
      const chart = new Chart(title, withEmptyBuckets(trend, period), zone.isUtc,
        { name: (key) => keyName(by, key), link: (key) => recordsOf(by, key, place) });
      this.#charts.push(chart);
      return chart.node;
    });
    return el('section', { class: 'card', 'aria-label': title }, el('h2', {}, title), panel.node);
  }
}

function bar(place: Place, bucket: Trend['bucket'], span: number): HTMLElement {
  const change = (changes: Record<string, string>): void => go(withFilters(place, changes));
  const steps = el('select', { name: 'bucket', disabled: span > MAX_HOURS_MS },
    ...(['day', 'hour'] as const).map((one) => el('option', { value: one }, say(`bucket_${one}`))));
  steps.value = bucket;
  steps.addEventListener('change', () => change({ bucket: steps.value }));
  return el('form', { class: 'filters', 'aria-label': say('filters') }, ...periodFields(place.filters, PERIOD, change),
    el('label', { class: 'field' }, el('span', {}, say('bucket')), steps));
}

function keyName(by: TrendBy, key: string): string {
  if (key === 'other') return say('otherKeys');
  if (by === 'risk') return riskName(key);
  if (by === 'action') return nameOf('action', key);
  return key;
}

/** The records behind a series, over the same period. */
function recordsOf(by: TrendBy, key: string, { filters }: Place): string | undefined {
  if (key === 'other') return undefined;
  const period = { span: filters.get('span') ?? (filters.has('from') || filters.has('to') ? '' : PERIOD.preset), from: filters.get('from') ?? '', to: filters.get('to') ?? '' };
  if (by !== 'revision') return href('records', [], { ...period, [by]: key });
  // The key of a revision is `policy@revision`, or the revision alone.
  const at = key.lastIndexOf('@');
  return href('records', [], { ...period, policy: at < 0 ? '' : key.slice(0, at), revision: key.slice(at + 1) });
}
