/** Receipts of complaints: what this browser remembers of them, and where each stands. */
import type { ComplaintCategory } from 'tidegate';
import { complaintState, type ComplaintState, type ComplaintStatus } from './complaints-api.js';
import { el } from './dom.js';
import { t, type Key } from './i18n.js';
import { read, remember } from './store.js';
import { currentLocale } from './words.js';

export interface Receipt {
  id: string;
  category: ComplaintCategory;
  /** When it was sent, ms since the epoch. */
  at: number;
}

/** Most receipts that are remembered; the oldest go first. Never what the user wrote. */
const MAX_RECEIPTS = 20;
/** Between two questions where a complaint stands, ms. */
const ASK_MS = 3_000;

export const categoryKey = (category: ComplaintCategory): Key => `category_${category}`;
const statusKey = (status: ComplaintStatus): Key => `complaint_${status}`;

export function keepReceipt(receipt: Receipt): void {
  remember('receipts', JSON.stringify([receipt, ...receipts()].slice(0, MAX_RECEIPTS)));
}

/** The newest first. */
export function receipts(): Receipt[] {
  let found: unknown;
  try {
    found = JSON.parse(read('receipts') ?? '[]');
  } catch {
    return [];
  }
  return Array.isArray(found) ? found.filter(isReceipt) : [];
}

function isReceipt(value: unknown): value is Receipt {
  const { id, category, at } = Object(value) as Record<string, unknown>;
  return typeof id === 'string' && typeof category === 'string' && typeof at === 'number';
}

/** Earlier complaints, each with its status once it is opened; `null` if there are none. */
export function earlierReports(): HTMLElement | null {
  const all = receipts();
  if (all.length === 0) return null;
  const list = el('div', { class: 'stack' }, ...all.map((receipt) => {
    const body = el('div', { class: 'receipt-body' });
    const one = el('details', { 'data-receipt': receipt.id },
      el('summary', {}, `${day(receipt.at)} · ${t(categoryKey(receipt.category))}`), body);
    one.addEventListener('toggle', () => {
      if (one.open && !body.hasChildNodes()) body.append(receiptFacts(receipt));
    });
    return one;
  }));
  return el('details', { class: 'earlier', id: 'earlier-reports' },
    el('summary', {}, t('earlierReports', { count: all.length })), list);
}

/** Number and status of a complaint; asks again while somebody can see it, until it is answered or gone from the page. */
export function receiptFacts({ id }: Receipt, numberId?: string): HTMLElement {
  const status = el('dd', { 'data-status': 'asking' }, t('complaint_asking'));
  const due = el('dd', {}, '—');
  const answer = el('dd', {}, '—');
  const said = el('p', { class: 'visually-hidden', role: 'status' });
  const facts = el('dl', { class: 'facts' },
    el('dt', {}, t('receiptId')), el('dd', { class: 'receipt-number', ...(numberId ? { id: numberId } : {}) }, id),
    el('dt', {}, t('complaintStatus')), status,
    el('dt', {}, t('complaintDue')), due,
    el('dt', {}, t('complaintAnswer')), answer);
  const show = (state: ComplaintState | 'waiting' | 'unknown'): void => {
    const isState = typeof state !== 'string';
    const words = isState ? t(statusKey(state.status)) : t(state === 'waiting' ? 'complaint_waiting' : 'complaint_unknown');
    // Told to screen readers only when it changes: it is asked for again and again.
    if (status.textContent !== words) said.textContent = status.textContent = words;
    status.dataset['status'] = isState ? state.status : state;
    if (!isState) return;
    due.textContent = day(state.due_ms);
    answer.textContent = state.answer ?? t('complaintNoAnswer');
  };
  void follow(id, facts, show);
  return el('div', { class: 'stack' }, facts, said);
}

async function follow(id: string, shown: HTMLElement, show: (state: ComplaintState | 'waiting' | 'unknown') => void): Promise<void> {
  for (;;) {
    const state = await complaintState(id);
    show(state);
    if (typeof state !== 'string' && state.status === 'answered') return;
    do {
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
      if (!shown.isConnected) return;
    } while (document.hidden || shown.closest('details:not([open])') !== null);
  }
}

function day(ms: number): string {
  return new Intl.DateTimeFormat(currentLocale(), { dateStyle: 'long' }).format(ms);
}
