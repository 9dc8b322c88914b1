/** The page's usage elements, and whose time they show. */
import type { Guard } from 'tidegate';
import { defineElements } from 'tidegate/elements';
import { byId } from './dom.js';
import { icon } from './icons.js';

export class UsageElements {
  private readonly overlay = byId<HTMLElementTagNameMap['tidegate-usage-overlay']>('closed');
  private readonly badge = byId<HTMLElementTagNameMap['tidegate-usage-badge']>('usage-badge');
  private readonly reminder = byId<HTMLElementTagNameMap['tidegate-reminder']>('reminder');

  constructor(open: { settings(): void; particulars(): void; timeMachine(): void }) {
    defineElements();
    for (const [host, name] of [[this.overlay, 'moon'], [this.badge, 'clock']] as const) {
      host.querySelector('[slot=icon]')?.append(icon(name));
    }
    byId('closed-settings').addEventListener('click', () => open.settings());
    byId('closed-particulars').addEventListener('click', () => open.particulars());
    byId('closed-time-machine').addEventListener('click', () => open.timeMachine());
  }

  /** Shows this guard's usage; while a guard is being replaced, all stays as it is. */
  watch(guard: Guard | undefined): void {
    if (guard) this.show(guard.usage);
  }

  /** Without a guard the page says itself that it is closed. */
  clear(): void {
    this.show(undefined);
  }

  /** Looks again at once, as when a message was refused. */
  refresh(): void {
    this.overlay.refresh();
  }

  private show(usage: Guard['usage'] | undefined): void {
    for (const element of [this.overlay, this.badge, this.reminder]) element.usage = usage;
  }
}
