/** What is known of something, as names and values. */
import { el } from '../../src/dom.js';

export type Fact = [head: string, value: Node | string | undefined];

/** A list of facts without those that are not there. */
export function facts(given: Fact[]): HTMLElement {
  return el('dl', { class: 'facts' }, ...given.filter(([, value]) => value !== undefined && value !== '')
    .flatMap(([head, value]) => [el('dt', {}, head), el('dd', {}, value ?? '')]));
}
