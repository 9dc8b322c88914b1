/** Single keys for those who review hundreds of records; they can be switched off (WCAG 2.1.4). */
import { el } from '../../src/dom.js';
import { openDialog } from './dialog.js';
import { read, remember } from './settings.js';
import type { View } from './view.js';
import { say, type Word } from './words.js';

const LIST: [key: string, word: Word][] = [
  ['J', 'key_next'], ['K', 'key_previous'], ['U', 'key_uphold'], ['X', 'key_reject'], ['N', 'key_note'],
  ['Esc', 'key_close'], ['P', 'key_pause'], ['.', 'key_waiting'], ['1 … 8', 'key_views'], ['?', 'key_help'],
];

/** Keys that go on acting while they are held down; one that decides something acts once. */
const HELD = ['j', 'k'];

let areOn = read('shortcuts') !== 'off';

/** Hands keys to the view; `goTo` takes the place of a view in the menu, from 0. */
export function listen(view: () => View | undefined, goTo: (place: number) => void): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector('dialog[open]')) return;
    const field = (event.target as Element).closest('input, textarea, select');
    if (field) {
      if (event.key === 'Escape' && field instanceof HTMLElement) field.blur();
      return;
    }
    // Escape is no character key and stays.
    if (!areOn && event.key !== 'Escape') return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.repeat && !HELD.includes(key)) return;
    const act = view()?.keys?.[key];
    if (key === '?') showShortcuts();
    else if (/^[1-8]$/.test(key)) goTo(Number(key) - 1);
    else if (act) act();
    else return;
    event.preventDefault();
  });
}

export function showShortcuts(): void {
  const box = el('input', { type: 'checkbox', id: 'shortcuts-on' });
  box.checked = areOn;
  box.addEventListener('change', () => {
    areOn = box.checked;
    remember('shortcuts', areOn ? 'on' : 'off');
  });
  openDialog(say('help'),
    el('dl', { class: 'facts' }, ...LIST.flatMap(([key, word]) => [el('dt', {}, el('kbd', {}, key)), el('dd', {}, say(word))])),
    el('p', { class: 'hint' }, say('shortcutsText')),
    el('label', { class: 'check' }, box, say('shortcutsOn')));
}
