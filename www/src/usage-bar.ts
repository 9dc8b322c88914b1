/** Time used and left today, and the reminders that come with it. */
import type { Guard, Reminder } from 'tidegate';
import { openDialog } from './dialog.js';
import { el } from './dom.js';
import { duration, t } from './i18n.js';
import { icon } from './icons.js';

/** How often the shown minutes are refreshed, ms. */
const REFRESH_MS = 5_000;

export class UsageBar {
  private guard: Guard | undefined;
  private readonly words = el('span', { class: 'usage-words' });
  private readonly note = el('span', { class: 'usage-note', role: 'status' });
  private readonly meter = el('progress', { class: 'usage-meter', max: '1' });

  constructor(private readonly root: HTMLElement) {
    root.append(icon('clock'), this.words, this.meter, this.note);
    setInterval(() => this.refresh(), REFRESH_MS);
  }

  /** Shows this guard's usage from now on. */
  watch(guard: Guard | undefined): void {
    this.guard = guard;
    this.note.textContent = '';
    if (guard) {
      guard.usage.addEventListener('reminder', (event) => {
        if (this.guard === guard) this.remind((event as CustomEvent<Reminder>).detail);
      });
      for (const reminder of guard.usage.status().due) this.remind(reminder);
    }
    this.refresh();
  }

  refresh(): void {
    const status = this.guard?.usage.status();
    if (!status || status.remainingMs === null) {
      this.root.hidden = true;
      return;
    }
    this.root.hidden = false;
    const total = status.usedMs + status.remainingMs;
    this.words.textContent =
      `${t('usedToday', { used: duration(status.usedMs) })} · ${t('leftToday', { left: duration(status.remainingMs) })}`;
    this.meter.value = total === 0 ? 1 : status.usedMs / total;
    this.meter.setAttribute('aria-label', t('usageLabel'));
    this.root.setAttribute('aria-label', t('minorMode'));
  }

  private remind(reminder: Reminder): void {
    const guard = this.guard;
    if (!guard) return;
    if (reminder.kind === 'remaining') {
      this.note.textContent = t('remainingSoon');
      guard.usage.acknowledge(reminder);
      return;
    }
    const done = el('button', { type: 'button', class: 'button primary' }, t('restDone'));
    const dialog = openDialog('rest', t('restTitle'),
      el('div', { class: 'stack' }, el('p', {}, t('restText', { time: duration(reminder.valueMs) }))),
      el('div', { class: 'dialog-actions' }, done));
    done.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => guard.usage.acknowledge(reminder));
    done.focus();
  }
}
