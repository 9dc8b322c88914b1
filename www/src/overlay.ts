/** The closed sign: covers the page while the service is closed, and goes by itself. */
import type { Guard, UsageStatus } from 'tidegate';
import { el } from './dom.js';
import { duration, moment, t, type Key } from './i18n.js';
import { icon } from './icons.js';

/** How often the waiting time is refreshed, ms. */
const REFRESH_MS = 5_000;

export class Overlay {
  private guard: Guard | undefined;
  private readonly title = el('h2', { id: 'closed-title' });
  private readonly reason = el('p', { class: 'closed-reason', id: 'closed-reason' });
  private readonly opens = el('p', { class: 'closed-opens' });
  private readonly left = el('p');
  private readonly used = el('p', { class: 'hint' });
  private readonly settings = el('button', { type: 'button', class: 'button' });
  private readonly particulars = el('button', { type: 'button', class: 'button' });
  private readonly dialog = el('dialog', {
    class: 'closed', id: 'closed', 'aria-modal': 'true', closedby: 'none', 'aria-labelledby': 'closed-title', 'aria-describedby': 'closed-reason',
  }, el('div', { class: 'closed-card' }, el('span', { class: 'closed-mark' }, icon('moon')), this.title, this.reason, this.opens, this.left, this.used,
    el('div', { class: 'dialog-actions centred' }, this.particulars, this.settings)));

  /** `now` is the guard's clock, ms since the epoch. */
  constructor(private readonly now: () => number, open: { settings(): void; particulars(): void }) {
    document.body.append(this.dialog);
    this.settings.addEventListener('click', () => open.settings());
    this.particulars.addEventListener('click', () => open.particulars());
    this.dialog.addEventListener('cancel', (event) => event.preventDefault());
    // A browser may close a dialog on a second Escape without asking.
    this.dialog.addEventListener('close', () => this.refresh());
    setInterval(() => this.refresh(), REFRESH_MS);
  }

  watch(guard: Guard | undefined): void {
    this.guard = guard;
    guard?.usage.addEventListener('change', () => { if (this.guard === guard) this.refresh(); });
    this.refresh();
  }

  /** Takes the sign away: without a guard the page says itself that it is closed. */
  hide(): void {
    this.guard = undefined;
    this.dialog.close();
  }

  refresh(): void {
    // While a guard is being replaced the sign stays as it is.
    const status = this.guard?.usage.status();
    if (!status) return;
    if (status.state === 'open') {
      if (this.dialog.open) this.dialog.close();
      return;
    }
    this.write(status);
    if (!this.dialog.open) this.dialog.showModal();
  }

  private write(status: UsageStatus): void {
    const key: Key = status.reason ? `closed_${status.reason}` : 'closed_unknown';
    this.title.textContent = t('closedTitle');
    this.reason.textContent = t(key);
    this.opens.textContent = status.opensAt === null ? t('opensUnknown') : t('opensAt', { time: moment(status.opensAt) });
    this.left.textContent = status.opensAt === null ? '' : t('opensIn', { time: duration(Math.max(0, status.opensAt - this.now()), true) });
    this.used.textContent = t('usedTotal', { used: duration(status.usedMs) });
    this.settings.textContent = t('settings');
    this.particulars.textContent = t('particulars');
  }
}
