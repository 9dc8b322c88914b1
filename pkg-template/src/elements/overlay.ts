/**
 * `<tidegate-usage-overlay>`: covers the page while the service is closed, says
 * why and until when, and goes by itself. A modal dialog of the platform: the
 * page behind it is inert, the focus stays in it, and Escape does nothing. It is
 * a sign, not the lock: the guard refuses whether it is shown or not.
 *
 * Slots: `icon` above the title; `actions` for buttons that stay reachable; the
 * default one for more words, such as whom to call.
 */
import type { UsageStatus } from '../types.js';
import { UsageElement, make, say } from './element.js';
import { duration, moment } from './words.js';

/** `<tidegate-usage-overlay>`: a modal dialog over the page while the service is closed. */
export class UsageOverlay extends UsageElement {
  // Takes the focus: a button would be pressed by whoever is typing.
  readonly #title = make('h2', { id: 'title', part: 'title', tabindex: '-1', autofocus: '' });
  readonly #reason = make('p', { id: 'reason', part: 'reason' });
  readonly #opens = make('p', { id: 'opens', part: 'opens', class: 'opens' });
  readonly #wait = make('p', { part: 'wait' });
  readonly #used = make('p', { part: 'used', class: 'used' });
  readonly #dialog = make('dialog', {
    part: 'overlay', class: 'overlay', role: 'alertdialog', 'aria-modal': 'true', closedby: 'none',
    'aria-labelledby': 'title', 'aria-describedby': 'reason opens',
  });

  /** Whether it covers the page. */
  get open(): boolean {
    return this.#dialog.open;
  }

  protected override build(): Node {
    this.#dialog.append(make('div', { class: 'card', part: 'card' },
      make('slot', { name: 'icon' }), this.#title, this.#reason, this.#opens, this.#wait, this.#used, make('slot'),
      make('div', { class: 'actions', part: 'actions' }, make('slot', { name: 'actions' }))));
    this.#dialog.addEventListener('cancel', (event) => event.preventDefault());
    // A browser may close a dialog on a second Escape without asking.
    this.#dialog.addEventListener('close', () => this.refresh());
    return this.#dialog;
  }

  protected override show(status: UsageStatus | undefined): void {
    if (status?.state !== 'closed') {
      this.#dialog.close();
      return;
    }
    const { words } = this;
    const { reason, opensAt, usedMs, now, zone } = status;
    this.#dialog.lang = words.lang;
    say(this.#title, words.closedTitle);
    say(this.#reason, words.reasons[reason ?? 'unknown']);
    say(this.#opens, opensAt === null ? words.opensUnknown : words.opens(moment(words, opensAt, status), words.zone(zone)));
    say(this.#wait, opensAt === null ? '' : words.wait(duration(words, Math.max(0, opensAt - now), true)));
    say(this.#used, words.usedToday(duration(words, usedMs)));
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  protected override gone(): void {
    this.#dialog.close();
  }
}
