/** The complaint form: category, words, exactly what is sent, and a receipt with its status. */
import type { Complaint, ComplaintCategory, Guard } from 'tidegate';
import { complaintDays } from './complaints-api.js';
import { openDialog } from './dialog.js';
import { el } from './dom.js';
import { t } from './i18n.js';
import { categoryKey, earlierReports, keepReceipt, receiptFacts, type Receipt } from './receipts.js';
import { codeOf } from './session.js';
import { currentLocale } from './words.js';

/** Longest complaint, in UTF-16 units. */
const MAX_TEXT_UNITS = 2_000;

const CATEGORIES: ComplaintCategory[] = [
  'illegal', 'harmful', 'discrimination', 'privacy', 'minor_safety', 'inaccurate', 'other',
];

export function openReportDialog(guard: Guard, message: string | undefined): void {
  const promised = promise();
  const error = el('p', { class: 'form-error', role: 'alert', hidden: true });
  const count = el('p', { class: 'hint', id: 'report-count' });
  const preview = el('dl', { class: 'facts', id: 'report-preview' });
  const record = el('pre', { id: 'report-record', tabindex: '0' });
  const words = el('textarea', { id: 'report-text', rows: '3', maxlength: String(MAX_TEXT_UNITS), 'aria-describedby': 'report-count' });
  const choices = CATEGORIES.map((category, index) => el('label', { class: 'choice' },
    el('input', { type: 'radio', name: 'category', value: category, autofocus: index === 0 }), el('span', {}, t(categoryKey(category)))));
  const submit = el('button', { type: 'submit', class: 'button primary' }, t('reportSend'));
  const cancel = el('button', { type: 'button', class: 'button' }, t('cancel'));
  const form = el('form', { class: 'stack', novalidate: true },
    el('p', {}, t('reportIntro')), promised,
    el('fieldset', {}, el('legend', {}, t('reportCategory')), el('div', { class: 'choices' }, ...choices)),
    el('div', { class: 'field' }, el('label', { for: 'report-text' }, t('reportText')), words, count),
    el('section', { class: 'preview', 'aria-label': t('reportPreview') },
      el('h3', {}, t('reportPreview')), preview,
      el('details', {}, el('summary', {}, t('reportRecord')), record),
      el('p', { class: 'hint' }, t('reportPreviewMore'))),
    earlierReports(),
    error,
    el('div', { class: 'dialog-actions' }, cancel, submit));

  const complaint = (): Complaint | undefined => {
    const category = new FormData(form).get('category') as ComplaintCategory | null;
    if (!category) return undefined;
    const text = words.value.trim();
    return { category, ...(message ? { message } : {}), ...(text ? { text } : {}) };
  };
  const show = (): void => {
    const now = complaint();
    count.textContent = t('reportCount', { count: words.value.length, max: MAX_TEXT_UNITS });
    preview.replaceChildren(
      ...fact(t('previewCategory'), now ? `${t(categoryKey(now.category))} (${now.category})` : t('previewNone')),
      ...fact(t('previewText'), words.value.trim() || t('previewNone')),
      ...fact(t('previewMessage'), message ?? t('previewNone')),
      ...fact(t('previewLocale'), currentLocale()));
    record.textContent = now ? JSON.stringify(guard.reports.preview(now), null, 2) : t('previewNone');
  };
  form.addEventListener('input', show);
  show();

  const dialog = openDialog('report', t('reportTitle'), form);
  cancel.addEventListener('click', () => dialog.close());
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const now = complaint();
    error.hidden = now !== undefined;
    if (!now) {
      error.textContent = t('reportChoose');
      form.querySelector<HTMLInputElement>('input[name=category]')?.focus();
      return;
    }
    submit.disabled = true;
    submit.textContent = t('reportSending');
    guard.reports.submit(now).then(
      ({ id }) => showReceipt(dialog, { id, category: now.category, at: Date.now() }, promised),
      (reason: unknown) => {
        error.hidden = false;
        error.textContent = t('reportFailed', { code: codeOf(reason) });
        submit.disabled = false;
        submit.textContent = t('reportSend');
      });
  });
}

function showReceipt(dialog: HTMLDialogElement, receipt: Receipt, promised: HTMLElement): void {
  keepReceipt(receipt);
  const done = el('button', { type: 'button', class: 'button primary' }, t('close'));
  done.addEventListener('click', () => dialog.close());
  dialog.querySelector('.dialog-body')?.replaceChildren(
    el('div', { class: 'stack receipt' },
      el('h3', { role: 'status' }, t('receiptTitle')),
      receiptFacts(receipt, 'receipt-id'),
      el('p', { class: 'hint' }, t('receiptText')), promised),
    el('div', { class: 'dialog-actions' }, done));
  done.focus();
}

/** How soon complaints are answered, as the provider publishes it. */
function promise(): HTMLElement {
  const line = el('p', { class: 'hint complaint-days', hidden: true });
  void complaintDays().then((days) => {
    if (days === undefined) return;
    line.textContent = t('reportDays', { days });
    line.hidden = false;
  });
  return line;
}

function fact(name: string, value: string): [HTMLElement, HTMLElement] {
  return [el('dt', {}, name), el('dd', {}, value)];
}
