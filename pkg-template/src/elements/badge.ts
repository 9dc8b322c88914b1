/**
 * `<tidegate-usage-badge>`: time used and left today, and a note when little is
 * left or the service closes soon. The note is a polite live region; the minutes
 * are not, so that nobody is told every one of them. Hidden without a quota and
 * without a note.
 */
import type { Reminder, UsageStatus } from '../types.js';
import { UsageElement, make, say } from './element.js';
import { duration, moment, type Words } from './words.js';

/** From when on a closing hour is announced. */
const SOON_MS = 10 * 60_000;
/** What a quota's end may be off from the moment of asking. */
const SLACK_MS = 1_000;

/** `<tidegate-usage-badge>`: time used and left today; hidden without a quota and without a note. */
export class UsageBadge extends UsageElement {
  readonly #icon = make('slot', { name: 'icon' });
  readonly #words = make('span', { part: 'text', class: 'words' });
  readonly #meter = make('meter', { part: 'meter', class: 'meter', min: '0', optimum: '0' });
  readonly #note = make('span', { part: 'note', class: 'note', role: 'status', 'aria-live': 'polite' });
  readonly #badge = make('div', { part: 'badge', class: 'badge', role: 'group' });
  /** The last warning that the quota gave. */
  #warning: Reminder | undefined;

  protected override build(): Node {
    this.#badge.append(this.#icon, this.#words, this.#meter, this.#note);
    return this.#badge;
  }

  protected override changed(): void {
    this.#warning = undefined;
  }

  protected override show(status: UsageStatus | undefined): void {
    const { words } = this;
    for (const reminder of status?.due ?? []) {
      if (reminder.kind !== 'remaining') continue;
      this.#warning = reminder;
      this.usage?.acknowledge(reminder);
    }
    const note = status ? this.#noteOf(status, words) : '';
    const limited = typeof status?.remainingMs === 'number';
    // The region stays in the tree: one that appears with its text is not spoken.
    this.#words.hidden = this.#meter.hidden = !limited;
    this.#icon.hidden = !limited && note === '';
    this.#badge.lang = words.lang;
    this.#badge.setAttribute('aria-label', words.usageLabel);
    say(this.#note, note);
    if (status && status.remainingMs !== null) this.#showQuota(words, status.usedMs, status.remainingMs);
  }

  #showQuota(words: Words, used: number, left: number): void {
    const total = used + left;
    say(this.#words, `${words.usedToday(duration(words, used))} · ${words.left(duration(words, left))}`);
    this.#meter.max = Math.max(1, total);
    this.#meter.high = Math.max(1, total - SOON_MS);
    this.#meter.value = total === 0 ? 1 : used;
    this.#meter.setAttribute('aria-label', words.usageLabel);
    this.#meter.setAttribute('aria-valuetext', words.used(duration(words, used), duration(words, total)));
  }

  #noteOf(status: UsageStatus, words: Words): string {
    const { state, remainingMs: left, nextChangeAt, now } = status;
    if (state === 'closed') return '';
    const warning = this.#warning;
    // A new day, or more time from a guardian.
    if (warning && (left === null || left > warning.valueMs + SLACK_MS)) this.#warning = undefined;
    if (this.#warning) return words.remaining(duration(words, this.#warning.valueMs, true));
    const until = nextChangeAt === null ? Number.POSITIVE_INFINITY : nextChangeAt - now;
    const isQuota = left !== null && Math.abs(until - left) <= SLACK_MS;
    return until <= SOON_MS && !isQuota && nextChangeAt !== null ? words.closesAt(moment(words, nextChangeAt, status)) : '';
  }
}
