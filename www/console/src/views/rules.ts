/** Precision of each rule, the bad ones on top; and one rule by itself. */
import { el } from '../../../src/dom.js';
import * as api from '../api.js';
import type { RuleStats } from '../api-types.js';
import { count, percent } from '../format.js';
import { emptyState, Panel } from '../panel.js';
import { periodFields, periodOf, type PeriodOptions } from '../period.js';
import { redraw } from '../redraw.js';
import { go, href, withFilters, type Place } from '../router.js';
import { table, type Column } from '../table.js';
import { brief } from '../text.js';
import type { View } from '../view.js';
import { riskName } from '../vocabulary.js';
import { say } from '../words.js';
import { recordsLink } from './records.js';
import { RuleTextCard } from './rule-text.js';

const PERIOD: PeriodOptions = { preset: '30d', all: false };
const SVG = 'http://www.w3.org/2000/svg';
const BAR = { width: 120, height: 14 } as const;

/** The rule that is bad for certain first: the one whose interval ends lowest. Those never reviewed come last. */
function worstFirst(rules: RuleStats[]): RuleStats[] {
  const high = (rule: RuleStats): number => (rule.precision === null ? 2 : rule.high ?? rule.precision);
  return [...rules].sort((a, b) => high(a) - high(b) || b.hits - a.hits);
}

export class RulesView implements View {
  readonly node = el('div');
  readonly #panel = new Panel();
  readonly #text = new RuleTextCard();

  show(place: Place): void {
    const [policy, rule] = place.parts;
    const revision = place.filters.get('revision');
    const period = periodOf(place.filters, PERIOD, Date.now()) ?? { from_ms: 0, to_ms: Date.now() };
    const isOne = policy !== undefined && rule !== undefined;
    const bar = el('form', { class: 'filters', 'aria-label': say('filters') },
      ...periodFields(place.filters, PERIOD, (changes) => go(withFilters(place, changes))));
    this.#panel.node.replaceChildren();
    const head = isOne ? [ruleHead(policy, rule), ...revision ? [this.#text.node] : []] : [el('p', { class: 'lead' }, say('rulesText'))];
    redraw(this.node, ...head, bar, this.#panel.node);
    if (isOne && revision) this.#text.show(policy, revision, rule);
    void this.#panel.load((signal) => api.ruleStats(period, signal), (all) => {
      const rules = worstFirst(isOne ? all.filter((one) => one.policy === policy && one.rule === rule) : all);
      if (rules.length === 0) return emptyState(say(isOne ? 'ruleGone' : 'noRules'));
      return table(say('rulesCaption'), columns(place.filters), rules).box;
    });
  }

  close(): void {
    this.#panel.close();
    this.#text.close();
  }
}

function ruleHead(policy: string, rule: string): HTMLElement {
  const of = { policy, rule };
  return el('section', { class: 'card' },
    el('h2', {}, brief(say('ruleTitle', { rule }), 120)),
    el('p', { class: 'buttons' },
      recordsLink(say('ruleOpen'), { ...of, review: 'none' }), recordsLink(say('ruleRejected'), { ...of, review: 'rejected' }),
      recordsLink(say('ruleAll'), of)),
    el('p', { class: 'hint' }, say('ruleHelp')));
}

/** Where a rule of a revision is, for the same period. */
function ruleLink({ policy, rule, revision }: RuleStats, period: URLSearchParams): string {
  const filters = new URLSearchParams(period);
  filters.set('revision', String(revision));
  return href('rules', [policy, rule], filters);
}

function columns(period: URLSearchParams): Column<RuleStats>[] {
  const records = (stats: RuleStats, review: string, value: number): Node | string => {
    const { policy, rule } = stats;
    const filters = { policy, rule, revision: String(stats.revision), review, span: period.get('span') ?? PERIOD.preset, from: period.get('from') ?? '', to: period.get('to') ?? '' };
    if (filters.from !== '' || filters.to !== '') filters.span = '';
    return value === 0 ? '0' : recordsLink(count(value), filters);
  };
  return [
    { head: say('rule'), kind: 'main', cell: (stats) => el('a', { href: ruleLink(stats, period) }, brief(stats.rule)) },
    { head: say('risk'), cell: (stats) => brief(riskName(stats.risk)) },
    { head: say('policy'), cell: (stats) => brief(say('policyRevision', { policy: stats.policy, revision: stats.revision })) },
    { head: say('hits'), kind: 'number', cell: (stats) => records(stats, '', stats.hits) },
    { head: say('upheld'), kind: 'number', cell: (stats) => records(stats, 'upheld', stats.upheld) },
    { head: say('rejected'), kind: 'number', cell: (stats) => records(stats, 'rejected', stats.rejected) },
    { head: say('precision'), cell: precision },
  ];
}

function precision({ precision: share, low, high }: RuleStats): HTMLElement {
  if (share === null) return el('span', { class: 'quiet-text' }, say('notMeasured'));
  return el('span', { class: 'precision' }, interval(share, low ?? share, high ?? share),
    el('strong', {}, percent(share)), ' ', el('span', { class: 'quiet-text' }, say('precisionRange', { low: percent(low ?? share), high: percent(high ?? share) })));
}

/** The interval as a bar on the line from 0 to 1, the share as a mark on it. */
function interval(share: number, low: number, high: number): SVGSVGElement {
  const make = (tag: string, attributes: Record<string, string | number>): SVGElement => {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
    return node;
  };
  const svg = make('svg', { viewBox: `0 0 ${BAR.width} ${BAR.height}`, width: BAR.width, height: BAR.height, class: 'interval', 'aria-hidden': 'true' }) as SVGSVGElement;
  const x = (value: number): number => Math.min(1, Math.max(0, value)) * BAR.width;
  svg.append(
    make('rect', { x: 0, y: 5, width: BAR.width, height: 4, class: 'line' }),
    make('rect', { x: x(low), y: 3, width: Math.max(2, x(high) - x(low)), height: 8, class: 'range' }),
    make('rect', { x: Math.max(0, x(share) - 1.5), y: 0, width: 3, height: BAR.height, class: 'mark' }));
  return svg;
}
