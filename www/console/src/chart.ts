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

export interface Series {
  key: string;
  /** Count of each bucket. */
  counts: number[];
  total: number;
}

/** The series of a trend, the largest first; those without a colour are summed up at the end. */
export function seriesOf({ keys, rows }: Trend): Series[] {
  const all = keys
    .map((key) => ({ key, counts: rows.map(({ counts }) => counts[key] ?? 0) }))
    .map(({ key, counts }) => ({ key, counts, total: counts.reduce((sum, one) => sum + one, 0) }))
    .filter(({ total }) => total > 0)
    .sort((a, b) => Number(a.key === 'other') - Number(b.key === 'other') || b.total - a.total);
  if (all.length <= COLOURS) return all;
  const rest = all.splice(COLOURS - 1);
  const counts = rows.map((_, place) => rest.reduce((sum, one) => sum + (one.counts[place] ?? 0), 0));
  return [...all, { key: 'other', counts, total: rest.reduce((sum, one) => sum + one.total, 0) }];
}

/** A chart that follows the width of its place and the theme. */
export class Chart {
  readonly node: HTMLElement;
  readonly #plot: uPlot;
  readonly #watch: ResizeObserver;
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)');
  readonly #theme = new MutationObserver(() => this.#repaint());
  readonly #repaint = (): void => this.#plot.redraw(true, true);

  constructor(title: string, trend: Trend, name: (key: string) => string, link: (key: string) => string | undefined) {
    const series = seriesOf(trend);
    const total = series.reduce((sum, one) => sum + one.total, 0);
    const place = el('div', { class: 'chart', role: 'img', 'aria-label': say('chartLabel', { title, total: count(total) }) });
    this.#plot = draw(place, trend, series, name);
    this.#watch = new ResizeObserver(() => this.#plot.setSize({ width: place.clientWidth, height: HEIGHT_PX }));
    this.#watch.observe(place);
    this.#theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    this.#scheme.addEventListener('change', this.#repaint);
    this.node = el('div', {}, place, legend(series, name, link), numbers(title, trend, series, name));
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

function draw(place: HTMLElement, { rows, bucket }: Trend, series: Series[], name: (key: string) => string): uPlot {
  // Each bar stands on those before it; the tallest is drawn first, behind.
  const heights: number[][] = [];
  for (const { counts } of series) heights.push(counts.map((value, at) => value + (heights.at(-1)?.[at] ?? 0)));
  const bars = uPlot.paths.bars?.({ size: [0.7, 40], align: 0 });
  const paint = (which: number) => () => colour(`--k${which}`);
  const axis = { stroke: () => colour('--ink-soft'), grid: { stroke: () => colour('--line'), width: 1 }, ticks: { show: false } };
  return new uPlot({
    width: 600, height: HEIGHT_PX,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: true, range: (_, min, max) => (min === max ? [min - 1, max + 1] : pad(min, max, rows.length)) }, y: { range: (_, __, max) => [0, Math.max(1, max * 1.05)] } },
    axes: [
      { ...axis, space: 70, values: (_, splits) => splits.map((at) => bucketName(at * 1_000, bucket)) },
      { ...axis, size: 60, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7], values: (_, splits) => splits.map(count) },
    ],
    series: [{}, ...series.map(({ key }, which) => ({
      label: name(key), fill: paint(which), stroke: paint(which), width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}),
    })).reverse()],
  }, [rows.map(({ at_ms }) => at_ms / 1_000), ...heights.reverse()], place);
}

/** Half a bucket on either side, so that the first and last bars are whole. */
function pad(min: number, max: number, buckets: number): [number, number] {
  const half = (max - min) / Math.max(1, buckets - 1) / 2;
  return [min - half, max + half];
}

function legend(series: Series[], name: (key: string) => string, link: (key: string) => string | undefined): HTMLElement {
  return el('ul', { class: 'legend' }, ...series.map(({ key, total }, which) => {
    const address = link(key);
    const words = brief(name(key), 48);
    return el('li', {}, el('span', { class: `swatch k${which}`, 'aria-hidden': 'true' }),
      address === undefined ? words : el('a', { href: address }, words), ' ', el('span', { class: 'quiet-text' }, count(total)));
  }));
}

function numbers(title: string, { rows, bucket }: Trend, series: Series[], name: (key: string) => string): HTMLElement {
  const shown = rows.map((row, at) => ({ row, at })).filter(({ at }) => series.some(({ counts }) => counts[at]))
    .reverse().slice(0, MAX_TABLE_ROWS);
  const { box } = table(title, [
    { head: say('time'), kind: 'main', cell: ({ row }) => bucketName(row.at_ms, bucket) },
    ...series.map(({ key, counts }) => ({ head: name(key), kind: 'number' as const, cell: ({ at }: { at: number }) => count(counts[at] ?? 0) })),
    { head: say('total'), kind: 'number', cell: ({ at }) => count(series.reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0)) },
  ], shown);
  return el('details', {}, el('summary', {}, say('asTable')), box);
}
