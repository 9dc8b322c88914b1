/** The guard: policies, messages, and the parts that hang on them. */
import { call, instance, type Glue, type Instance } from './core.js';
import { Attachments } from './dom/attachments.js';
import type { Hit } from './dom/verdicts.js';
import { GuardError } from './error.js';
import { createFetch } from './fetch.js';
import { toHex } from './hex.js';
import { readKeys } from './keys.js';
import { packsIn } from './loaded-contents.js';
import { GuardedMessage, type MessageContext, type Rule } from './message.js';
import { closedNotice, endedNotice, exitNotice } from './notices.js';
import { ReportsOff, UsageOff } from './off.js';
import { digested, digestsOf } from './pack-digest.js';
import type { Judge } from './report-evidence.js';
import { createReports } from './reports.js';
import type { ReportsRuntime, UsageRuntime } from './runtime.js';
import { createStream } from './stream.js';
import type { Action, AttachOptions, Channel, Escalation, Guard, GuardOptions, Host, Message, MessageOptions, StreamOptions, Verdict } from './types.js';
import { createUsage } from './usage-start.js';

/** Random bytes of a message id. */
const ID_BYTES = 12;
/** Longest id of a message, UTF-16 units. */
const MAX_ID_UNITS = 256;

/** Creates a guard; `defaultHost` is the platform's when the options name none. */
export async function createGuardOn(options: GuardOptions, defaultHost: () => Host): Promise<Guard> {
  if (typeof options !== 'object' || options === null) throw new GuardError('guard/options', 'options are an object');
  const loaded = packsIn(options.packs);
  if (loaded && options.publicKeys !== undefined) throw new GuardError('guard/options', 'the keys of loaded packs were given to loadInWorker');
  if (!loaded) instance();
  const packs = loaded?.packs ?? checkPacks(options.packs);
  const keys = loaded?.keys ?? readKeys(options.publicKeys);
  const host = options.host ?? defaultHost();
  const locale = text('locale', options.locale, 'zh-CN');
  const jurisdiction = text('jurisdiction', options.jurisdiction, '');
  const within = (made: Filtering): Filtering => {
    made.filter.set_jurisdiction(jurisdiction);
    return made;
  };
  const filterOf = (given: Uint8Array[]): Filtering => within({ instance: instance(), filter: call((glue) => new glue.Filter(given, keys, digestsOf(given))) });
  const filtering = loaded ? within(await loaded.open()) : filterOf(await digested(packs));
  let usage: UsageRuntime | undefined;
  let reports: ReportsRuntime | undefined;
  try {
    usage = options.usage ? await createUsage(options.usage, host, keys) : new UsageOff(host);
    const metered = usage;
    /** Of the guard, which reports come before: there is no verdict until it is made. */
    let judge: Judge = () => ({ verdicts: [], isWhole: false });
    const context = { host, locale, person: () => metered.about(), judge: (unseen: string, channel: string) => judge(unseen, channel) };
    reports = options.reports ? await createReports(options.reports, context) : new ReportsOff();
    const guard = new GuardRuntime({ filtering, filterOf, packs, host, locale, usage, reports, fetch: options.fetch });
    judge = (unseen, channel) => guard.judgeUnseen(unseen, channel);
    usage.ready();
    return guard;
  } catch (thrown) {
    filtering.filter.free();
    await Promise.all([usage?.dispose(), reports?.dispose()]);
    throw GuardError.from(thrown);
  }
}

type Filter = InstanceType<Glue['Filter']>;

/** A filter, and the instance of the core that it belongs to. */
export interface Filtering {
  filter: Filter;
  instance: Instance;
}

interface Parts {
  filtering: Filtering;
  /** Makes another one, when the instance of the first has trapped. */
  filterOf(packs: Uint8Array[]): Filtering;
  packs: Uint8Array[];
  host: Host;
  locale: string;
  usage: UsageRuntime;
  reports: ReportsRuntime;
  fetch: typeof fetch | undefined;
}

class GuardRuntime implements Guard {
  readonly usage: UsageRuntime;
  readonly reports: ReportsRuntime;
  readonly fetch: typeof fetch;
  readonly #parts: Parts;
  #rules: readonly Rule[] = [];
  #notice = '';
  #help = '';
  /** Goes up when the service closes: messages of before are over, with this notice. */
  #era = 0;
  #eraNotice = '';
  /** Monotonic time until which answers may finish their sentence; absent while none has to. */
  #graceUntil: number | undefined;
  #cancelGrace = (): void => {};
  #idStem = '';
  #ids = 0;
  #isDisposed = false;
  readonly #enders = new Set<(reason: GuardError) => void>();
  readonly #attachments: Attachments;
  readonly #stopUsage: () => void;
  /** Whether the service is closed, and the grace is over. */
  readonly #isShut = (): boolean => this.#graceUntil === undefined && this.usage.status().state === 'closed';

  constructor(parts: Parts) {
    this.#parts = parts;
    this.usage = parts.usage;
    this.reports = parts.reports;
    this.#readRules();
    const stopClosing = parts.usage.onClose((graceMs, reason) => this.#closing(graceMs, reason));
    const onChange = (): void => this.#changed();
    parts.usage.addEventListener('change', onChange);
    this.#stopUsage = () => {
      stopClosing();
      parts.usage.removeEventListener('change', onChange);
    };
    this.#attachments = new Attachments({
      filter: () => this.#filter(),
      instance: () => this.#parts.filtering.instance,
      rules: () => this.#rules,
      notice: () => this.#notice,
      judge: (text, channel) => this.#judgeShown(text, channel),
      newId: () => this.#newId(),
      parts,
    });
    const given = parts.fetch;
    this.fetch = createFetch({
      // Looked up late, so that one replaced later (a test, an instrument) is used.
      fetch: (input, init) => (given ?? globalThis.fetch)(input, init),
      open: (id, channel) => this.#open(id, channel),
      newId: () => this.#newId(),
      assertOpen: () => this.#assertOpen(),
      hears: () => this.#rules.some((rule) => rule.call !== undefined),
      said: (text) => this.#judge(text).exit,
      onClose: (close) => this.#onClose(close),
    });
  }

  message(options: MessageOptions = {}): Message {
    this.#assertOpen();
    return this.#open(options.id ?? '', options.channel ?? 'text');
  }

  check(text: string): Verdict[] {
    return this.#judge(text).verdicts;
  }

  /** Judges what the user writes, and does what it calls for; `exit`: the user wants to stop. */
  #judge(text: string): { verdicts: Verdict[]; exit: boolean } {
    this.#assertLive();
    const called = new Map<string, Rule>();
    const onHit = (rule: Rule): void => void (rule.call && called.set(rule.call, rule));
    const message = this.#open('', 'text', 'input', onHit);
    const verdicts = [...message.push(text).verdicts, ...message.finish().verdicts];
    for (const [call, { id }] of called) {
      if (call === 'exit') this.usage.exit();
      else this.usage.escalate({ kind: call as Escalation, rule: id, help: this.#help });
    }
    return { verdicts, exit: called.has('exit') };
  }

  /** What the rules find in a text that is not shown; nothing of it is reported or acted on. */
  judgeUnseen(text: string, channel: string): ReturnType<Judge> {
    const { hits, isWhole } = this.#judgeShown(text, channel);
    return { verdicts: hits.map(({ verdict }) => verdict), isWhole };
  }

  /** Judges a text, and leaves it to the caller what becomes of that. */
  #judgeShown(text: string, channel: string): { text: string; hits: Hit[]; isWhole: boolean } {
    const filter = this.#filter();
    const hits: Hit[] = [];
    const message = new GuardedMessage('', 'text', call(() => filter.message('', channel)), {
      instance: this.#parts.filtering.instance, rules: this.#rules, notice: '', remember: 0, gate: () => undefined, closing: () => undefined,
      verdict: (verdict, rule, shownUnits) => void hits.push({ verdict, rule, shownUnits }),
    });
    const shown = message.push(text).text + message.finish().text;
    return { text: message.state === 'retracted' ? '' : shown, hits, isWhole: message.state === 'finished' };
  }

  stream(options: StreamOptions = {}): TransformStream<string, string> {
    const { onOutcome } = options;
    return createStream({ message: this.message(options), onClose: (close) => this.#onClose(close), onOutcome });
  }

  attach(root: Element | ShadowRoot, options: AttachOptions = {}): () => void {
    this.#assertLive();
    return this.#attachments.attach(root, options, this.#isShut);
  }

  load(packs: Uint8Array[]): void {
    this.#assertLive();
    const checked = checkPacks(packs);
    call(() => this.#filter().load(checked, digestsOf(checked)));
    this.#parts.packs = checked;
    this.#readRules();
    this.#attachments.load();
  }

  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#stopUsage();
    this.#cancelGrace();
    this.#attachments.end();
    this.#endAll(new GuardError('guard/disposed', 'the guard was disposed'));
    this.#parts.filtering.filter.free();
    await Promise.all([this.usage.dispose(), this.reports.dispose()]);
  }

  #open(
    given: string, channel: Channel, direction: 'input' | 'output' = 'output', onHit: (rule: Rule) => void = () => {},
  ): GuardedMessage {
    this.#assertLive();
    if (typeof given !== 'string' || given.length > MAX_ID_UNITS) {
      throw new GuardError('message/id', `an id is a string of at most ${MAX_ID_UNITS} characters`);
    }
    const filter = this.#filter();
    const { locale, usage, reports } = this.#parts;
    const id = given === '' ? this.#newId() : given;
    const era = this.#era;
    const context: MessageContext = {
      instance: this.#parts.filtering.instance,
      rules: this.#rules,
      notice: this.#notice,
      gate: () => {
        if (direction === 'input') return undefined;
        // To be streaming may close the service; a timer may be late.
        if (era === this.#era) usage.streaming();
        if (this.#graceUntil !== undefined && this.#parts.host.monotonic() >= this.#graceUntil) this.#endGrace();
        return era === this.#era ? undefined : this.#eraNotice;
      },
      closing: () => direction === 'output' && this.#graceUntil !== undefined ? closedNotice(locale) : undefined,
      remember: reports.evidenceUnits,
      verdict: (verdict, rule, shownUnits, text) => {
        const { policy, revision, digest, call, severity } = rule;
        const escalation = call === 'exit' ? undefined : call;
        reports.verdict({ verdict, policy, revision, digest, message: id, channel, locale, direction, shownUnits, severity, escalation, text });
        onHit(rule);
      },
    };
    // An id that nobody else knows need not be remembered when it ends.
    return new GuardedMessage(id, channel, call(() => filter.message(given, direction === 'input' ? 'input' : channel)), context);
  }

  /** Random for the guard, then counted: drawing bytes for each message is a tenth of judging a page of text. */
  #newId(): string {
    if (this.#idStem === '') {
      this.#idStem = toHex(this.#parts.host.random(ID_BYTES));
    }
    this.#ids += 1;
    return `${this.#idStem}-${this.#ids}`;
  }

  #readRules(): void {
    const { filtering: { filter }, locale } = this.#parts;
    const packs = call(() => filter.packs());
    const named = (pack: number): Pick<Rule, 'policy' | 'revision' | 'digest'> => {
      const { policy = '', revision = 0, digest = '' } = packs[pack] ?? {};
      return { policy, revision, digest };
    };
    this.#rules = rulesOf(filter, named);
    this.#help = call(() => filter.help(locale));
    this.#notice = call(() => filter.notice(locale)) || endedNotice(locale);
  }

  /** The filter. Throws `core/trap` between two instances of the core. */
  #filter(): Filter {
    if (this.#parts.filtering.instance.hasTrapped) {
      this.#parts.filtering = this.#parts.filterOf(this.#parts.packs);
      this.#readRules();
    }
    return this.#parts.filtering.filter;
  }

  #assertLive(): void {
    if (this.#isDisposed) throw new GuardError('guard/disposed', 'the guard was disposed');
  }

  #assertOpen(): void {
    this.#assertLive();
    this.usage.assertOpen();
  }

  /** The service closed, or the user leaves: answers end in `graceMs`, and none begins meanwhile. */
  #closing(graceMs: number, reason: GuardError): void {
    this.#cancelGrace();
    this.#graceUntil = undefined;
    if (graceMs > 0) {
      const { host } = this.#parts;
      this.#graceUntil = host.monotonic() + graceMs;
      this.#cancelGrace = host.timer(graceMs, () => this.#endGrace());
      return;
    }
    this.#endAll(reason);
    this.#veil();
  }

  #endGrace(): void {
    if (this.#graceUntil === undefined) return;
    this.#cancelGrace();
    this.#graceUntil = undefined;
    try {
      this.usage.assertOpen();
    } catch (thrown) {
      this.#endAll(GuardError.from(thrown));
    }
    this.#veil();
  }

  /** The service closed, opened, or is closed for another reason. */
  #changed(): void {
    if (this.#graceUntil !== undefined && this.usage.status().state === 'open') {
      this.#cancelGrace();
      this.#graceUntil = undefined;
    }
    this.#veil();
  }

  /** Hides what is guarded in pages while the service is closed, after the grace. */
  #veil(): void {
    if (!this.#isDisposed) this.#attachments.veil(this.#isShut);
  }

  #onClose(close: (reason: GuardError) => void): () => void {
    this.#enders.add(close);
    return () => void this.#enders.delete(close);
  }

  #endAll(reason: GuardError): void {
    this.#era += 1;
    this.#eraNotice = (reason.code === 'usage/exit' ? exitNotice : closedNotice)(this.#parts.locale);
    for (const end of [...this.#enders]) {
      try {
        end(reason);
      } catch {
        // One that fails to end must not keep the others open.
      }
    }
    this.#enders.clear();
  }
}

/** The rules, by the numbers that events name them with. */
function rulesOf(filter: Filter, named: (pack: number) => Pick<Rule, 'policy' | 'revision' | 'digest'>): Rule[] {
  return call(() => filter.rules()).map((row) =>
    ({ ...row, action: row.action as Action, call: (row.call ?? undefined) as Rule['call'], ...named(row.pack) }));
}

function checkPacks(packs: unknown): Uint8Array[] {
  if (packs === undefined || packs === null || (Array.isArray(packs) && packs.length === 0)) {
    throw new GuardError('guard/no-policy', 'without a policy nothing may be shown: give at least one pack');
  }
  if (!Array.isArray(packs) || !packs.every((pack) => pack instanceof Uint8Array)) {
    throw new GuardError('guard/options', 'packs is an array of Uint8Array');
  }
  return packs;
}

function text(name: string, value: unknown, absent: string): string {
  if (value === undefined) return absent;
  if (typeof value !== 'string') throw new GuardError('guard/options', `${name} is a string`);
  return value;
}
