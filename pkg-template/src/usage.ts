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
 *   share a store count together, to within a heartbeat; where the host lets
 *   them talk, to within a second.
 * - Kept bytes that cannot be read are set aside under `.corrupt`. Then the copy
 *   of at most a minute ago holds; if there is none, the day starts afresh, and
 *   `change` is dispatched once somebody can listen. Whoever can write the store can
 *   delete it too: against that only a server's ledger helps.
 * - While a core that trapped is started anew it is closed, and then goes on from what
 *   was last kept: at most what was used since the last heartbeat is lost.
 */
import { GuardError } from './error.js';
import { exited } from './off.js';
import { claimsOf, personOf, type Claims } from './report-person.js';
import type { Person } from './report-record.js';
import type { Close, UsageRuntime } from './runtime.js';
import type { EscalationDetail, Host, Reminder, Signal, UsageStatus } from './types.js';
import type { HostClock } from './usage-clock.js';
import { closure, timeless } from './usage-closed.js';
import { Closers } from './usage-closers.js';
import { hasJumped, holding } from './usage-holding.js';
import { Presence } from './usage-presence.js';
import { ServerLink } from './usage-server.js';
import type { Start } from './usage-start.js';
import type { LiveMeter } from './usage-meter.js';
import { Keeper } from './usage-store.js';
import { TELL_MS, Tabs } from './usage-tabs.js';

/** Longest time between two ticks, and thus the most that a crash loses. */
const HEARTBEAT_MS = 15_000;
/** Time between two looks while it is not known what holds. */
const LOOK_MS = 1_000;

export class UsageSession extends EventTarget implements UsageRuntime {
  readonly #host: Host;
  readonly #start: Start;
  readonly #meter: LiveMeter;
  readonly #clock: HostClock;
  readonly #presence: Presence;
  readonly #link: ServerLink;
  readonly #tabs: Tabs;
  readonly #keeper: Keeper;
  readonly #closers = new Closers();
  /** The latest reminder dispatched, by kind and preset. */
  readonly #dispatched = new Map<string, number>();
  readonly #stopSignals: () => void;
  #cancelTimer: () => void = () => {};
  /** Monotonic time at which the timer is due; browsers may run it late. */
  #wakeAt = 0;

  /** What the meter was told last. */
  #counting = false;

  /** What was shown last; nothing yet while the session is made. */
  #seen: UsageStatus | undefined;
  /** Of the assertion in force. */
  #claims: Claims | undefined;
  #announce = false;
  /** Nobody can listen yet: reminders wait. */
  #isQuiet = true;
  #beatAt: number;
  #disposed = false;

  constructor(start: Start) {
    super();
    const { host, meter } = start;
    this.#start = start;
    this.#host = host;
    this.#meter = meter;
    this.#clock = start.clock;
    this.#beatAt = host.monotonic();
    this.#presence = new Presence(meter.live.idleMs, this.#beatAt);
    this.#link = new ServerLink({
      ...start,
      account: () => this.#account(),
      timed: (now) => this.#timed(now),
      doubtful: () => hasJumped(this.#clock),
      identify: (assertion) => this.identify(assertion),
      exited: () => this.#exited(),
      changed: () => this.#look(),
    }, start);
    this.#tabs = new Tabs(host, start.key, meter, {
      account: () => this.#account(),
      changed: () => this.#look(),
      exited: (at) => {
        this.#link.left(at);
        this.#exited();
      },
    });
    this.#keeper = new Keeper(start, this.#link);
    // Before anything counts: a page may begin in a background tab.
    this.#stopSignals = host.signals((signal) => this.#signal(signal));
    this.#seen = this.#current();
    this.#schedule();
  }

  /** Takes the assertion of the options and meets the server, before anything is shown as open. */
  async begin(): Promise<void> {
    const { assertion } = this.#start.options;
    // Who left before is here again.
    this.#link.left(this.#current().now);
    try {
      if (assertion === undefined) this.#link.unidentified();
      else this.identify(assertion);
    } catch {
      // As the options assume; `status().identity` says so.
      this.#link.unidentified();
    }
    await this.#link.first();
    this.#look();
    this.#announce = this.#start.damaged;
  }

  ready(): void {
    // Whoever waits for the guard adds listeners before the next task.
    this.#host.timer(0, () => {
      this.#isQuiet = false;
      this.#look();
    });
  }

  status(): UsageStatus {
    return this.#disposed && this.#seen ? this.#seen : this.#refresh();
  }

  acknowledge(reminder: Reminder): void {
    if (this.#disposed) return;
    try {
      this.#meter.live.acknowledge(reminder.kind, reminder.at);
    } catch (thrown) {
      throw GuardError.from(thrown);
    }
    this.#altered();
  }

  identify(assertion: string): void {
    this.#assertLive();
    if (typeof assertion !== 'string') throw new GuardError('usage/assertion', 'an assertion is a string');
    const { keys } = this.#start;
    if (keys.length === 0) throw new GuardError('usage/assertion-key', 'an assertion needs publicKeys to check it with');
    try {
      const now = this.#account();
      this.#link.identified(assertion, this.#meter.identify(assertion, keys, now), now);
      this.#claims = claimsOf(assertion);
    } catch (thrown) {
      throw GuardError.from(thrown);
    }
    this.#altered();
  }

  exit(): void {
    if (this.#disposed) return;
    const { now } = this.#current();
    // First, so that nothing can stand in the way.
    this.#tabs.tellExit(now);
    this.#stop();
    this.#link.left(now);
    this.#link.note({ kind: 'exit', at: now });
    this.#altered();
    this.#keep();
    this.#link.meet(true);
    this.dispatchEvent(new CustomEvent('exit'));
  }

  escalate(detail: EscalationDetail): void {
    if (this.#disposed) return;
    this.#link.note({ kind: 'crisis', at: this.#current().now, reason: detail.kind });
    this.#link.meet(true);
    this.dispatchEvent(new CustomEvent('escalation', { detail }));
  }

  assertOpen(): void {
    this.#assertLive();
    const status = this.#refresh();
    if (status.state === 'closed') throw closure(status);
  }

  about(): Person {
    const asserted = this.#disposed || this.#seen?.identity !== 'assertion' ? undefined : this.#claims;
    const person = personOf(asserted, this.#start.options);
    if (this.#disposed || !this.#link.isSynced) return person;
    return { ...person, skewMs: Math.round(this.#host.now() - this.#clock.at(this.#host.monotonic())) };
  }

  streaming(): void {
    this.#touch();
  }

  onClose(close: Close): () => void {
    return this.#closers.add(close);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#seen = this.#current();
    this.#link.leave();
    this.#disposed = true;
    this.#cancelTimer();
    this.#stopSignals();
    this.#link.dispose();
    this.#tabs.leave();
    this.#closers.clear();
    await this.#keeper.keep();
    this.#meter.free();
    this.#clock.free();
  }

  /** The user left in another page or on another device, which writes it down and tells the server. */
  #exited(): void {
    if (this.#disposed) return;
    this.#stop();
    this.#refresh();
    this.dispatchEvent(new CustomEvent('exit'));
  }

  /** Ends every answer and continuous use. */
  #stop(): void {
    this.#closers.end(0, exited());
    const { now } = this.#current();
    this.#presence.leave();
    this.#counting = false;
    this.#meter.live.tick(now, false);
    this.#meter.live.stop();
  }

  /** The meter holds something that ticks do not tell. */
  #altered(): void {
    this.#keeper.isBehind = true;
    this.#meter.save();
    this.#tabs.tellAll();
    this.#refresh();
  }

  #assertLive(): void {
    if (this.#disposed) throw new GuardError('usage/disposed', 'the guard was disposed');
  }

  /** Tells the meter what passed; returns the trusted time. */
  #account(): number {
    const monotonic = this.#host.monotonic();
    const idleAt = this.#presence.until;
    const was = this.#counting;
    if (was) {
      this.#keeper.isBehind = true;
      if (idleAt <= monotonic) this.#meter.live.tick(this.#clock.at(idleAt), false);
    }
    this.#counting = this.#presence.isHere(monotonic) && this.#seen?.state !== 'closed';
    const now = this.#clock.at(monotonic);
    this.#meter.live.tick(now, this.#counting);
    if (was && !this.#counting) this.#tabs.tell(now);
    return now;
  }

  #recount(): void {
    try {
      this.#account();
    } catch {
      // No clock tells the time, and nothing counts.
    }
  }

  #current(): UsageStatus {
    try {
      const now = this.#account();
      return holding(this.#start, this.#link.leftMs(), now);
    } catch {
      // A clock that tells no time, or a core that trapped: closed, not open.
      return timeless(this.#seen);
    }
  }

  /** Looks at what holds and acts on what changed. */
  #refresh(): UsageStatus {
    const status = this.#current();
    const before = this.#seen ?? status;
    this.#seen = status;
    const changed = before.state !== status.state || before.reason !== status.reason || before.opensAt !== status.opensAt;
    // From here on it counts, or does not any more.
    if (before.state !== status.state) this.#recount();
    this.#schedule();
    if (changed && status.state === 'closed') this.#closed(before, status);
    if (this.#isQuiet) return status;
    if (changed || this.#announce) {
      this.#announce = false;
      this.dispatchEvent(new CustomEvent<UsageStatus>('change', { detail: status }));
    }
    for (const reminder of status.due) {
      const kind = `${reminder.kind} ${reminder.preset}`;
      if (reminder.at <= (this.#dispatched.get(kind) ?? Number.NEGATIVE_INFINITY)) continue;
      this.#dispatched.set(kind, reminder.at);
      this.#link.note({ kind: 'reminder', at: reminder.at, reason: reminder.kind });
      this.dispatchEvent(new CustomEvent<Reminder>('reminder', { detail: reminder }));
    }
    return status;
  }

  #look(): void {
    if (!this.#disposed) this.#refresh();
  }

  /** Writes; what other pages wrote may have closed the service. */
  #keep(): void {
    void this.#keeper.keep().then(() => this.#look());
  }

  #closed(before: UsageStatus, status: UsageStatus): void {
    const reason = status.reason ?? 'clock';
    this.#tabs.tell(status.now);
    const opened = before.state === 'open';
    if (opened) this.#link.note({ kind: 'closed', at: status.now, reason });
    // Known late, as after sleep: the grace began when it closed.
    const lateMs = before.nextChangeAt === null ? 0 : Math.max(0, status.now - before.nextChangeAt);
    this.#closers.closed(reason, opened, lateMs, closure(status));
  }

  #schedule(): void {
    this.#cancelTimer();
    if (this.#disposed) return;
    const monotonic = this.#host.monotonic();
    let wait = this.#beatAt + HEARTBEAT_MS - monotonic;
    if (this.#counting && this.#tabs.areReachable) wait = Math.min(wait, TELL_MS);
    try {
      const now = this.#clock.at(monotonic);
      const wake = this.#meter.live.wake(now);
      if (wake !== undefined) wait = Math.min(wait, wake - now);
      const left = this.#link.leftMs();
      if (left) wait = Math.min(wait, left);
    } catch {
      // No clock tells the time, or the core is started anew.
      wait = Math.min(wait, LOOK_MS);
    }
    this.#wakeAt = monotonic + wait;
    this.#cancelTimer = this.#host.timer(Math.max(1, Math.ceil(wait)), () => this.#wake());
  }

  #wake(): void {
    if (this.#disposed) return;
    const monotonic = this.#host.monotonic();
    const isBeat = monotonic - this.#beatAt >= HEARTBEAT_MS;
    if (isBeat) this.#beatAt = monotonic;
    const { now } = this.#refresh();
    if (this.#counting) this.#tabs.tell(now);
    if (!isBeat) return;
    if (this.#presence.isVisible || this.#keeper.isBehind) this.#keep();
    this.#link.meet(false);
  }

  /** The user did something, or the model writes. */
  #touch(): void {
    if (this.#disposed) return;
    const monotonic = this.#host.monotonic();
    if (this.#counting && monotonic < this.#presence.until) {
      this.#presence.act(monotonic);
      if (monotonic >= this.#wakeAt) this.#wake();
      return;
    }
    // The pause before must not count as use.
    this.#current();
    this.#presence.act(monotonic);
    this.#refresh();
  }

  #signal(signal: Signal): void {
    if (this.#disposed) return;
    this.#presence.hear(signal);
    switch (signal) {
      case 'hidden':
      case 'freeze':
        this.#refresh();
        this.#keep();
        this.#link.leave();
        break;
      case 'blur':
        this.#refresh();
        break;
      case 'resume':
        this.#refresh();
        this.#link.meet(true);
        break;
      case 'visible':
        this.#touch();
        this.#link.meet(false);
        break;
      case 'focus':
      case 'input':
        this.#touch();
        break;
      case 'online':
        this.#link.meet(true);
        break;
      case 'offline':
        break;
    }
  }

  #timed(now: number): void {
    this.#current();
    this.#clock.anchor(now);
    this.#meter.trust(now);
  }
}
