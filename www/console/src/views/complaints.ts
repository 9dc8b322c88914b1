/** The queue of complaints by due date, and the one that is being handled. */
import { el } from '../../../src/dom.js';
import { announce } from '../announce.js';
import * as api from '../api.js';
import { COMPLAINT_STATES, type Complaint, type ComplaintState } from '../api-types.js';
import { facts, type Fact } from '../facts.js';
import { DAY_MS, distance, moment, timeOf } from '../format.js';
import { paneHead } from '../pane-head.js';
import { emptyState, Panel, reason } from '../panel.js';
import { redraw } from '../redraw.js';
import { go, href, withFilters, type Place } from '../router.js';
import { table, tableRow, type Column } from '../table.js';
import { brief, whole } from '../text.js';
import type { View } from '../view.js';
import { nameOf } from '../vocabulary.js';
import { say } from '../words.js';

const PAGE_ROWS = 100;
/** What may be listed besides the complaints of one state: those not answered, which is where one begins, and all. */
const OPEN = 'open';
const ALL = 'all';
/** A complaint that is due within this time is marked. */
const SOON_MS = 3 * DAY_MS;
/** Longest answer, characters. */
const MAX_ANSWER = '2000';

/** Where a complaint can go from each state: forward only. */
const FORWARD: Record<ComplaintState, ComplaintState[]> = {
  received: ['in_review', 'upheld', 'rejected', 'answered'],
  in_review: ['upheld', 'rejected', 'answered'],
  upheld: ['answered'],
  rejected: ['answered'],
  answered: [],
};

export class ComplaintsView implements View {
  readonly node = el('div', { class: 'split' });
  readonly #bar = el('div');
  readonly #panel = new Panel();
  readonly #detail = new Panel();
  readonly #title = el('h2', { tabindex: '-1' }, say('complaint'));
  readonly #pane: HTMLElement;
  #rows: Complaint[] = [];
  #body: HTMLTableSectionElement | undefined;
  #place: Place | undefined;
  #status: string | undefined;
  #open: Complaint | undefined;
  /** The complaint that is being left; its row takes the focus once the list is seen. */
  #left: string | undefined;

  readonly keys = { j: () => this.#step(1), k: () => this.#step(-1), Escape: () => this.#leave() };

  constructor() {
    this.#pane = el('aside', { class: 'pane', hidden: true, 'aria-label': say('complaint') },
      paneHead(this.#title, (by) => this.#step(by), () => this.#leave()), this.#detail.node);
    this.node.append(el('div', { class: 'list' }, el('p', { class: 'lead' }, say('complaintsText')), this.#bar, this.#panel.node), this.#pane);
  }

  show(place: Place): void {
    this.#place = place;
    const status = place.filters.get('status') || OPEN;
    if (status !== this.#status) {
      this.#status = status;
      this.#drawBar(status);
      this.#panel.node.replaceChildren();
      void this.#panel.load((signal) => api.complaints(asked(status), { limit: PAGE_ROWS }, signal), (page) => {
        this.#rows = page.rows;
        return this.#list(page.next);
      }).then(() => this.#showOpen());
    } else {
      this.#showOpen();
    }
  }

  close(): void {
    this.#panel.close();
    this.#detail.close();
  }

  #drawBar(status: string): void {
    const choice = el('select', { name: 'status' }, ...[OPEN, ...COMPLAINT_STATES, ALL].map((one) => el('option', { value: one }, nameOf('status', one))));
    choice.value = status;
    choice.addEventListener('change', () => go(href('complaints', [], { status: choice.value === OPEN ? '' : choice.value })));
    redraw(this.#bar, el('form', { class: 'filters', 'aria-label': say('filters') },
      el('label', { class: 'field' }, el('span', {}, say('status')), choice)));
  }

  #list(next: string | null): Node[] {
    if (this.#rows.length === 0) {
      this.#body = undefined;
      return [emptyState(say(this.#status === OPEN ? 'noOpenComplaints' : 'noComplaints'))];
    }
    const { box, body } = table(say('complaintsCaption'), this.#columns(), this.#rows);
    box.classList.add('picks');
    body.addEventListener('click', (event) => {
      const target = event.target as Element;
      if (!target.closest('a') && !getSelection()?.toString()) target.closest('tr')?.querySelector('a')?.click();
    });
    this.#body = body;
    const more = el('button', { type: 'button', hidden: next === null }, say('more'));
    more.addEventListener('click', () => { void this.#more(next ?? '', more); });
    return [box, el('p', { class: 'under' }, more)];
  }

  async #more(after: string, button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    try {
      const page = await api.complaints(asked(this.#status ?? OPEN), { limit: PAGE_ROWS, after });
      // Another list has taken the place of the one that was to go on.
      if (!button.isConnected) return;
      this.#rows = [...this.#rows, ...page.rows];
      this.#panel.node.replaceChildren(...this.#list(page.next));
      this.#mark();
    } catch (error) {
      if (!button.isConnected) return;
      announce(reason(error), true);
      button.disabled = false;
    }
  }

  #columns(): Column<Complaint>[] {
    const place = this.#place as Place;
    return [
      { head: say('due'), kind: 'main', cell: (one) => el('a', { href: href('complaints', [one.id], place.filters) }, timeOf(one.due_ms)) },
      { head: say('status'), cell: (one) => el('span', { class: 'with-tag' }, statusTag(one), urgency(one)) },
      { head: say('category'), kind: 'aside', cell: (one) => nameOf('category', one.category) },
      { head: say('text'), cell: (one) => (one.text === '' ? el('span', { class: 'quiet-text' }, say('noText')) : brief(one.text, 60)) },
      { head: say('received'), kind: 'aside', cell: (one) => timeOf(one.received_ms) },
    ];
  }

  #showOpen(): void {
    const id = this.#place?.parts[0];
    this.node.classList.toggle('open', id !== undefined);
    this.#pane.hidden = id === undefined;
    this.#mark();
    if (id === undefined) {
      this.#open = undefined;
      if (this.#left !== undefined) this.#rowOf(this.#left)?.querySelector('a')?.focus();
      this.#left = undefined;
      return;
    }
    this.#rowOf(id)?.scrollIntoView({ block: 'nearest' });
    if (this.#open?.id === id) return;
    this.#open = undefined;
    const known = this.#rows.find((row) => row.id === id);
    if (known) {
      this.#show(known);
    } else {
      // A link leads here from a record or a mail, whatever the list shows.
      this.#detail.node.replaceChildren();
      void this.#detail.load((signal) => api.complaint(id, signal), (found) => {
        this.#open = found ?? undefined;
        return found ? this.#draw(found) : emptyState(say('complaintGone'));
      });
    }
    // On narrow screens the pane takes the list's place, and the focus with it.
    if (this.#body !== undefined && !this.#body.checkVisibility()) this.#title.focus();
  }

  #show(one: Complaint): void {
    // An answer to an older question must not come on top.
    this.#detail.close();
    this.#open = one;
    this.#detail.node.replaceChildren(...this.#draw(one));
    this.#detail.node.removeAttribute('aria-busy');
  }

  #draw(one: Complaint): Node[] {
    const known: Fact[] = [
      [say('receipt'), el('bdi', { class: 'code' }, one.id)],
      [say('status'), el('span', { class: 'with-tag' }, statusTag(one), urgency(one))],
      [say('due'), timeOf(one.due_ms)],
      [say('received'), timeOf(one.received_ms)],
      [say('category'), nameOf('category', one.category)],
      [say('text'), one.text === '' ? el('span', { class: 'quiet-text' }, say('noText')) : whole(one.text)],
      [say('message'), one.message === undefined ? undefined : whole(one.message)],
      [say('locale'), one.locale === undefined ? undefined : whole(one.locale)],
      [say('answer'), one.answer ? whole(one.answer) : undefined],
      [say('answeredAt'), one.answered_ms === undefined ? undefined : timeOf(one.answered_ms)],
    ];
    const nodes: Node[] = [facts(known)];
    if (one.by && one.changed_ms !== undefined) nodes.push(el('p', { class: 'hint' }, say('handledBy', { by: one.by, at: moment(one.changed_ms) })));
    if (FORWARD[one.status]?.length) nodes.push(this.#form(one));
    return nodes;
  }

  #form(one: Complaint): HTMLElement {
    if (!api.may('reviewer')) return el('p', { class: 'hint' }, say('reviewersOnly'));
    const next = el('select', { name: 'decision' }, ...FORWARD[one.status].map((state) => el('option', { value: state }, nameOf('status', state))));
    const answer = el('textarea', { id: 'answer', rows: '5', maxlength: MAX_ANSWER, 'aria-describedby': 'answer-hint' });
    answer.value = one.answer ?? '';
    const submit = el('button', { type: 'submit' }, say('save'));
    const form = el('form', { class: 'card stack' },
      el('label', { class: 'field' }, el('span', {}, say('decision')), next),
      el('label', { for: 'answer' }, say('answer')), answer, el('p', { class: 'hint', id: 'answer-hint' }, say('answerHint')), submit);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = answer.value.trim();
      if (next.value === 'answered' && text === '') {
        announce(say('answerNeeded'), true);
        answer.focus();
        return;
      }
      submit.disabled = true;
      void this.#decide(one, next.value as ComplaintState, text).finally(() => { submit.disabled = false; });
    });
    return form;
  }

  async #decide(one: Complaint, status: ComplaintState, answer: string): Promise<void> {
    try {
      const changed = { ...one, ...await api.decideComplaint(one.id, status, answer) };
      const at = this.#rows.findIndex(({ id }) => id === one.id);
      this.#rowOf(one.id)?.replaceWith(tableRow(this.#columns(), changed));
      if (at >= 0) this.#rows[at] = changed;
      if (this.#place?.parts[0] === one.id) {
        this.#show(changed);
        // The form that had the focus is gone.
        this.#title.focus();
      }
      this.#mark();
      announce(say('complaintSaved', { status: nameOf('status', status) }));
    } catch (error) {
      announce(reason(error), true);
    }
  }

  #step(by: 1 | -1): void {
    const open = this.#place?.parts[0];
    const at = this.#rows.findIndex(({ id }) => id === open);
    const next = this.#rows[at < 0 ? 0 : at + by];
    if (next && this.#place) go(href('complaints', [next.id], this.#place.filters), open !== undefined);
  }

  #leave(): void {
    const open = this.#place?.parts[0];
    if (open === undefined || !this.#place) return;
    this.#left = open;
    go(withFilters({ ...this.#place, parts: [] }, {}));
  }

  #rowOf(id: string): HTMLTableRowElement | undefined {
    return this.#body?.rows[this.#rows.findIndex((one) => one.id === id)];
  }

  #mark(): void {
    const open = this.#place?.parts[0];
    [...this.#body?.rows ?? []].forEach((row, at) => {
      row.classList.toggle('chosen', this.#rows[at]?.id === open);
    });
  }
}

function statusTag({ status }: Complaint): HTMLElement {
  return el('span', { class: `tag status-${COMPLAINT_STATES.find((state) => state === status) ?? 'other'}` }, nameOf('status', status));
}

/** What the collector is asked for; all have no status in the question. */
function asked(status: string): string {
  return status === ALL ? '' : status;
}

/** How near the due date is, while the complaint is open. */
function urgency({ status, due_ms }: Complaint): HTMLElement | null {
  if (status === 'answered') return null;
  const now = Date.now();
  const words = distance(due_ms, now);
  if (due_ms < now) return el('span', { class: 'tag bad' }, `${say('overdue')} · ${words}`);
  return el('span', { class: due_ms - now < SOON_MS ? 'tag soon' : 'quiet-text' }, words);
}
