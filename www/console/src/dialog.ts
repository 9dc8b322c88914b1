/** Modal dialogs on the native element: it traps focus and makes the page behind inert. */
import { el } from '../../src/dom.js';
import { say } from './words.js';

let opened = 0;

/** Opens a dialog with a title and a way out; it leaves the page when closed, and focus returns. */
export function openDialog(title: string, ...content: Node[]): HTMLDialogElement {
  opened += 1;
  const id = `dialog-title-${opened}`;
  const close = el('button', { type: 'button', class: 'quiet' }, say('close'));
  const dialog = el('dialog', { 'aria-labelledby': id },
    el('header', {}, el('h2', { id }, title), close), el('div', { class: 'body' }, ...content));
  const before = document.activeElement;
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Lets a step that cannot be undone happen only after `word` was typed. */
export function confirmByTyping(title: string, text: string, word: string, button: string, act: () => Promise<void>): void {
  const typed = el('input', { id: 'confirm-word', autocomplete: 'off', spellcheck: 'false' });
  const submit = el('button', { type: 'submit', class: 'danger', disabled: true }, button);
  const form = el('form', { class: 'stack' },
    el('p', {}, text), el('label', { for: 'confirm-word' }, say('typeToConfirm'), ' ', el('bdi', { class: 'code' }, word)), typed, submit);
  const dialog = openDialog(title, form);
  typed.addEventListener('input', () => { submit.disabled = typed.value !== word; });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (typed.value !== word) return;
    submit.disabled = true;
    void act().finally(() => dialog.close());
  });
  typed.focus();
}
