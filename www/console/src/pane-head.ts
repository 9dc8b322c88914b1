/** The head of what is open beside a list: its title, its neighbours, and the way back. */
import { el } from '../../src/dom.js';
import { say, type Word } from './words.js';

export function paneHead(title: HTMLElement, step: (by: 1 | -1) => void, leave: () => void): HTMLElement {
  const button = (word: Word, sign: string, act: () => void): HTMLElement => {
    const made = el('button', { type: 'button', class: 'quiet icon', 'aria-label': say(word), title: say(word) }, sign);
    made.addEventListener('click', act);
    return made;
  };
  return el('header', { class: 'pane-head' }, title,
    button('previous', '↑', () => step(-1)), button('next', '↓', () => step(1)), button('back', '✕', leave));
}
