/**
 * `<tidegate-reminder>`: a dialog for each reminder that is due, the oldest
 * first. Closing it in any way acknowledges the reminder, unless the service
 * closed or another tab was quicker.
 *
 * Attribute `kinds`: which ones, separated by spaces; default all but `remaining`,
 * which `<tidegate-usage-badge>` shows.
 */
import type { Reminder, UsageStatus } from '../types.js';
import { UsageElement, make, say } from './element.js';

const KINDS = 'rest duration not_human ai_disclosure';

/**
 * `<tidegate-reminder>`: a dialog for each reminder that is due. Attribute `kinds`: which ones,
 * separated by spaces; default all but `remaining`.
 */
export class ReminderDialog extends UsageElement {
  static override readonly observedAttributes: readonly string[] = [...UsageElement.observedAttributes, 'kinds'];

  // The title takes the focus, not the button: whoever is typing when the dialog
  // comes would press it unread.
  readonly #title = make('h2', { id: 'title', part: 'title', tabindex: '-1', autofocus: '' });
  readonly #text = make('p', { id: 'text', part: 'text' });
  readonly #done = make('button', { type: 'button', part: 'button' });
  readonly #dialog = make('dialog', {
    part: 'reminder', class: 'reminder', role: 'alertdialog', 'aria-modal': 'true',
    'aria-labelledby': 'title', 'aria-describedby': 'text',
  });
  #shown: Reminder | undefined;

  /** The reminder on the screen. */
  get reminder(): Reminder | undefined {
    return this.#shown;
  }

  protected override build(): Node {
    this.#dialog.append(this.#title, this.#text, make('slot'), make('div', { class: 'actions', part: 'actions' }, this.#done));
    this.#done.addEventListener('click', () => this.#acknowledge());
    // Not at once, or the next reminder would be shown and then closed.
    this.#dialog.addEventListener('close', () => {
      if (!this.#dialog.open) this.#acknowledge();
    });
    return this.#dialog;
  }

  #acknowledge(): void {
    const reminder = this.#shown;
    this.#drop();
    if (reminder) this.usage?.acknowledge(reminder);
    this.refresh();
  }

  protected override changed(): void {
    this.#drop();
  }

  protected override gone(): void {
    this.#drop();
  }

  protected override show(status: UsageStatus | undefined): void {
    const kinds = (this.getAttribute('kinds') ?? KINDS).split(/\s+/);
    const due = (status?.due ?? []).filter(({ kind }) => kinds.includes(kind));
    const now = due.find(({ kind }) => kind === this.#shown?.kind) ?? due.sort((a, b) => a.at - b.at)[0];
    if (!now) {
      this.#drop();
      return;
    }
    this.#shown = now;
    const { words } = this;
    const { title, text, done } = words.reminder(now);
    this.#dialog.lang = words.lang;
    this.#dialog.dataset['kind'] = now.kind;
    say(this.#title, title);
    say(this.#text, text);
    say(this.#done, done);
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** Takes the dialog away without acknowledging. */
  #drop(): void {
    this.#shown = undefined;
    this.#dialog.close();
  }
}
