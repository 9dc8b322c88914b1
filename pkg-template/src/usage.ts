/**
 * Minors' time in one page. The core's meter decides; this part tells it what
 * time it is and whether the user is active, keeps what it saves, and acts on
 * what it says.
 *
 * - Time is the server's, or the wall clock's at start, carried forward by the
 *   monotonic clock. A wall clock put back changes nothing. One put forward (or
 *   a machine that slept) never opens; it closes, if the curfew holds by it.
 * - Active means visible, focused, and an input or streamed text within the idle
 *   gap. Nothing counts while the service is closed.
 * - What is kept is read again and united before it is written, so pages that
 *   share a store count together, to within a heartbeat.
 * - Kept bytes that cannot be read are set aside under `.corrupt`. Then the copy
 *   of at most a minute ago holds; if there is none, the day starts afresh, and
 *   `change` is dispatched at the next heartbeat. Whoever can write the store can
 *   delete it too: against that only a server's ledger helps.
 */
import { GuardError } from './error.js';
import type { CreateUsage, UsageRuntime } from './runtime.js';
import type { CloseReason, Host, Reminder, Signal, UsageOptions, UsageStatus } from './types.js';
import { TrustedClock, serverTime } from './usage-clock.js';
import { keyOf, load, read, type Meter } from './usage-store.js';

/** Longest time between two ticks, and thus the most that a crash loses. */
const HEARTBEAT_MS = 15_000;
/** How old the second copy of what is kept may be. */
const COPY_MS = 60_000;
/** Shortest time between two questions to the server. */
const SYNC_EVERY_MS = 60_000;
/** Difference of the wall and the monotonic clock that is a jump, not drift. */
const JUMP_MS = 5_000;

const REASONS: Record<CloseReason, string> = {
  curfew: 'closed at this time of day',
  quota: 'the time for today is used up',
  day: 'closed today',
  guardian: 'closed by the guardian',
  identity: 'it is not known who the user is',
  clock: 'the time is not known',
};

class UsageSession extends EventTarget implements UsageRuntime {
  readonly #host: Host;
  readonly #options: UsageOptions;
  readonly #key: string;
  readonly #meter: Meter;
  readonly #clock: TrustedClock;
  readonly #idleMs: number;
  readonly #closers = new Set<() => void>();
  /** The latest reminder dispatched, by kind and preset. */
  readonly #dispatched = new Map<string, number>();
  readonly #stopSignals: () => void;
  #cancelTimer: () => void = () => {};
  /** Monotonic time at which the timer is due; browsers may run it late. */
  #wakeAt = 0;

  #visible = true;
  #focused = true;
  #frozen = false;
  /** Monotonic time of the last input or streamed text. */
  #activeAt: number;
  /** What the meter was told last. */
  #counting = false;

  #seen: UsageStatus;
  #announce: boolean;
  #synced: boolean;
  #syncing = false;
  #askedAt: number;
  #beatAt: number;
  #copiedAt = Number.NEGATIVE_INFINITY;
  /** There is something that was not written. */
  #unsaved = false;
  #writeAgain = false;
  #writing: Promise<void> | undefined;
  #disposed = false;

  constructor(
    options: UsageOptions, host: Host, key: string, meter: Meter,
    start: { clock: TrustedClock; synced: boolean; damaged: boolean },
  ) {
    super();
    this.#options = options;
    this.#host = host;
    this.#key = key;
    this.#meter = meter;
    this.#clock = start.clock;
    this.#synced = start.synced;
    this.#announce = start.damaged;
    this.#idleMs = meter.idleMs;
    this.#activeAt = this.#askedAt = this.#beatAt = host.monotonic();
    this.#seen = this.#current();
    this.#stopSignals = host.signals((signal) => this.#signal(signal));
    this.#schedule();
  }

  status(): UsageStatus {
    return this.#disposed ? this.#seen : this.#refresh();
  }

  acknowledge(reminder: Reminder): void {
    if (this.#disposed) return;
    try {
      this.#meter.acknowledge(reminder.kind, reminder.at);
    } catch (thrown) {
      throw GuardError.from(thrown);
    }
    this.#unsaved = true;
    this.#refresh();
  }

  assertOpen(): void {
    if (this.#disposed) throw new GuardError('usage/disposed', 'the guard was disposed');
    const { state, reason, opensAt } = this.#refresh();
    if (state === 'closed') throw new GuardError('usage/closed', REASONS[reason ?? 'clock'], { opensAt });
  }

  streaming(): void {
    this.#touch();
  }

  onClose(close: () => void): () => void {
    // Wrapped, so that the same function can be given twice.
    const entry = (): void => close();
    this.#closers.add(entry);
    return () => void this.#closers.delete(entry);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#seen = this.#current();
    this.#disposed = true;
    this.#cancelTimer();
    this.#stopSignals();
    this.#closers.clear();
    await this.#persist();
    this.#meter.free();
  }

  #present(): boolean {
    return this.#visible && this.#focused && !this.#frozen;
  }

  /** Tells the meter what passed; returns the trusted time. */
  #account(): number {
    const monotonic = this.#host.monotonic();
    const idleAt = this.#activeAt + this.#idleMs;
    if (this.#counting) {
      this.#unsaved = true;
      if (idleAt <= monotonic) this.#meter.tick(this.#clock.at(idleAt), false);
    }
    this.#counting = this.#present() && monotonic < idleAt;
    const now = this.#clock.at(monotonic);
    this.#meter.tick(now, this.#counting);
    return now;
  }

  #current(): UsageStatus {
    try {
      const now = this.#account();
      const status = this.#meter.status(now) as UsageStatus;
      if (this.#options.server && !this.#synced && this.#options.offline === 'close') return closed(status);
      if (status.state === 'open' && this.#clock.ahead() > JUMP_MS) {
        const ahead = this.#meter.peek(now + this.#clock.ahead()) as UsageStatus;
        if (ahead.reason === 'curfew') {
          const { state, reason, opensAt, nextChangeAt } = ahead;
          return { ...status, state, reason, opensAt, nextChangeAt, due: [] };
        }
      }
      return status;
    } catch {
      // A clock that tells no time, or a core that trapped: closed, not open.
      return closed(this.#seen);
    }
  }

  /** Looks at what holds and acts on what changed. */
  #refresh(): UsageStatus {
    const status = this.#current();
    const before = this.#seen;
    this.#seen = status;
    this.#schedule();
    if (before.state === 'open' && status.state === 'closed') this.#close();
    const changed = before.state !== status.state || before.reason !== status.reason || before.opensAt !== status.opensAt;
    if (changed || this.#announce) {
      this.#announce = false;
      this.dispatchEvent(new CustomEvent<UsageStatus>('change', { detail: status }));
    }
    for (const reminder of status.due) {
      const kind = `${reminder.kind} ${reminder.preset}`;
      if (reminder.at <= (this.#dispatched.get(kind) ?? Number.NEGATIVE_INFINITY)) continue;
      this.#dispatched.set(kind, reminder.at);
      this.dispatchEvent(new CustomEvent<Reminder>('reminder', { detail: reminder }));
    }
    return status;
  }

  #close(): void {
    for (const close of [...this.#closers]) {
      try {
        close();
      } catch {
        // One stream that fails to end must not keep the others open.
      }
    }
  }

  #schedule(): void {
    this.#cancelTimer();
    if (this.#disposed) return;
    const monotonic = this.#host.monotonic();
    let wait = this.#beatAt + HEARTBEAT_MS - monotonic;
    try {
      const now = this.#clock.at(monotonic);
      const wake = this.#meter.wake(now);
      if (wake !== undefined) wait = Math.min(wait, wake - now);
    } catch {
      // The heartbeat looks again.
    }
    this.#wakeAt = monotonic + wait;
    this.#cancelTimer = this.#host.timer(Math.max(1, Math.ceil(wait)), () => this.#wake());
  }

  #wake(): void {
    if (this.#disposed) return;
    const monotonic = this.#host.monotonic();
    if (monotonic - this.#beatAt >= HEARTBEAT_MS) {
      this.#beatAt = monotonic;
      if (this.#visible || this.#unsaved) void this.#persist();
      this.#sync(false);
    }
    this.#refresh();
  }

  /** The user did something, or the model writes. */
  #touch(): void {
    if (this.#disposed) return;
    const monotonic = this.#host.monotonic();
    if (this.#counting && monotonic < this.#activeAt + this.#idleMs) {
      this.#activeAt = monotonic;
      if (monotonic >= this.#wakeAt) this.#wake();
      return;
    }
    // The pause before must not count as use.
    this.#current();
    this.#activeAt = monotonic;
    this.#refresh();
  }

  #signal(signal: Signal): void {
    if (this.#disposed) return;
    switch (signal) {
      case 'hidden':
      case 'freeze':
        if (signal === 'hidden') this.#visible = false;
        else this.#frozen = true;
        this.#refresh();
        void this.#persist();
        break;
      case 'blur':
        this.#focused = false;
        this.#refresh();
        break;
      case 'resume':
        this.#frozen = false;
        this.#refresh();
        this.#sync(true);
        break;
      case 'visible':
        this.#visible = true;
        this.#touch();
        this.#sync(false);
        break;
      case 'focus':
      case 'input':
        this.#focused = true;
        this.#touch();
        break;
      case 'online':
        this.#sync(true);
        break;
      case 'offline':
        break;
    }
  }

  /** Asks the server for the time if it is not known, if a clock jumped, or if `now` says so. */
  #sync(now: boolean): void {
    const { server } = this.#options;
    if (!server || this.#syncing || this.#disposed) return;
    const jumped = !(Math.abs(this.#clock.ahead()) <= JUMP_MS);
    const since = this.#host.monotonic() - this.#askedAt;
    if (!now && !jumped && this.#synced) return;
    if (!now && since < SYNC_EVERY_MS) return;
    this.#syncing = true;
    this.#askedAt = this.#host.monotonic();
    void serverTime(this.#host, server).then((time) => {
      this.#syncing = false;
      if (time === undefined || this.#disposed) return;
      this.#current();
      this.#clock.anchor(time);
      this.#meter.trust(time);
      this.#synced = true;
      this.#refresh();
    });
  }

  /** Writes what is known now; at most one write is under way and one waits. */
  #persist(): Promise<void> {
    this.#writeAgain = true;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #drain(): Promise<void> {
    while (this.#writeAgain) {
      this.#writeAgain = false;
      try {
        await this.#write();
      } catch {
        this.#unsaved = true;
        // Full or forbidden: metering goes on in memory, the next heartbeat tries again.
      }
    }
    if (!this.#disposed) this.#refresh();
  }

  async #write(): Promise<void> {
    const { store } = this.#host;
    const kept = await read(this.#host, this.#key);
    if (kept) {
      try {
        this.#meter.merge(kept);
      } catch {
        await store.set(`${this.#key}.corrupt`, kept).catch(() => {});
      }
    }
    const bytes = this.#meter.save();
    this.#unsaved = false;
    await store.set(this.#key, bytes);
    const monotonic = this.#host.monotonic();
    if (monotonic - this.#copiedAt >= COPY_MS) {
      this.#copiedAt = monotonic;
      await store.set(`${this.#key}.previous`, bytes);
    }
  }
}

/** `status`, closed because the time is not known. */
function closed(status: UsageStatus | undefined): UsageStatus {
  return {
    usedMs: status?.usedMs ?? 0,
    remainingMs: status?.remainingMs ?? null,
    continuousMs: status?.continuousMs ?? 0,
    state: 'closed',
    reason: 'clock',
    nextChangeAt: null,
    opensAt: null,
    due: [],
  };
}

/** Starts metering. Rejects with a coded GuardError if the options are wrong. */
export const createUsage: CreateUsage = async (options, host) => {
  const { server, offline } = options;
  if (offline !== undefined && !['allow', 'limit', 'close'].includes(offline)) {
    throw new GuardError('usage/offline', 'offline must be "allow", "limit" or "close"');
  }
  if (server !== undefined && typeof server !== 'string') {
    throw new GuardError('usage/server', 'server must be a URL');
  }
  const key = keyOf(options.subject ?? 'local');
  const { meter, damaged } = await load(options, host, key);
  const time = server ? await serverTime(host, server) : undefined;
  // Without a server, time goes on from the latest instant known, so that a
  // clock that was put back does not stand still.
  const clock = new TrustedClock(host, time ?? Math.max(host.now(), meter.last ?? 0));
  if (time !== undefined) meter.trust(time);
  return new UsageSession(options, host, key, meter, { clock, synced: time !== undefined, damaged });
};
