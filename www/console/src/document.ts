/** A JSON document whose shape is not ours, as nested lists. */
import { el } from '../../src/dom.js';
import { currentLocale } from '../../src/words.js';
import { say } from './words.js';
import { timeOf } from './format.js';
import { outerLink, whole } from './text.js';
import { nameOf } from './vocabulary.js';

/** Levels that are shown as lists; deeper ones are shown as JSON. */
const MAX_DEPTH = 6;
/** Entries of one list that are shown. */
const MAX_ENTRIES = 200;

export function documentOf(value: unknown, depth = 0): Node {
  if (typeof value === 'string') return /^(https?|mailto):/.test(value) ? outerLink(value) : whole(value);
  if (typeof value === 'boolean') return whole(say(value ? 'yes' : 'no'));
  if (value === null || typeof value !== 'object' || depth >= MAX_DEPTH) return whole(value === null ? '—' : value);
  if (Array.isArray(value)) {
    const shown = value.slice(0, MAX_ENTRIES).map((one) => el('li', {}, documentOf(one, depth + 1)));
    if (value.length > MAX_ENTRIES) shown.push(el('li', {}, `… ${value.length - MAX_ENTRIES}`));
    return value.length === 0 ? document.createTextNode('—') : el('ul', { class: 'plain' }, ...shown);
  }
  const own = inLanguage(value as Record<string, unknown>);
  if (own !== undefined) return documentOf(own, depth + 1);
  const entries = Object.entries(value).slice(0, MAX_ENTRIES);
  return el('dl', { class: 'facts nested' }, ...entries.flatMap(([name, one]) => [
    el('dt', {}, el('bdi', {}, nameOf('field', name))), el('dd', {}, timeIn(name, one) ?? documentOf(one, depth + 1)),
  ]));
}

/** Names of times end in their unit. */
function timeIn(name: string, value: unknown): Node | undefined {
  if (typeof value !== 'number') return undefined;
  if (name.endsWith('_ms')) return timeOf(value);
  return name === 'changed_s' ? timeOf(value * 1_000) : undefined;
}

/** Text that is there in both languages, in that of the page. */
function inLanguage(value: Record<string, unknown>): unknown {
  const names = Object.keys(value);
  return names.length > 0 && names.every((name) => name === 'zh-CN' || name === 'en') ? value[currentLocale()] : undefined;
}
