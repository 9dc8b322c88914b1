/** The live feed with its filters, and beside it the record that is open. */
import { el } from '../../../src/dom.js';
import { announce } from '../announce.js';
import type { StoredRecord } from '../api-types.js';
import { saveCsv } from '../csv.js';
import { Feed, MAX_WAITING } from '../feed.js';
import { filterBar, isFiltered, questionOf } from '../filters.js';
import { count, timeOf } from '../format.js';
import { emptyState, Panel, reason } from '../panel.js';
import { redraw } from '../redraw.js';
import { go, href, withFilters, type Place } from '../router.js';
import { table, tableRow, type Column } from '../table.js';
import { brief } from '../text.js';
import type { View } from '../view.js';
import { kindOf, nameOf, riskName } from '../vocabulary.js';
import { say } from '../words.js';
import { RecordPane } from './record.js';

/** The part of the address that names the open record, beside the filters. */
const OPEN = 'id';

export class RecordsView implements View {
  readonly node = el('div', { class: 'split' });
  readonly #bar = el('div');
  readonly #controls = el('div', { class: 'controls' });
  readonly #panel = new Panel();
  readonly #pane = new RecordPane((id, record) => this.#reviewed(id, record), (by) => this.#step(by), () => this.#close());
  #feed: Feed | undefined;
  #place: Place | undefined;
  /** The filters that the feed was made for. */
  #filters: string | undefined;
  #body: HTMLTableSectionElement | undefined;
  #olderButton: HTMLButtonElement | undefined;
  /** The record that is being closed; its row takes the focus once the list is seen. */
  #left: string | undefined;

  readonly keys = {
    j: () => this.#step(1),
    k: () => this.#step(-1),
    p: () => this.#togglePause(),
    '.': () => { void this.#release(); },
    Escape: () => this.#close(),
    ...this.#pane.keys,
  };

  constructor() {
    this.node.append(el('div', { class: 'list' }, this.#bar, this.#controls, this.#panel.node), this.#pane.node);
  }

  show(place: Place): void {
    this.#place = place;
    const filters = new URLSearchParams(place.filters);
    filters.delete(OPEN);
    if (filters.toString() !== this.#filters) {
      this.#filters = filters.toString();
      redraw(this.#bar, filterBar({ ...place, filters }));
      this.#restart(filters);
    }
    this.#showOpen();
  }

  close(): void {
    this.#feed?.close();
    this.#feed = undefined;
    this.#panel.close();
    this.#pane.close();
  }

  #restart(filters: URLSearchParams): void {
    this.#feed?.close();
    const feed = new Feed(questionOf(filters, Date.now()), () => this.#draw());
    this.#feed = feed;
    this.#body = undefined;
    this.#controls.replaceChildren();
    this.#panel.node.replaceChildren();
    void this.#panel.load(() => feed.start(), () => this.#list()).then(() => {
      this.#drawControls();
      this.#showOpen();
    });
  }

  #list(): Node[] {
    const feed = this.#feed;
    if (!feed || feed.rows.length === 0) {
      this.#body = undefined;
      return [emptyState(say(isFiltered(new URLSearchParams(this.#filters)) ? 'noRecords' : 'noRecordsYet'))];
    }
    const { box, body } = table(say('recordsCaption'), this.#columns(), feed.rows);
    box.classList.add('picks');
    body.addEventListener('click', (event) => {
      const row = (event.target as Element).closest('tr');
      if (!row || (event.target as Element).closest('a') || getSelection()?.toString()) return;
      row.querySelector('a')?.click();
    });
    this.#body = body;
    [...body.rows].forEach((row, place) => { row.dataset['id'] = feed.rows[place]?.id; });
    const older = el('button', { type: 'button', hidden: !feed.hasOlder }, say('older'));
    older.addEventListener('click', () => { void this.#older(older); });
    this.#olderButton = older;
    return [box, el('p', { class: 'under' }, older)];
  }

  /** Puts rows before and behind those that are there, which keep their focus. */
  #draw(): void {
    const feed = this.#feed;
    if (!feed) return;
    const { rows } = feed;
    const first = this.#body?.rows[0]?.dataset['id'];
    const fresh = first === undefined ? -1 : rows.findIndex(({ id }) => id === first);
    if (this.#body && fresh >= 0) {
      this.#body.prepend(...rows.slice(0, fresh).map((record) => this.#row(record)));
      while (this.#body.rows.length > rows.length) this.#body.lastElementChild?.remove();
      this.#body.append(...rows.slice(this.#body.rows.length).map((record) => this.#row(record)));
      if (this.#olderButton) this.#olderButton.hidden = !feed.hasOlder;
    } else if (this.#body || rows.length > 0) {
      this.#panel.node.replaceChildren(...this.#list());
    }
    this.#drawControls();
    this.#mark();
  }

  #row(record: StoredRecord): HTMLTableRowElement {
    const row = tableRow(this.#columns(), record);
    row.dataset['id'] = record.id;
    return row;
  }

  #drawControls(): void {
    const feed = this.#feed;
    if (!feed) return;
    const held = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['control'] : undefined;
    const pause = el('button', { type: 'button', class: 'quiet', 'data-control': 'pause', 'aria-keyshortcuts': 'p' }, say(feed.isPaused ? 'live' : 'pause'));
    pause.addEventListener('click', () => this.#togglePause());
    const waits = feed.isOverrun || feed.waiting.length > 0;
    const release = el('button', { type: 'button', hidden: !waits, 'data-control': 'release', 'aria-keyshortcuts': '.' },
      feed.isOverrun ? say('waitingMore', { count: count(MAX_WAITING) }) : say('waiting', { count: count(feed.waiting.length) }));
    release.addEventListener('click', () => { void this.#release(); });
    const csv = el('button', { type: 'button', class: 'quiet', 'data-control': 'csv', hidden: feed.rows.length === 0 }, say('csv'));
    csv.addEventListener('click', () => saveCsv(feed.rows));
    this.#controls.replaceChildren(
      el('span', { class: `pulse ${feed.state}` }, say(`${feed.state}State`)),
      el('span', { class: 'quiet-text' }, say('shownCount', { count: count(feed.rows.length) })), release, pause, csv);
    if (held) this.#controls.querySelector<HTMLElement>(`[data-control=${held}]`)?.focus();
  }

  #columns(): Column<StoredRecord>[] {
    const place = this.#place as Place;
    return [
      { head: say('time'), kind: 'main', cell: (record) => el('a', { href: withFilters(place, { [OPEN]: record.id }) }, timeOf(record.received_ms)) },
      { head: say('risk'), cell: riskOf },
      { head: say('rule'), cell: ({ data }) => brief(data['rule'] ?? data['text'] ?? nameOf('reason', data['reason'])) },
      { head: say('action'), cell: ({ data }) => data['action'] === undefined ? null : el('span', { class: 'action' }, brief(nameOf('action', data['action']))) },
      { head: say('policy'), kind: 'aside', cell: ({ data }) => data['policy'] === undefined ? null
        : brief(say('policyRevision', { policy: String(data['policy']), revision: String(data['revision']) }), 40) },
      { head: say('review'), cell: ({ review, type }) => kindOf(type) !== 'verdict' ? null
        : el('span', { class: `tag review-${review?.verdict ?? 'none'}` }, nameOf('review', review?.verdict ?? 'none')) },
    ];
  }

  async #older(button: HTMLButtonElement): Promise<void> {
    const feed = this.#feed;
    if (!feed) return;
    button.disabled = true;
    try {
      await feed.more();
      if (feed === this.#feed) this.#draw();
    } catch (error) {
      if (feed === this.#feed) announce(reason(error), true);
    }
    button.disabled = false;
  }

  #togglePause(): void {
    const feed = this.#feed;
    if (!feed) return;
    feed.setPaused(!feed.isPaused);
    if (!feed.isPaused) void this.#release();
    else this.#drawControls();
  }

  async #release(): Promise<void> {
    try {
      await this.#feed?.release();
    } catch (error) {
      announce(reason(error), true);
    }
    this.#draw();
  }

  /** Opens the neighbour of the open record, or the first one. */
  #step(by: 1 | -1): void {
    const rows = this.#feed?.rows ?? [];
    const open = this.#place?.filters.get(OPEN);
    const at = rows.findIndex(({ id }) => id === open);
    const next = rows[at < 0 ? 0 : at + by];
    if (next && this.#place) go(withFilters(this.#place, { [OPEN]: next.id }), open !== null);
  }

  #close(): void {
    const open = this.#place?.filters.get(OPEN);
    if (!open || !this.#place) return;
    this.#left = open;
    go(withFilters(this.#place, { [OPEN]: '' }));
  }

  #showOpen(): void {
    const id = this.#place?.filters.get(OPEN) ?? null;
    this.node.classList.toggle('open', id !== null);
    this.#mark();
    if (id === null) this.#pane.close();
    else this.#pane.open(id, this.#feed?.rows.find((row) => row.id === id));
    if (id !== null) this.#rowOf(id)?.scrollIntoView({ block: 'nearest' });
    else if (this.#left !== undefined) this.#rowOf(this.#left)?.querySelector('a')?.focus();
    this.#left = undefined;
    // On narrow screens the pane takes the list's place, and the focus with it.
    if (id !== null && this.#body !== undefined && !this.#body.checkVisibility()) this.#pane.focus();
  }

  #rowOf(id: string): HTMLTableRowElement | undefined {
    return [...this.#body?.rows ?? []].find((row) => row.dataset['id'] === id);
  }

  #mark(): void {
    const open = this.#place?.filters.get(OPEN);
    for (const row of this.#body?.rows ?? []) {
      const isOpen = row.dataset['id'] === open;
      row.classList.toggle('chosen', isOpen);
      const link = row.querySelector('a');
      if (isOpen) link?.setAttribute('aria-current', 'true');
      else link?.removeAttribute('aria-current');
    }
  }

  #reviewed(id: string, record: StoredRecord): void {
    const rows = this.#feed?.rows ?? [];
    const at = rows.findIndex((row) => row.id === id);
    if (at < 0) return;
    rows[at] = record;
    this.#rowOf(id)?.replaceWith(this.#row(record));
    this.#mark();
  }
}

/** The risk; of what is no verdict its kind and what it is about. What needs a person at once is marked. */
function riskOf({ type, data, lost }: StoredRecord): Node {
  const kind = kindOf(type);
  const escalation = data['escalation'];
  const about = data['risk'] === undefined ? nameOf('category', data['category'] ?? lost ?? data['dropped']) : riskName(data['risk']);
  return el('span', { class: 'with-tag' },
    kind === 'verdict' ? null : el('span', { class: `tag ${kind}` }, nameOf('kind', kind)),
    brief(about),
    escalation === undefined ? null : el('span', { class: 'tag bad' }, brief(nameOf('escalation', escalation), 24)));
}

/** The records of one subject, rule and so on, as a link. */
export function recordsLink(words: string, filters: Record<string, string>): HTMLAnchorElement {
  return el('a', { href: href('records', [], filters) }, words);
}
