/** One record: what it says, its rule, and the reviewer's verdict. */
import { el } from '../../../src/dom.js';
import { announce } from '../announce.js';
import * as api from '../api.js';
import type { StoredRecord, Verdict } from '../api-types.js';
import { facts, type Fact } from '../facts.js';
import { moment, timeOf } from '../format.js';
import { emptyState, Panel, reason } from '../panel.js';
import { href } from '../router.js';
import { paneHead } from '../pane-head.js';
import { plain, whole } from '../text.js';
import { kindOf, nameOf, riskName } from '../vocabulary.js';
import { say } from '../words.js';

/** Longest note, characters. */
const MAX_NOTE = '1000';

export class RecordPane {
  readonly node = el('aside', { class: 'pane', hidden: true, 'aria-label': say('record') });
  readonly #title = el('h2', { tabindex: '-1' }, say('record'));
  readonly #panel = new Panel();
  readonly #reviewed: (id: string, record: StoredRecord) => void;
  readonly #step: (by: 1 | -1) => void;
  #record: StoredRecord | undefined;
  #note: HTMLTextAreaElement | undefined;
  #openId: string | undefined;

  readonly keys = {
    u: () => { void this.#review('upheld'); },
    x: () => { void this.#review('rejected'); },
    n: () => this.#note?.focus(),
  };

  /** `reviewed` is told of a record that changed; `step` opens its neighbour; `leave` closes the pane. */
  constructor(reviewed: (id: string, record: StoredRecord) => void, step: (by: 1 | -1) => void, leave: () => void) {
    this.#reviewed = reviewed;
    this.#step = step;
    this.node.append(paneHead(this.#title, step, leave), this.#panel.node);
  }

  focus(): void {
    this.#title.focus();
  }

  /** Shows a record: at once if it is known already. */
  open(id: string, known: StoredRecord | undefined): void {
    this.node.hidden = false;
    // It is there already, or it has been asked for and the list does not know it either.
    if (id === this.#openId && (this.#record !== undefined || known === undefined)) return;
    this.#openId = id;
    this.#record = undefined;
    this.#panel.node.replaceChildren();
    const shown = known ? Promise.resolve(known) : null;
    void this.#panel.load(async (signal) => {
      try {
        return await (shown ?? api.record(id, signal));
      } catch (error) {
        if (error instanceof api.Failure && error.status === 404) return null;
        throw error;
      }
    }, (record) => record === null ? emptyState(say('recordGone')) : this.#draw(record));
  }

  close(): void {
    this.node.hidden = true;
    this.#panel.close();
    this.#openId = undefined;
    this.#record = undefined;
    this.#note = undefined;
  }

  #draw(record: StoredRecord): Node[] {
    this.#record = record;
    this.#note = undefined;
    const kind = kindOf(record.type);
    const raw = el('details', {}, el('summary', {}, say('raw')), rawOf(record));
    // What a reviewer decides by comes first, then the decision, then the rest.
    if (kind === 'verdict') return [facts(mainFacts(record)), this.#reviewCard(record), facts([...this.#common(record), ...otherFacts(record)]), raw];
    if (kind !== 'complaint') return [facts([...this.#common(record), ...lossFacts(record)]), raw];
    const handle = el('a', { class: 'button', href: href('complaints', [record.id]) }, say('toComplaint'));
    return [facts([...this.#common(record), ...complaintFacts(record)]), el('p', {}, handle), raw];
  }

  #common(record: StoredRecord): Fact[] {
    const kind = kindOf(record.type);
    return [
      [say('kind'), el('span', { class: `tag ${kind}` }, nameOf('kind', kind))],
      [say('received'), timeOf(record.received_ms)],
      [say('made'), whole(record.time)],
      [say('subject'), record.subject === undefined ? undefined : el('a', { href: href('subjects', [record.subject]) }, whole(record.subject))],
    ];
  }

  #reviewCard(record: StoredRecord): HTMLElement {
    const { review } = record;
    const card = el('section', { class: 'card', 'aria-labelledby': 'review-title' }, el('h3', { id: 'review-title' }, say('reviewTitle')));
    if (review) {
      card.append(el('p', {}, el('span', { class: `tag review-${review.verdict}` }, say('reviewedBy', {
        verdict: nameOf('review', review.verdict), by: review.by, at: moment(review.at_ms),
      }))));
      if (review.note) card.append(el('p', {}, whole(review.note)));
    } else {
      card.append(el('p', {}, say('reviewQuestion')));
    }
    if (!api.may('reviewer')) {
      card.append(el('p', { class: 'hint' }, say('reviewersOnly')));
      return card;
    }
    const note = el('textarea', { id: 'note', rows: '2', maxlength: MAX_NOTE, 'aria-describedby': 'note-hint', 'aria-keyshortcuts': 'n' });
    note.value = review?.note ?? '';
    this.#note = note;
    const button = (verdict: Verdict, word: 'uphold' | 'reject', key: string): HTMLElement => {
      const made = el('button', { type: 'button', class: word, 'aria-keyshortcuts': key, 'aria-pressed': String(review?.verdict === verdict) },
        say(word), ' ', el('kbd', { 'aria-hidden': 'true' }, key.toUpperCase()));
      made.addEventListener('click', () => { void this.#review(verdict); });
      return made;
    };
    const buttons = el('p', { class: 'buttons' }, button('upheld', 'uphold', 'u'), button('rejected', 'reject', 'x'));
    card.append(el('label', { for: 'note' }, say('note')), note, el('p', { class: 'hint', id: 'note-hint' }, say('noteHint')), buttons);
    if (review) {
      const withdraw = el('button', { type: 'button', class: 'link' }, say('withdraw'));
      withdraw.addEventListener('click', () => { void this.#withdraw(); });
      buttons.append(withdraw);
    }
    return card;
  }

  async #review(verdict: Verdict): Promise<void> {
    const record = this.#record;
    if (!record || kindOf(record.type) !== 'verdict' || !api.may('reviewer')) return;
    try {
      const review = await api.review(record.id, verdict, this.#note?.value.trim() ?? '');
      this.#changed({ ...record, review });
      announce(say('reviewSaved', { verdict: nameOf('review', verdict) }));
    } catch (error) {
      announce(reason(error), true);
    }
  }

  async #withdraw(): Promise<void> {
    const record = this.#record;
    if (!record) return;
    try {
      await api.withdrawReview(record.id);
      const { review: _, ...open } = record;
      this.#changed(open);
      announce(say('reviewWithdrawn'));
    } catch (error) {
      announce(reason(error), true);
    }
  }

  /** Leads from a record that was reviewed to the next, unless the reader has gone on to another meanwhile. */
  #changed(record: StoredRecord): void {
    const isOpen = this.#record?.id === record.id;
    if (isOpen) this.#panel.node.replaceChildren(...this.#draw(record));
    this.#reviewed(record.id, record);
    if (isOpen && record.review) this.#step(1);
  }
}

function mainFacts({ data }: StoredRecord): Fact[] {
  const [policy, rule, revision] = [data['policy'], data['rule'], data['revision']].map(String) as [string, string, string];
  return [
    [say('risk'), whole(riskName(data['risk']))],
    [say('rule'), el('a', { href: href('rules', [policy, rule], { revision }) }, whole(say('ruleLink', { rule, revision })))],
    [say('action'), el('span', { class: 'action' }, nameOf('action', data['action']))],
    [say('severity'), data['severity'] === undefined ? undefined : whole(data['severity'])],
    [say('escalation'), data['escalation'] === undefined ? undefined : el('span', { class: 'tag bad' }, nameOf('escalation', data['escalation']))],
    [say('direction'), nameOf('direction', data['direction'])],
    [say('evidence'), evidence(data['evidence'])],
  ];
}

/** What the client told of the text: an excerpt with its span marked, or a digest. */
function evidence(value: unknown): Node | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const { kind, text, start, end } = value as Record<string, unknown>;
  if (kind !== 'excerpt' || typeof text !== 'string') return whole(value);
  const [from, to] = [Number(start), Number(end)];
  return el('bdi', { class: 'whole' }, text.slice(0, from), el('mark', {}, text.slice(from, to)), text.slice(to));
}

function otherFacts({ data }: StoredRecord): Fact[] {
  return [
    [say('policy'), whole(say('policyRevision', { policy: String(data['policy']), revision: String(data['revision']) }))],
    [say('channel'), whole(data['channel'])],
    [say('span'), say('spanText', { start: String(data['start']), end: String(data['end']), shown: String(data['shown_units']) })],
    [say('view'), whole(data['view'])],
    [say('message'), whole(data['message'])],
    [say('ageBand'), nameOf('age', data['age_band'])],
    [say('minorMode'), say(data['minor_mode'] === true ? 'yes' : 'no')],
    [say('consent'), data['consent_ref'] === undefined ? undefined : whole(data['consent_ref'])],
    [say('surface'), whole(data['surface'])],
    [say('locale'), whole(data['locale'])],
    [say('engine'), whole(data['engine_version'])],
  ];
}

function complaintFacts({ data }: StoredRecord): Fact[] {
  return [
    [say('category'), nameOf('category', data['category'])],
    [say('text'), whole(data['text'])],
    [say('message'), whole(data['message'])],
    [say('locale'), whole(data['locale'])],
  ];
}

function lossFacts({ data, lost }: StoredRecord): Fact[] {
  const ids = Array.isArray(data['ids']) ? data['ids'] : [];
  return [
    [say('dropped'), whole(data['dropped'])],
    [say('lost'), whole(lost)],
    [say('reason'), nameOf('reason', data['reason'])],
    [say('lostIds'), whole(ids.map(plain).join(' '))],
  ];
}

function rawOf(record: StoredRecord): HTMLElement {
  return el('pre', { tabindex: '0' }, whole(JSON.stringify(record, null, 2)));
}
