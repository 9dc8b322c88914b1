/** What is kept about one subject: access and erasure, for administrators. */
import { byId, el } from '../../../src/dom.js';
import { announce } from '../announce.js';
import * as api from '../api.js';
import type { Holdings } from '../api-types.js';
import { confirmByTyping } from '../dialog.js';
import { documentOf } from '../document.js';
import { count } from '../format.js';
import { emptyState, Panel, reason } from '../panel.js';
import { go, href, type Place } from '../router.js';
import { save } from '../save.js';
import { brief } from '../text.js';
import type { View } from '../view.js';
import { say } from '../words.js';
import { recordsLink } from './records.js';

export class SubjectsView implements View {
  readonly node = el('div');
  readonly #panel = new Panel();

  show(place: Place): void {
    const [name] = place.parts;
    if (!api.may('admin')) {
      this.node.replaceChildren(emptyState(say('adminsOnly')));
      return;
    }
    const field = el('input', { id: 'subject', value: name ?? '', maxlength: '256', autocomplete: 'off', spellcheck: 'false', required: true });
    const form = el('form', { class: 'filters', role: 'search' },
      el('label', { class: 'field', for: 'subject' }, el('span', {}, say('subjectField')), field), el('button', { type: 'submit' }, say('search')));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      go(href('subjects', [field.value.trim()]));
    });
    this.#panel.node.replaceChildren();
    this.node.replaceChildren(el('p', { class: 'lead' }, say('subjectsText')), form, this.#panel.node);
    if (name === undefined || name === '') return;
    void this.#panel.load((signal) => api.subject(name, signal), (kept) => (isEmpty(kept) ? emptyState(say('subjectNone')) : this.#draw(name, kept)));
  }

  close(): void {
    this.#panel.close();
  }

  #draw(name: string, { profile, usage, events, guardian, records, next }: Holdings): Node {
    const keep = el('button', { type: 'button', class: 'quiet' }, say('saveJson'));
    keep.addEventListener('click', () => { void this.#save(name, keep); });
    const erase = el('button', { type: 'button', class: 'danger' }, say('erase'));
    erase.addEventListener('click', () => confirmByTyping(say('eraseTitle'), say('eraseText'), name, say('erase'), () => this.#erase(name)));
    const many = next === null ? count(records.length) : `${count(records.length)}+`;
    return el('section', { class: 'card' }, el('h2', {}, brief(say('subjectData', { subject: name }), 160)),
      el('p', { class: 'buttons' }, recordsLink(say('recordsOfSubject', { count: many }), { subject: name }), keep, erase),
      documentOf({ profile, usage, events, guardian }));
  }

  async #save(name: string, button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    try {
      save('tidegate-subject.json', await api.subjectFile(name));
    } catch (error) {
      announce(reason(error), true);
    }
    button.disabled = false;
  }

  async #erase(name: string): Promise<void> {
    try {
      await api.eraseSubject(name);
      announce(say('erased'));
      this.#panel.node.replaceChildren(emptyState(say('erased')));
      byId('content').focus();
    } catch (error) {
      announce(reason(error), true);
    }
  }
}

function isEmpty({ profile, usage, events, guardian, records }: Holdings): boolean {
  return profile === null && usage === null && events.length === 0 && guardian.pin === null
    && guardian.sessions.length === 0 && records.length === 0;
}
