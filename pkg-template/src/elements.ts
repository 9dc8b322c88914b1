/**
 * `tidegate/elements`: what a minor sees of the guard's usage, as custom
 * elements. Importing this has no effect and needs no page; `defineElements()`
 * makes the tags known. It holds no core: the elements only read `guard.usage`.
 */
import { UsageBadge } from './elements/badge.js';
import { UsageOverlay } from './elements/overlay.js';
import { ReminderDialog } from './elements/reminder.js';

export { ReminderDialog, UsageBadge, UsageOverlay };

const ELEMENTS: Readonly<Record<string, CustomElementConstructor>> = {
  'tidegate-usage-overlay': UsageOverlay,
  'tidegate-usage-badge': UsageBadge,
  'tidegate-reminder': ReminderDialog,
};

/** Makes the three tags known to the page; where there is no page, or again, it does nothing. */
export function defineElements(): void {
  if (typeof customElements !== 'object') return;
  for (const [tag, element] of Object.entries(ELEMENTS)) {
    if (!customElements.get(tag)) customElements.define(tag, element);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tidegate-usage-overlay': UsageOverlay;
    'tidegate-usage-badge': UsageBadge;
    'tidegate-reminder': ReminderDialog;
  }
}
