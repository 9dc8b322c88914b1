/** The filters of the records view: fields ↔ address ↔ question. */
import { el } from '../../src/dom.js';
import type { RecordFilter } from './api.js';
import { periodFields, periodOf, type PeriodOptions } from './period.js';
import { go, href, withFilters, type Place } from './router.js';
import { ACTIONS, ESCALATIONS, KINDS, nameOf, REVIEWS, riskName } from './vocabulary.js';
import { say, type Word } from './words.js';

const PERIOD: PeriodOptions = { preset: '', all: true };
/** Fields with a fixed vocabulary. */
const CHOICES = { kind: KINDS, action: ACTIONS, review: REVIEWS, escalation: ESCALATIONS } as const;
/** Fields with a name that somebody chose. */
const NAMES = ['rule', 'policy', 'revision', 'channel', 'subject'] as const;
/** Those that are looked for every day; the others are folded away. */
const FIRST = ['kind', 'risk', 'action', 'review'] as const;
const FOLDED = ['escalation', ...NAMES] as const;
type Field = (typeof FIRST)[number] | (typeof FOLDED)[number];

/** Most characters of a name to look for; the collector refuses longer ones. */
const MAX_NAME = '128';

/** What to ask the collector for. */
export function questionOf(filters: URLSearchParams, now: number): RecordFilter {
  const question: RecordFilter = {};
  for (const field of [...FIRST, ...FOLDED]) {
    const value = filters.get(field)?.trim();
    if (value) question[field] = value;
  }
  // A revision is one of a policy; alone it means nothing, and finds nothing quickly.
  if (question.policy === undefined) delete question.revision;
  const period = periodOf(filters, PERIOD, now);
  if (period) {
    question.from_ms = String(period.from_ms);
    // A span that ends now goes on: what arrives later belongs to it too.
    if (filters.has('to')) question.to_ms = String(period.to_ms);
  }
  return question;
}

export function isFiltered(filters: URLSearchParams): boolean {
  return ['span', 'from', 'to', ...FIRST, ...FOLDED].some((field) => filters.get(field));
}

/** The bar of fields for a place; a change goes to another address, which the back button undoes. */
export function filterBar(place: Place): HTMLElement {
  const change = (changes: Record<string, string>): void => go(withFilters(place, changes));
  const folded = FOLDED.filter((field) => place.filters.get(field));
  const clear = el('button', { type: 'button', class: 'quiet', hidden: !isFiltered(place.filters) }, say('clearFilters'));
  clear.addEventListener('click', () => go(href(place.view)));
  return el('form', { class: 'filters', role: 'search', 'aria-label': say('filters') },
    ...periodFields(place.filters, PERIOD, change),
    ...FIRST.map((field) => fieldFor(field, place, change)),
    el('details', { open: folded.length > 0 }, el('summary', {}, say('moreFilters')),
      el('div', { class: 'filters' }, ...FOLDED.map((field) => fieldFor(field, place, change)))),
    clear);
}

function fieldFor(field: Field, place: Place, change: (changes: Record<string, string>) => void): HTMLElement {
  const value = place.filters.get(field) ?? '';
  const input = isName(field)
    ? el('input', { name: field, value, maxlength: MAX_NAME, autocomplete: 'off', spellcheck: 'false', inputmode: field === 'revision' ? 'numeric' : undefined, disabled: field === 'revision' && !place.filters.get('policy') })
    : choice(field, value);
  input.addEventListener('change', () => change({ [field]: input.value.trim() }));
  return el('label', { class: 'field' }, el('span', {}, say(field as Word)), input);
}

function isName(field: Field): field is (typeof NAMES)[number] {
  return (NAMES as readonly string[]).includes(field);
}

function choice(field: Exclude<Field, (typeof NAMES)[number]>, value: string): HTMLSelectElement {
  const select = el('select', { name: field }, el('option', { value: '' }, say('all')));
  const values: readonly string[] = field === 'risk' ? RISKS.map(({ id }) => id) : CHOICES[field];
  for (const one of values) {
    select.append(el('option', { value: one }, field === 'risk' ? riskName(one) : nameOf(field, one)));
  }
  // A risk of the provider's own, from a link.
  if (value !== '' && !values.includes(value)) select.append(el('option', { value }, value));
  select.value = value;
  return select;
}
