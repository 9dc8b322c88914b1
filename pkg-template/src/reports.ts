/**
 * The report part of the runtime: performs what the outbox in the core asks
 * for. The core decides; here are only the store, the network and the timer.
 */
import { core, type Glue } from './core.js';
import { GuardError } from './error.js';
import {
  readAnswer, readStored, retryAfter, uuid, type Drops, type Effect, type Item, type OutboxEvent, type Stored,
} from './report-wire.js';
import type { ReportsRuntime, VerdictContext } from './runtime.js';
import type { Complaint, Host, HostResponse, Receipt, ReportOptions, ReportStats, Signal } from './types.js';

/** Waiting records; what follows sorts by the time they were made. */
const PREFIX = 'report/';
/** Records that the collector refused for good, kept for diagnosis. */
const ASIDE_PREFIX = 'report-aside/';
/** Most records kept aside; the oldest go first. */
const MAX_ASIDE = 32;
/** A store that takes longer counts as failed, ms. */
const STORE_TIMEOUT_MS = 10_000;
/** Longest single timer, ms: some platforms overflow at 2³¹. */
const MAX_TIMER_MS = 24 * 3_600_000;
/** Records read at once when starting. */
const RESTORE_TOGETHER = 64;
/** `dispose` waits this long for a last try of records that no store has, ms. */
const LAST_TRY_MS = 5_000;

interface Entry {
  key: string;
  at: number;
  /** The record as it is sent; absent once it is lost and only its key counts. */
  json?: Uint8Array;
  drops?: Drops;
}

type RecordKind = 'verdict' | 'complaint' | 'drops';

/**
 * Starts the outbox with what an earlier run left in the host's store.
 *
 * Throws `report/endpoint` without an endpoint, and
 * `report/evidence-unsupported` for any `evidence` but `none`: this version
 * reports metadata only, and will not pretend to hash or seal text.
 */
export async function createReports(options: ReportOptions, host: Host, locale: string): Promise<ReportsRuntime> {
  if (typeof options.endpoint !== 'string' || options.endpoint === '') {
    throw new GuardError('report/endpoint', 'reports need the address of the collector');
  }
  if (options.evidence !== undefined && options.evidence !== 'none') {
    throw new GuardError('report/evidence-unsupported', `evidence '${options.evidence}' is not available in this version`);
  }
  const runtime = new ReportRuntime(options, host, locale);
  await runtime.start();
  return runtime;
}

class ReportRuntime implements ReportsRuntime {
  private readonly outbox: InstanceType<Glue['Outbox']>;
  private readonly encoder = new TextEncoder();
  private readonly decoder = new TextDecoder();
  private readonly entries = new Map<string, Entry>();
  private readonly events: OutboxEvent[] = [];
  private isStepping = false;
  private isDisposed = false;
  private lastStats: ReportStats | undefined;
  private hasStoreFailed = false;
  /** Records that could not even be made. */
  private unmade = 0;
  /** The store is used by one operation at a time, in order. */
  private storing: Promise<void> = Promise.resolve();
  private aside: string[] = [];
  private stamp = 0;
  private serial = 0;
  private waiters: (() => void)[] = [];
  private cancelTimer: (() => void) | undefined;
  private stopSignals: (() => void) | undefined;

  constructor(
    private readonly options: ReportOptions,
    private readonly host: Host,
    private readonly locale: string,
  ) {
    const { Outbox } = core();
    try {
      this.outbox = new Outbox({ maxBytes: options.maxBytes }, host.random(8));
    } catch (thrown) {
      throw GuardError.from(thrown);
    }
  }

  async start(): Promise<void> {
    this.run({ type: 'restored', items: await this.restore() });
    this.stopSignals = this.host.signals((signal) => this.signal(signal));
  }

  verdict(context: VerdictContext): void {
    if (this.isDisposed) return;
    const { rule, risk, action, start, end, view } = context.verdict;
    const { policy, revision, digest, message, channel, direction, locale, shownUnits, escalation } = context;
    const data = {
      policy, revision, digest, rule, risk, action, view, start, end, message, channel, direction,
      surface: 'web', locale, shown_units: shownUnits, escalation,
    };
    try {
      this.add('verdict', data);
    } catch {
      // The caller is showing text to a user; a report must not disturb that.
      this.unmade += 1;
    }
  }

  async submit(complaint: Complaint): Promise<Receipt> {
    if (this.isDisposed) throw new GuardError('report/disposed', 'the guard was disposed');
    let id: string;
    try {
      const { category, text = '', message } = complaint;
      id = this.add('complaint', { category, text, message, locale: this.locale });
    } catch (thrown) {
      throw GuardError.from(thrown);
    }
    await this.storing;
    return { id };
  }

  async flush(): Promise<void> {
    if (this.isDisposed) return;
    this.run({ type: 'flush' });
    if (!this.outbox.isIdle()) await new Promise<void>((resolve) => this.waiters.push(resolve));
    await this.storing;
  }

  stats(): ReportStats {
    if (this.lastStats) return this.lastStats;
    const stats = this.outbox.stats() as Omit<ReportStats, 'storage'>;
    return { ...stats, rejected: stats.rejected + this.unmade, storage: this.isVolatile() ? 'memory' : 'durable' };
  }

  async dispose(): Promise<void> {
    if (this.isDisposed) return;
    this.stopSignals?.();
    await this.storing;
    if (this.isVolatile() && this.stats().pending > 0) {
      // What no store keeps has only this chance.
      await this.within(this.flush(), LAST_TRY_MS);
    }
    if (this.isDisposed) return;
    this.lastStats = this.stats();
    this.isDisposed = true;
    this.cancelTimer?.();
    this.settle();
    await this.storing;
    this.outbox.free();
  }

  private isVolatile(): boolean {
    return this.hasStoreFailed || this.host.store.kind === 'memory';
  }

  /** Makes a record and hands it to the outbox; throws what the core throws. */
  private add(kind: RecordKind, data: object, drops?: Drops): string {
    const at = Math.max(0, Math.floor(this.host.now()));
    const id = uuid(this.host.random(16));
    const record: unknown = core().makeRecord(kind, id, at, data);
    const json = this.encoder.encode(JSON.stringify(record));
    const entry: Entry = { key: this.key(at, id), at, json };
    if (drops) entry.drops = drops;
    this.entries.set(id, entry);
    this.run({ type: 'added', item: itemOf(id, entry, json) });
    return id;
  }

  /** Keys sort in the order of making, also when the clock goes back. */
  private key(at: number, id: string): string {
    if (at > this.stamp) {
      this.stamp = at;
      this.serial = 0;
    } else if (++this.serial > 9_999) {
      this.stamp += 1;
      this.serial = 0;
    }
    return `${PREFIX}${String(this.stamp).padStart(16, '0')}${String(this.serial).padStart(4, '0')}-${id}`;
  }

  /** One event at a time: effects of one step are begun before the next step. */
  private run(event: OutboxEvent): void {
    if (this.isDisposed) return;
    this.events.push(event);
    if (this.isStepping) return;
    this.isStepping = true;
    try {
      for (let next = this.events.shift(); next; next = this.events.shift()) {
        const effects = this.outbox.step(this.host.now(), this.host.monotonic(), next) as Effect[];
        for (const effect of effects) this.perform(effect);
      }
    } finally {
      this.isStepping = false;
    }
    if (this.outbox.isIdle()) this.settle();
  }

  private settle(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
  }

  private perform(effect: Effect): void {
    switch (effect.type) {
      case 'store': return this.store(effect.id);
      case 'delete': return this.delete(effect.id);
      case 'setAside': return this.setAside(effect.id, effect.code);
      case 'send': return void this.send(effect.batch, effect.ids, effect.keepalive);
      case 'reportDrops': return this.reportDrops(effect.drops);
      case 'wake': return this.wake(effect.atMs);
    }
  }

  private store(id: string): void {
    const entry = this.entries.get(id);
    if (!entry?.json) return;
    const value = this.encode(entry, entry.json);
    this.enqueue(async () => {
      const ok = await this.attempt(() => this.host.store.set(entry.key, value));
      this.run({ type: 'stored', id, ok });
    });
  }

  private delete(id: string): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.delete(id);
    this.enqueue(async () => {
      await this.attempt(() => this.host.store.delete(entry.key));
    });
  }

  private setAside(id: string, code: string): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.delete(id);
    const key = ASIDE_PREFIX + entry.key.slice(PREFIX.length);
    const value = entry.json && this.encode(entry, entry.json, code);
    this.enqueue(async () => {
      if (value && await this.attempt(() => this.host.store.set(key, value))) this.aside.push(key);
      while (this.aside.length > MAX_ASIDE) {
        const oldest = this.aside.shift() as string;
        await this.attempt(() => this.host.store.delete(oldest));
      }
      await this.attempt(() => this.host.store.delete(entry.key));
    });
  }

  private reportDrops(drops: Drops): void {
    for (const id of drops.covers) delete this.entries.get(id)?.json;
    this.add('drops', { dropped: drops.count, reason: drops.reason }, drops);
  }

  private wake(atMs: number): void {
    this.cancelTimer?.();
    const wait = Math.ceil(atMs - this.host.monotonic());
    const ms = Math.min(Math.max(wait, 0), MAX_TIMER_MS);
    this.cancelTimer = this.host.timer(ms, () => this.run({ type: 'tick' }));
  }

  private async send(batch: number, ids: string[], keepalive: boolean): Promise<void> {
    let response: HostResponse;
    try {
      const body = this.body(ids);
      const headers: Record<string, string> = { 'content-type': 'application/cloudevents-batch+json' };
      if (this.options.token) headers.authorization = `Bearer ${await this.options.token()}`;
      response = await this.host.send({ url: this.options.endpoint, method: 'POST', headers, body, keepalive });
    } catch {
      this.run({ type: 'sendFailed', batch });
      return;
    }
    const retryAfterMs = retryAfter(response.headers, this.host.now());
    const answer = readAnswer(response.body);
    this.run({ type: 'sent', batch, status: response.status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }), ...answer });
  }

  /** The records as one JSON array, without encoding them again. */
  private body(ids: string[]): Uint8Array {
    const parts = ids.map((id) => this.entries.get(id)?.json).filter((json) => json !== undefined);
    const body = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, 1));
    let at = 0;
    for (const part of parts) {
      body[at] = at === 0 ? 0x5b : 0x2c; // '[' or ','
      body.set(part, at + 1);
      at += part.length + 1;
    }
    body[at] = 0x5d; // ']'
    return body;
  }

  private signal(signal: Signal): void {
    if (signal === 'hidden' || signal === 'freeze') this.run({ type: 'hidden' });
    else if (signal === 'online') this.run({ type: 'online' });
    else if (signal === 'visible' || signal === 'resume') this.run({ type: 'tick' });
  }

  /** What an earlier run left, oldest first. */
  private async restore(): Promise<Item[]> {
    const items: Item[] = [];
    let keys: string[] = [];
    await this.attempt(async () => {
      keys = (await this.host.store.keys(PREFIX)).sort();
      this.aside = (await this.host.store.keys(ASIDE_PREFIX)).sort();
    });
    for (let at = 0; at < keys.length; at += RESTORE_TOGETHER) {
      const some = keys.slice(at, at + RESTORE_TOGETHER);
      const values = await Promise.all(some.map((key) => this.read(key)));
      for (const [index, value] of values.entries()) {
        const key = some[index] as string;
        if (value === 'unreadable') {
          this.unmade += 1;
          this.enqueue(async () => void await this.attempt(() => this.host.store.delete(key)));
        } else if (value) {
          items.push(this.adopt(key, value));
        }
      }
    }
    return items;
  }

  private adopt(key: string, stored: Stored): Item {
    const json = this.encoder.encode(JSON.stringify(stored.record));
    const entry: Entry = { key, at: stored.at, json };
    if (stored.drops) entry.drops = stored.drops;
    this.entries.set(stored.record.id, entry);
    const stamp = Number.parseInt(key.slice(PREFIX.length, PREFIX.length + 16), 10);
    if (stamp >= this.stamp) this.stamp = stamp + 1;
    return itemOf(stored.record.id, entry, json);
  }

  /** `undefined`: the store failed or has nothing; the record may come back. */
  private async read(key: string): Promise<Stored | 'unreadable' | undefined> {
    let value: Uint8Array | undefined;
    await this.attempt(async () => {
      value = await this.host.store.get(key);
    });
    return value && (readStored(value) ?? 'unreadable');
  }

  private encode(entry: Entry, json: Uint8Array, code?: string): Uint8Array {
    const record = JSON.parse(this.decoder.decode(json)) as Stored['record'];
    return this.encoder.encode(JSON.stringify({ at: entry.at, record, drops: entry.drops, code }));
  }

  private enqueue(operation: () => Promise<void>): void {
    this.storing = this.storing.then(operation).catch(() => {
      this.hasStoreFailed = true;
    });
  }

  /** Whether the store did it in time. After one failure it is not trusted to be durable. */
  private async attempt(operation: () => Promise<void>): Promise<boolean> {
    const work = (async () => operation())();
    const ok = await this.within(work, STORE_TIMEOUT_MS);
    if (!ok) this.hasStoreFailed = true;
    return ok;
  }

  private async within(work: Promise<void>, ms: number): Promise<boolean> {
    let cancel = (): void => {};
    const late = new Promise<boolean>((resolve) => {
      cancel = this.host.timer(ms, () => resolve(false));
    });
    try {
      return await Promise.race([work.then(() => true), late]);
    } catch {
      return false;
    } finally {
      cancel();
    }
  }
}

function itemOf(id: string, entry: Entry, json: Uint8Array): Item {
  const item: Item = { id, bytes: json.length, createdAtMs: entry.at };
  if (entry.drops) item.drops = entry.drops;
  return item;
}
