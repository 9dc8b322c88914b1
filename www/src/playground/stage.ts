/** Draws one step. Whatever was typed only ever goes in as text. */
import { explainHold, type Channel, type HoldReason } from 'tidegate';
import { byId, el } from '../dom.js';
import type { Step } from './steps.js';
import { say, type Word } from './words.js';

/** The rows under what is held. */
const ROWS = ['tight', 'joined', 'leet', 'sound', 'pattern', 'markup', 'found'] as const;
type Row = typeof ROWS[number];

/** A policy, a text and what became of it. */
export interface Run {
  pack: Uint8Array;
  channel: Channel;
  pieces: readonly string[];
  steps: readonly Step[];
}

export class Stage {
  #run: Run | undefined;

  load(run: Run): void {
    this.#run = run;
    const tape = run.pieces.map((piece) => el('span', {}, piece));
    byId('tape').replaceChildren(...tape, el('span', { class: 'end' }));
  }

  /** Shows the step at this place. */
  show(at: number): void {
    const step = this.#run?.steps[at];
    if (!this.#run || !step) return;
    this.#showTape(at);
    this.#showDisplayed(step);
    const reasons = this.#reasonsAt(at);
    this.#showHeld(step);
    this.#showViews(reasons);
    this.#showVerdicts(at);
  }

  /** In a sentence or two, for those who do not see it. */
  describe(at: number): string {
    const step = this.#run?.steps[at];
    if (!this.#run || !step) return '';
    return [
      say('announceStep', { step: at, steps: this.#run.steps.length - 1 }),
      ...step.text === '' ? [] : [say('announceDisplayed', { text: step.text })],
      ...step.verdicts.map(({ rule, action }) => say('announceVerdict', { rule, action })),
      ...step.held === '' ? [] : [say('announceHeld', { text: step.held })],
      ...endingOf(step),
    ].join(' ');
  }

  #showTape(at: number): void {
    const tape = byId('tape');
    const spans = [...tape.children] as HTMLElement[];
    const isOver = at === (this.#run?.steps.length ?? 0) - 1;
    spans.forEach((span, place) => {
      span.className = place < at - 1 ? 'past' : place === at - 1 ? 'now' : isOver ? 'unread' : 'next';
    });
    const end = spans[spans.length - 1] as HTMLElement;
    end.classList.add('end');
    end.textContent = say(end.classList.contains('unread') ? 'unread' : 'end');
    // Not `scrollIntoView`, which moves the page too.
    tape.scrollTop = (spans[at - 1]?.offsetTop ?? 0) - tape.clientHeight / 2;
  }

  #showDisplayed(step: Step): void {
    const isGone = step.state === 'retracted';
    const shown = byId('displayed');
    if (isGone) shown.replaceChildren(el('del', {}, step.before + step.text));
    else shown.replaceChildren(step.before, ...step.text === '' ? [] : [el('mark', {}, step.text)]);
    if (!isGone && step.before + step.text === '') shown.replaceChildren(quiet('nothingYet'));
    const [ending] = endingOf(step);
    const notice = byId('ending');
    notice.hidden = ending === undefined;
    notice.className = `notice ${step.state}`;
    notice.textContent = ending ?? '';
  }

  #showHeld({ held }: Step): void {
    byId('held').replaceChildren(held === '' ? quiet('nothingHeld') : el('mark', {}, held));
    byId('held-count').textContent = held === '' ? '' : say('heldUnits', { units: held.length });
  }

  #reasonsAt(at: number): HoldReason[] {
    const { pack, channel, pieces, steps } = this.#run as Run;
    if (steps[at]?.held === '') return [];
    return explainHold([pack], pieces.slice(0, at).join(''), channel);
  }

  #showViews(reasons: readonly HoldReason[]): void {
    const text = (this.#run as Run).pieces.join('');
    byId('views').replaceChildren(...ROWS.map((row) => {
      const cells = reasons.filter((reason) => rowsOf(reason).includes(row)).map((reason) => sentenceOf(reason, text));
      const idle = el('dd', {}, say(`views_${row}_more`));
      return el('div', { class: cells.length > 0 ? 'live' : 'idle', 'data-row': row }, el('dt', {}, say(`views_${row}`)), ...cells.length > 0 ? cells : [idle]);
    }));
  }

  #showVerdicts(at: number): void {
    const { steps, pieces } = this.#run as Run;
    const text = pieces.join('');
    const rows = steps.slice(0, at + 1).flatMap(({ verdicts }, step) => verdicts.map(({ rule, risk, action, view, start, end }) =>
      el('tr', step === at ? { class: 'new' } : {},
        el('td', { class: 'number' }, String(step)), el('th', { scope: 'row' }, rule, el('span', { class: 'risk' }, risk)),
        el('td', {}, el('span', { class: `action ${action}` }, action)), el('td', {}, view), el('td', {}, el('span', { class: 'span' }, text.slice(start, end)), ` ${start}–${end}`))));
    byId('verdicts').replaceChildren(...rows.length > 0 ? rows : [el('tr', {}, el('td', { colspan: '5' }, quiet('noVerdicts')))]);
  }
}

function endingOf({ state, notice }: Step): string[] {
  if (state === 'terminated' || state === 'retracted') return [say(state, { notice })];
  return state === 'finished' ? [say('finished')] : [];
}

function rowsOf({ kind, views }: HoldReason): readonly Row[] {
  if (kind === 'term') return views;
  return [kind === 'pattern' || kind === 'markup' ? kind : 'found'];
}

/** What holds, and whose it is. */
function sentenceOf({ kind, start, end, rule, excuses, rendered, read = '', term = '' }: HoldReason, text: string): HTMLElement {
  const what: Record<HoldReason['kind'], () => string> = {
    term: () => say(term === '' ? 'readsFar' : excuses ? 'readsExcuse' : 'reads', { read, term }),
    pattern: () => say('isOpen', { text: text.slice(start, end) }),
    markup: () => say('isOpen', { text: text.slice(start, end) }),
    match: () => say('isMatch', { text: text.slice(start, end) }),
    doubt: () => say('isDoubt', { text: text.slice(start, end) }),
  };
  const whose = rule !== undefined ? say('ofRule', { rule }) : kind === 'term' ? say('ofPhrase') : undefined;
  const more = [whose, rendered ? say('isRendered') : undefined].filter((part) => part !== undefined);
  return el('dd', {}, what[kind](), more.length > 0 ? el('span', { class: 'more' }, more.join(' · ')) : null);
}

function quiet(word: Word): HTMLElement {
  return el('span', { class: 'quiet' }, say(word));
}
