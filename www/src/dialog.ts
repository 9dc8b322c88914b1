/** Modal dialogs on the native element: it traps focus and makes the page behind inert. */
import { el } from './dom.js';
import { icon } from './icons.js';
import { t } from './i18n.js';

/** Opens a dialog that the user can close; it is removed from the page when closed. */
export function openDialog(kind: string, title: string, ...content: (Node | string)[]): HTMLDialogElement {
  document.querySelector(`dialog[data-kind="${kind}"]`)?.remove();
  const close = el('button', { type: 'button', class: 'button quiet square', 'aria-label': t('close') }, icon('close'));
  const dialog = el('dialog', { class: 'dialog', 'data-kind': kind, 'aria-modal': 'true', 'aria-labelledby': `${kind}-title` },
    el('header', { class: 'dialog-head' }, el('h2', { id: `${kind}-title` }, title), close),
    el('div', { class: 'dialog-body' }, ...content));
  const before = document.activeElement;
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
