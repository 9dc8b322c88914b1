/**
 * Stacked bars over time (uPlot), with a legend of links and the numbers as a
 * table. Colours are the style sheet's, so that both themes are served.
 */
import uPlot from 'uplot';
import { el } from '../../src/dom.js';
import type { Trend } from './api-types.js';
import { bucketName, count } from './format.js';
import { table } from './table.js';
import { brief } from './text.js';
import { say } from './words.js';

/** Series with a colour of their own; the rest is one. */
const COLOURS = 8;
const HEIGHT_PX = 220;
/** Most rows of the table; hours of a month are not read one by one. */
const MAX_TABLE_ROWS = 200;

interface Series {
  key: string;
  /** Count of each bucket. */
  counts: number[];
  total: number;
}

/** How keys are called, and where their records are. */
interface Labels {
  name: (key: string) => string;
  link: (key: string) => string | undefined;
}

/** The series of a trend, the largest first; those without a colour are summed up at the end. */
function seriesOf({ keys, rows }: Trend): Series[] {
  // Keys were made by strangers: one may be called `constructor`.
  const countOf = (counts: Record<string, number>, key: string): number => (Object.hasOwn(counts, key) ? counts[key] ?? 0 : 0);
  const all = [...new Set([...keys, 'other'])]
    .map((key) => ({ key, counts: rows.map(({ counts }) => countOf(counts, key)) }))
    .map(({ key, counts }) => ({ key, counts, total: sum(counts) }))
    .filter(({ total }) => total > 0)
    .sort((a, b) => Number(a.key === 'other') - Number(b.key === 'other') || b.total - a.total);
  if (all.length <= COLOURS) return all;
  const rest = all.splice(COLOURS - 1);
  const counts = rows.map((_, place) => sum(rest.map((one) => one.counts[place] ?? 0)));
  return [...all, { key: 'other', counts, total: sum(counts) }];
}

function sum(values: number[]): number {
  return values.reduce((total, one) => total + one, 0);
}

/** A chart that follows the width of its place and the theme, and tells the numbers under the pointer. */
export class Chart {
  readonly node: HTMLElement;
  readonly #plot: uPlot;
  readonly #watch: ResizeObserver;
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)');
  readonly #theme = new MutationObserver(() => this.#repaint());
  readonly #repaint = (): void => this.#plot.redraw(true, true);

  constructor(title: string, trend: Trend, isUtc: boolean, labels: Labels) {
    const series = seriesOf(trend);
    const total = sum(series.map((one) => one.total));
    const bucketAt = (at: number): string => bucketName(trend.rows[at]?.at_ms ?? 0, trend.bucket, isUtc);
    const place = el('div', { class: 'chart', role: 'img', 'aria-label': say('chartLabel', { title, total: count(total) }) });
    const head = el('p', { class: 'readout' });
    const key = legend(series, labels);
    const tell = (at: number | null): void => {
      const shown = at === null ? total : sum(series.map(({ counts }) => counts[at] ?? 0));
      head.replaceChildren(el('span', {}, at === null ? say('total') : bucketAt(at)), ' ', el('strong', {}, count(shown)));
      key.tell(at);
    };
    tell(null);
    this.#plot = draw(place, trend, series, isUtc, tell);
    this.#watch = new ResizeObserver(() => this.#plot.setSize({ width: place.clientWidth, height: HEIGHT_PX }));
    this.#watch.observe(place);
    this.#theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    this.#scheme.addEventListener('change', this.#repaint);
    this.node = el('div', {}, head, place, key.node, numbers(title, trend, series, labels, bucketAt));
  }

  close(): void {
    this.#watch.disconnect();
    this.#theme.disconnect();
    this.#scheme.removeEventListener('change', this.#repaint);
    this.#plot.destroy();
  }
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Draws the bars; `tell` is told which bucket is under the pointer. */
function draw(
  place: HTMLElement, { rows, bucket }: Trend, series: Series[], isUtc: boolean, tell: (at: number | null) => void,
): uPlot {
  // Each bar stands on those before it; the tallest is drawn first, behind.
  const heights: number[][] = [];
  for (const { counts } of series) heights.push(counts.map((value, at) => value + (heights.at(-1)?.[at] ?? 0)));
  const bars = uPlot.paths.bars?.({ size: [0.7, 40], align: 0 });
  const paint = (which: number) => () => colour(`--k${which}`);
  const axis = { stroke: () => colour('--ink-soft'), grid: { stroke: () => colour('--line'), width: 1 }, ticks: { show: false } };
  return new uPlot({
    width: 600, height: HEIGHT_PX,
    tzDate: (s) => (isUtc ? uPlot.tzDate(new Date(s * 1_000), 'Etc/UTC') : new Date(s * 1_000)),
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false, setScale: false } },
    hooks: { setCursor: [({ cursor: { idx } }) => tell(idx ?? null)] },
    scales: { x: { time: true, range: (_, min, max) => withMargins(min, max, rows.length) }, y: { range: (_, __, max) => [0, Math.max(1, max * 1.05)] } },
    axes: [
      { ...axis, size: 34, space: 70, values: (_, splits) => splits.map((at) => bucketName(at * 1_000, bucket, isUtc)) },
      { ...axis, size: 52, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7], values: (_, splits) => splits.map(count) },
    ],
    series: [{}, ...series.map(({ key }, which) => ({
      label: key, fill: paint(which), stroke: paint(which), width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}),
    })).reverse()],
  }, [rows.map(({ at_ms }) => at_ms / 1_000), ...heights.reverse()], place);
}

/** Half a bucket on either side, so that the first and last bars are whole. */
function withMargins(min: number, max: number, buckets: number): [number, number] {
  const half = buckets < 2 ? 1 : (max - min) / (buckets - 1) / 2;
  return [min - half, max + half];
}

/** What the colours mean, with the totals or the counts of one bucket. */
function legend(series: Series[], { name, link }: Labels): { node: HTMLElement; tell: (at: number | null) => void } {
  const shown = series.map(() => el('span', { class: 'count' }));
  const node = el('ul', { class: 'legend' }, ...series.map(({ key }, which) => {
    const address = link(key);
    const words = brief(name(key), 48);
    return el('li', {}, el('span', { class: `swatch k${which}`, 'aria-hidden': 'true' }),
      address === undefined ? words : el('a', { href: address }, words), shown[which]);
  }));
  const tell = (at: number | null): void => series.forEach(({ counts, total }, which) => {
    shown[which]?.replaceChildren(count(at === null ? total : counts[at] ?? 0));
  });
  return { node, tell };
}

function numbers(title: string, { rows }: Trend, series: Series[], { name }: Labels, bucketAt: (at: number) => string): HTMLElement {
  const shown = rows.map((_, at) => at).filter((at) => series.some(({ counts }) => counts[at])).reverse().slice(0, MAX_TABLE_ROWS);
  const { box } = table<number>(title, [
    { head: say('time'), kind: 'main', cell: bucketAt },
    ...series.map(({ key, counts }) => ({ head: name(key), kind: 'number' as const, cell: (at: number) => count(counts[at] ?? 0) })),
    { head: say('total'), kind: 'number', cell: (at) => count(sum(series.map(({ counts }) => counts[at] ?? 0))) },
  ], shown);
  return el('details', {}, el('summary', {}, say('asTable')), box);
}
