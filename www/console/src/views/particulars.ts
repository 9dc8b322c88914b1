/** What the service publishes about itself. */
import { el } from '../../../src/dom.js';
import * as api from '../api.js';
import { documentOf } from '../document.js';
import { Panel } from '../panel.js';
import type { View } from '../view.js';
import { say } from '../words.js';

export class ParticularsView implements View {
  readonly node = el('div');
  readonly #panel = new Panel();

  show(): void {
    this.node.replaceChildren(el('p', { class: 'lead' }, say('particularsText')), this.#panel.node);
    void this.#panel.load((signal) => api.particulars(signal), (given) => {
      const { example, ...document } = given;
      const shown = el('section', { class: 'card' }, documentOf(document));
      return example === true ? [el('p', { class: 'notice' }, say('exampleParticulars')), shown] : shown;
    });
  }

  close(): void {
    this.#panel.close();
  }
}
