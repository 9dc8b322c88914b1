/** What is kept about one subject: access and erasure, for administrators. */
import { byId, el } from '../../../src/dom.js';
import { announce } from '../announce.js';
import * as api from '../api.js';
import { confirmByTyping } from '../dialog.js';
import { documentOf } from '../document.js';
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
    void this.#panel.load(async (signal) => {
      try {
        return await api.subject(name, signal);
      } catch (error) {
        if (!(error instanceof api.Failure)) throw error;
        // A collector may erase without being able to list.
        if (error.code === 'route/method' || error.code === 'route/unknown') return 'unlisted';
        if (error.status === 404) return null;
        throw error;
      }
    }, (kept) => kept === null ? emptyState(say('subjectNone')) : this.#draw(name, kept));
  }

  close(): void {
    this.#panel.close();
  }

  #draw(name: string, kept: Record<string, unknown> | 'unlisted'): Node {
    const keep = el('button', { type: 'button', class: 'quiet', hidden: kept === 'unlisted' }, say('saveJson'));
    keep.addEventListener('click', () => save('tidegate-subject.json', new Blob([JSON.stringify(kept, null, 2)], { type: 'application/json' })));
    const erase = el('button', { type: 'button', class: 'danger' }, say('erase'));
    erase.addEventListener('click', () => confirmByTyping(say('eraseTitle'), say('eraseText'), name, say('erase'), () => this.#erase(name)));
    return el('section', { class: 'card' }, el('h2', {}, brief(say('subjectData', { subject: name }), 160)),
      el('p', { class: 'buttons' }, recordsLink(say('recordsOfSubject'), { subject: name }), keep, erase),
      kept === 'unlisted' ? el('p', { class: 'hint' }, say('subjectNoAccess')) : documentOf(kept));
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
