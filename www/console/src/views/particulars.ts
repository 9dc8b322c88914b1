/** What the service publishes about itself. */
import { el } from '../../../src/dom.js';
import * as api from '../api.js';
import { documentOf } from '../document.js';
import { Panel } from '../panel.js';
import type { View } from '../view.js';
import { say } from '../words.js';

/** What is read first. The collector's document has no order. */
const FIRST = ['provider', 'service', 'models', 'algorithms', 'users', 'minor_mode', 'labels', 'complaints', 'complaint_days', 'links'];

function inOrder(document: Record<string, unknown>): Record<string, unknown> {
  const names = [...FIRST.filter((name) => Object.hasOwn(document, name)), ...Object.keys(document).filter((name) => !FIRST.includes(name))];
  return Object.fromEntries(names.map((name) => [name, document[name]]));
}

export class ParticularsView implements View {
  readonly node = el('div');
  readonly #panel = new Panel();

  show(): void {
    this.node.replaceChildren(el('p', { class: 'lead' }, say('particularsText')), this.#panel.node);
    void this.#panel.load((signal) => api.particulars(signal), (given) => {
      const { example, ...document } = given;
      const shown = el('section', { class: 'card' }, documentOf(inOrder(document)));
      return example === true ? [el('p', { class: 'notice' }, say('exampleParticulars')), shown] : shown;
    });
  }

  close(): void {
    this.#panel.close();
  }
}
