/**
 * Covers the page while the service is closed, says why and until when, and goes
 * by itself; shows reminders one at a time. It is a sign, not the lock: the guard
 * refuses whether it is shown or not.
 *
 * `watch(guard.usage)` starts it, `watch()` ends it. The default slot is for more
 * words, such as whom to call.
 */
import type { Reminder, Usage } from '../../../types.js';
import { duration, moment, wordsFor } from '../words.js';

/** How often a shown time is brought up to date, ms. */
const REFRESH_MS = 1_000;

interface Watched {
  usage: Usage;
  look: () => void;
  timer: number;
  reminder?: Reminder;
}

const watchedBy = new WeakMap<object, Watched>();

/** What covers the page; an empty `title` is nothing. */
const NOTHING = { title: '', reason: '', opens: '', wait: '', used: '' };
const NO_REMINDER = { title: '', text: '', done: '' };

interface Shown {
  closed: typeof NOTHING;
  reminder: typeof NO_REMINDER;
}

Component({
  properties: {
    /** BCP 47. */
    locale: { type: String, value: 'zh-CN' },
  },
  data: { closed: NOTHING, reminder: NO_REMINDER },
  observers: {
    locale() {
      this.refresh();
    },
  },
  lifetimes: {
    detached() {
      this._stop();
    },
  },
  methods: {
    watch(usage?: Usage): void {
      this._stop();
      if (usage) {
        const look = (): void => this.refresh();
        usage.addEventListener('change', look);
        usage.addEventListener('reminder', look);
        watchedBy.set(this, { usage, look, timer: setInterval(look, REFRESH_MS) as unknown as number });
      }
      this.refresh();
    },

    /** Looks at the time and shows it; it is done every second anyway. */
    refresh(): void {
      const watched = watchedBy.get(this);
      const status = watched?.usage.status();
      const words = wordsFor(this.data.locale);
      let closed = NOTHING;
      if (status?.state === 'closed') {
        const { reason, opensAt, usedMs, now, zone } = status;
        closed = {
          title: words.closedTitle,
          reason: words.reasons[reason ?? 'unknown'],
          opens: opensAt === null ? words.opensUnknown : words.opens(moment(words, opensAt, status), words.zone(zone)),
          wait: opensAt === null ? '' : words.wait(duration(words, Math.max(0, opensAt - now), true)),
          used: words.usedToday(duration(words, usedMs)),
        };
      }
      const due = [...status?.due ?? []].sort((a, b) => a.at - b.at);
      // The one on the screen stays: it must not change under the finger.
      const next = due.find(({ kind }) => kind === watched?.reminder?.kind) ?? due[0];
      if (watched && next) watched.reminder = next;
      else delete watched?.reminder;
      this._set({ closed, reminder: next ? words.reminder(next) : NO_REMINDER });
    },

    /** The reminder was read. */
    acknowledge(): void {
      const watched = watchedBy.get(this);
      if (watched?.reminder) watched.usage.acknowledge(watched.reminder);
      this.refresh();
    },

    /** Keeps touches from the page below. */
    block(): void {},

    /** Only what changed crosses to the view. */
    _set(next: Shown): void {
      const changes: Record<string, unknown> = {};
      for (const name of ['closed', 'reminder'] as const) {
        if (JSON.stringify(next[name]) !== JSON.stringify(this.data[name])) changes[name] = next[name];
      }
      if (Object.keys(changes).length > 0) this.setData(changes);
    },

    _stop(): void {
      const watched = watchedBy.get(this);
      if (!watched) return;
      watchedBy.delete(this);
      clearInterval(watched.timer);
      watched.usage.removeEventListener('change', watched.look);
      watched.usage.removeEventListener('reminder', watched.look);
    },
  },
});
