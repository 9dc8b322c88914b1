/** Files for the authority and for model correction. */
import { el } from '../../../src/dom.js';
import { announce } from '../announce.js';
import * as api from '../api.js';
import { timeOf } from '../format.js';
import { emptyState, reason } from '../panel.js';
import { periodFields, periodOf, type PeriodOptions } from '../period.js';
import { redraw } from '../redraw.js';
import { go, withFilters, type Place } from '../router.js';
import { save } from '../save.js';
import type { View } from '../view.js';
import { say } from '../words.js';

const PERIOD: PeriodOptions = { preset: '30d', all: false };
const ENDINGS = { authority: 'ndjson', correction: 'jsonl' } as const;

export class ExportsView implements View {
  readonly node = el('div');

  show(place: Place): void {
    if (!api.may('admin')) {
      this.node.replaceChildren(emptyState(say('adminsOnly')));
      return;
    }
    const period = periodOf(place.filters, PERIOD, Date.now()) ?? { from_ms: 0, to_ms: Date.now() };
    const bar = el('form', { class: 'filters', 'aria-label': say('filters') },
      ...periodFields(place.filters, PERIOD, (changes) => go(withFilters(place, changes))));
    redraw(this.node, el('p', { class: 'lead' }, say('exportsText')), bar,
      el('p', { class: 'quiet-text' }, timeOf(period.from_ms), ' – ', timeOf(period.to_ms)),
      el('div', { class: 'grid' }, ...api.EXPORTS.map((kind) => card(kind, period))));
  }

  close(): void {
    // A download that has begun is wanted, wherever the reader has gone.
  }
}

function card(kind: (typeof api.EXPORTS)[number], period: api.Period): HTMLElement {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const file = `tidegate-${kind}-${day(period.from_ms)}-${day(period.to_ms)}.${ENDINGS[kind]}`;
  const way = api.hasCookie()
    // The browser writes what arrives to the disk, however much it is.
    ? el('a', { class: 'button', href: api.exportAddress(kind, period), download: file, 'data-export': kind }, say('download'))
    : saveButton(kind, period, file);
  return el('section', { class: 'card' }, el('h2', {}, say(`export_${kind}`)), el('p', {}, say(`export_${kind}Text`)), way);
}

function saveButton(kind: (typeof api.EXPORTS)[number], period: api.Period, file: string): HTMLElement {
  const button = el('button', { type: 'button', 'data-export': kind }, say('download'));
  button.addEventListener('click', () => {
    button.disabled = true;
    void api.exported(kind, period).then((content) => {
      save(file, content);
      announce(say('downloaded', { file }));
    }, (error) => announce(reason(error), true)).finally(() => { button.disabled = false; });
  });
  return button;
}
