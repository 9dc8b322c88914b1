/**
 * The report part of the runtime: performs what the outbox in the core asks
 * for. The core decides; here are only the store, the network and the timer.
 */
import { GuardError } from './error.js';
import { EvidenceMaker, type Judge } from './report-evidence.js';
import { LiveOutbox, plus } from './report-outbox.js';
import { mayTell } from './report-person.js';
import { complaintBody, dropsBody, envelope, verdictBody, type Body, type Person, type Surface } from './report-record.js';
import { encode, itemOf, RecordStore, type Entry } from './report-store.js';
import { SenderTabs } from './report-tabs.js';
import { readAnswer, retryAfter, uuid, type Drops, type Effect, type OutboxEvent } from './report-wire.js';
import type { ReportsRuntime, VerdictContext } from './runtime.js';
import type { Complaint, Host, HostResponse, Receipt, ReportOptions, ReportStats, Signal } from './types.js';
import { within } from './within.js';

/** Longest single timer, ms: some platforms overflow at 2³¹. */
const MAX_TIMER_MS = 24 * 3_600_000;
/** Between two tries to go on after the core has trapped, ms. */
const AGAIN_MS = 1_000;
/** `dispose` and `purge` wait this long for a last try, ms. */
const LAST_TRY_MS = 5_000;

/** What reports need of the guard. */
export interface ReportContext {
  host: Host;
  locale: string;
  /** What is known of the user at this moment. */
  person: () => Person;
  /** Judges an excerpt by the guard's rules. */
  judge: Judge;
}

/**
 * Starts the outbox with what an earlier run left in the host's store.
 *
 * Throws `report/endpoint` without an endpoint, `report/options` for a consent that is no text, and
 * what {@link EvidenceMaker} throws.
 */
export async function createReports(options: ReportOptions, context: ReportContext): Promise<ReportsRuntime> {
  if (typeof options.endpoint !== 'string' || options.endpoint === '') {
    throw new GuardError('report/endpoint', 'reports need the address of the collector');
  }
  if (options.consent !== undefined && (typeof options.consent !== 'string' || options.consent === '')) {
    throw new GuardError('report/options', 'consent is a text that is not empty');
  }
  const evidence = new EvidenceMaker(options, context.judge);
  const runtime = new ReportRuntime(options, context, evidence);
  try {
    await evidence.begin(options, context.host);
    await runtime.start();
  } catch (thrown) {
    await runtime.dispose();
    throw thrown;
  }
  return runtime;
}

class ReportRuntime implements ReportsRuntime {
  readonly #options: ReportOptions;
  readonly #context: ReportContext;
  readonly #evidence: EvidenceMaker;
  readonly #outbox: LiveOutbox;
  readonly #host: Host;
  readonly #store: RecordStore;
  #tabs: SenderTabs | undefined;
  readonly #entries = new Map<string, Entry>();
  readonly #events: OutboxEvent[] = [];
  #isStepping = false;
  #isDisposed = false;
  #lastStats: ReportStats | undefined;
  /** Records that could not even be made, or not be read again. */
  #unmade = 0;
  /** Until what other pages told of is taken: an errand of theirs is about that too. */
  #taking: Promise<unknown> = Promise.resolve();
  #waiters: (() => void)[] = [];
  #cancelTimer: (() => void) | undefined;
  #stopSignals: (() => void) | undefined;

  constructor(options: ReportOptions, context: ReportContext, evidence: EvidenceMaker) {
    this.#options = options;
    this.#context = context;
    this.#evidence = evidence;
    this.#host = context.host;
    this.#store = new RecordStore(context.host);
    this.#outbox = new LiveOutbox(this.#host, options.maxBytes);
  }

  async start(): Promise<void> {
    this.#stopSignals = this.#host.signals((signal) => this.#signal(signal));
    this.#tabs = SenderTabs.join(this.#host, {
      lead: () => unawaited(this.#restore()),
      follow: () => this.#follow(),
      stored: (key) => this.#toTake(key),
      hidden: () => this.#run({ type: 'hidden' }),
      rescan: () => unawaited(this.#restore()),
      flush: () => this.#taking.then(() => this.flush()),
      purge: () => this.#taking.then(() => this.purge()),
      stats: () => this.#own(),
    });
    if (!this.#tabs) await this.#restore();
  }

  get evidenceUnits(): number {
    return this.#evidence.units;
  }

  verdict(context: VerdictContext): void {
    if (this.#isDisposed) return;
    try {
      const person = this.#person();
      const evidence = mayTell(person) ? this.#evidence.of(context) : undefined;
      this.#add(verdictBody(context, this.#surface, person, evidence), person);
    } catch {
      // The caller is showing text to a user; a report must not disturb that.
      this.#unmade += 1;
    }
  }

  preview(complaint: Complaint): Body {
    if (this.#isDisposed) throw new GuardError('report/disposed', 'the guard was disposed');
    return complaintBody(complaint, this.#context.locale);
  }

  async submit(complaint: Complaint): Promise<Receipt> {
    let id: string;
    try {
      id = this.#add(this.preview(complaint), this.#person());
    } catch (thrown) {
      throw GuardError.from(thrown);
    }
    await this.#store.settled;
    return { id };
  }

  async flush(): Promise<void> {
    if (this.#isDisposed) return;
    if (this.#tabs && !this.#tabs.leads) {
      await this.#store.settled;
      if (!await this.#tabs.ask('flush')) this.#tabs.seize();
      await this.#store.settled;
    }
    if (this.#isDisposed) return;
    await this.#flushOwn();
    await this.#store.settled;
  }

  async purge(): Promise<void> {
    if (this.#isDisposed) return;
    await this.#store.settled;
    if (this.#tabs && !this.#tabs.leads && !await this.#tabs.ask('purge')) this.#tabs.seize();
    await within(this.#host, LAST_TRY_MS, this.#flushOwn());
    if (this.#isDisposed) return;
    if (!this.#tabs || this.#tabs.leads) await this.#restore();
    this.#run({ type: 'purge' });
    this.#store.forgetAside();
    await this.#store.settled;
  }

  stats(): ReportStats {
    if (this.#lastStats) return this.#lastStats;
    const own = this.#own();
    const others = this.#tabs && !this.#tabs.leads ? this.#tabs.stats : undefined;
    return others ? plus(own, others) : own;
  }

  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#stopSignals?.();
    await this.#store.settled;
    if (this.#store.isVolatile && this.#own().pending > 0) {
      // What no store keeps has only this chance.
      await within(this.#host, LAST_TRY_MS, this.#flushOwn());
    }
    if (this.#isDisposed) return;
    this.#lastStats = this.stats();
    this.#isDisposed = true;
    this.#tabs?.leave();
    this.#cancelTimer?.();
    this.#settle();
    await this.#store.settled;
    this.#outbox.free();
  }

  get #surface(): Surface {
    return this.#host.surface ?? 'web';
  }

  #person(): Person {
    const person = this.#context.person();
    return this.#options.consent === undefined ? person : { ...person, consent: this.#options.consent };
  }

  /** How this page's own outbox stands. */
  #own(): ReportStats {
    const stats = this.#outbox.stats();
    return { ...stats, rejected: stats.rejected + this.#unmade, storage: this.#store.isVolatile ? 'memory' : 'durable' };
  }

  async #flushOwn(): Promise<void> {
    this.#run({ type: 'flush' });
    if (!this.#outbox.isIdle()) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** Makes a record and hands it to whoever sends. */
  #add(body: Body, { skewMs = 0 }: Person, drops?: Drops): string {
    const at = Math.max(0, Math.floor(this.#host.now()));
    const id = uuid(this.#host.random(16));
    const json = JSON.stringify(envelope(id, at - skewMs, this.#surface, body));
    const entry: Entry = { key: this.#store.newKey(at, id), at, json };
    if (drops) entry.drops = drops;
    if (this.#tabs && !this.#tabs.leads && !drops && !this.#store.isVolatile) this.#hand(id, entry, json);
    else this.#admit(id, entry);
    return id;
  }

  #admit(id: string, entry: Entry): void {
    if (this.#entries.has(id)) return;
    this.#entries.set(id, entry);
    try {
      this.#run({ type: 'added', item: itemOf(id, entry) });
    } catch (thrown) {
      // Whoever made it hears that it was not taken; it must not be sent later all the same.
      this.#entries.delete(id);
      throw thrown;
    }
  }

  /** Stores a record for the page that sends; what the store does not keep is sent from here. */
  #hand(id: string, entry: Entry, json: string): void {
    this.#store.write(entry, json, (ok) => {
      entry.isKept = ok && !this.#store.isVolatile;
      if (!entry.isKept || !this.#tabs || this.#tabs.leads) this.#admit(id, entry);
      else this.#tabs.stored(entry.key);
    });
  }

  /** One event at a time: effects of one step are begun before the next step. */
  #run(event: OutboxEvent): void {
    if (this.#isDisposed) return;
    if (!this.#isStepping) this.#goOn();
    this.#events.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#events.shift(); next; next = this.#events.shift()) {
        for (const effect of this.#outbox.step(next)) this.#perform(effect);
      }
    } catch (thrown) {
      if (!this.#outbox.isGivenUp) this.#tickIn(AGAIN_MS);
      throw thrown;
    } finally {
      this.#isStepping = false;
    }
    if (this.#outbox.isIdle()) this.#settle();
    this.#tabs?.tellSoon();
  }

  /**
   * After the core has trapped, gives the next outbox all that is in hand: what the store keeps, as a
   * later page would find it, and the rest. Throws `core/trap` until there is one.
   */
  #goOn(): void {
    try {
      if (this.#outbox.revive()) this.#takeUp([...this.#entries]);
    } catch (thrown) {
      this.#tickIn(AGAIN_MS);
      throw thrown;
    }
  }

  #takeUp(all: [string, Entry][]): void {
    this.#events.length = 0;
    this.#entries.clear();
    // What was counted as lost has no content any more.
    const mine = all.filter(([, { json }]) => json);
    const kept = mine.filter(([, { isKept }]) => isKept);
    for (const [id, entry] of kept) this.#entries.set(id, entry);
    if (kept.length > 0) this.#run({ type: 'restored', items: kept.map(([id, entry]) => itemOf(id, entry)) });
    for (const [id, entry] of mine) this.#admit(id, entry);
  }

  #settle(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'store': return this.#keep(effect.id);
      case 'delete': return this.#forget(effect.id, (entry) => this.#store.delete(entry));
      case 'setAside': return this.#forget(effect.id, (entry) => this.#store.setAside(entry, effect.code));
      case 'send': return unawaited(this.#send(effect.batch, effect.ids, effect.keepalive));
      case 'reportDrops': return this.#reportDrops(effect.drops);
      case 'wake': return this.#wake(effect.atMs);
    }
  }

  #keep(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry?.json) return;
    if (entry.isKept) return this.#run({ type: 'stored', id, ok: true });
    this.#store.write(entry, entry.json, (ok) => {
      entry.isKept = ok;
      this.#run({ type: 'stored', id, ok });
    });
  }

  #forget(id: string, act: (entry: Entry) => void): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    act(entry);
  }

  #reportDrops(drops: Drops): void {
    for (const id of drops.covers) delete this.#entries.get(id)?.json;
    this.#add(dropsBody(drops), this.#person(), drops);
  }

  #wake(atMs: number): void {
    const wait = Math.ceil(atMs - this.#host.monotonic());
    this.#tickIn(Math.min(Math.max(wait, 0), MAX_TIMER_MS));
  }

  #tickIn(ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#host.timer(ms, () => {
      try {
        this.#run({ type: 'tick' });
      } catch {
        // The core has trapped; it is tried again.
      }
    });
  }

  async #send(batch: number, ids: string[], keepalive: boolean): Promise<void> {
    const { number } = this.#outbox;
    const run = (event: OutboxEvent): void => {
      this.#goOn();
      // An outbox that was given up does not hear of its requests; its numbers mean others now.
      if (number === this.#outbox.number) this.#run(event);
    };
    let response: HostResponse;
    try {
      const body = this.#body(ids);
      const headers: Record<string, string> = { 'content-type': 'application/cloudevents-batch+json' };
      if (this.#options.token) headers.authorization = `Bearer ${await this.#options.token()}`;
      response = await this.#host.send({ url: this.#options.endpoint, method: 'POST', headers, body, keepalive });
    } catch {
      run({ type: 'sendFailed', batch });
      return;
    }
    const retryAfterMs = retryAfter(response.headers, this.#host.now());
    const answer = readAnswer(response.body);
    run({ type: 'sent', batch, status: response.status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }), ...answer });
  }

  /** The records as one JSON array. */
  #body(ids: string[]): Uint8Array {
    return encode(`[${ids.map((id) => this.#entries.get(id)?.json).filter(Boolean).join()}]`);
  }

  #signal(signal: Signal): void {
    if (signal === 'hidden' || signal === 'freeze') {
      this.#run({ type: 'hidden' });
      if (this.#tabs && !this.#tabs.leads) this.#tabs.hidden();
    } else if (signal === 'online') this.#run({ type: 'online' });
    else if (signal === 'visible' || signal === 'resume') this.#run({ type: 'tick' });
  }

  /** Takes up what is in the store and not in hand: of an earlier run, or of a page that was killed. */
  async #restore(): Promise<void> {
    const { found, damaged } = await this.#store.list((id) => this.#entries.has(id));
    this.#unmade += damaged;
    // Another page leads by now, and looks for itself.
    if (this.#tabs && !this.#tabs.leads) return;
    const news = found.filter(([id]) => !this.#entries.has(id));
    for (const [id, entry] of news) this.#entries.set(id, entry);
    if (news.length > 0) this.#run({ type: 'restored', items: news.map(([id, entry]) => itemOf(id, entry)) });
  }

  #toTake(key: string): void {
    const taken = this.#take(key).catch(() => {});
    this.#taking = Promise.all([this.#taking, taken]);
  }

  async #take(key: string): Promise<void> {
    const taken = await this.#store.take(key);
    if (taken && this.#tabs?.leads) this.#admit(...taken);
  }

  /** Another page sends: what the store keeps is its business now. What no store keeps stays here. */
  #follow(): void {
    this.#outbox.restart();
    this.#takeUp([...this.#entries].filter(([, { isKept }]) => !isKept));
    this.#settle();
  }
}

/** For work that nobody waits for. It fails when the core has trapped; what the store holds is then a later page's. */
function unawaited(work: Promise<void>): void {
  work.catch(() => {});
}
