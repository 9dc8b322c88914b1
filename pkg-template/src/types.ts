/**
 * The public vocabulary of tidegate. Offsets are UTF-16 code units in the raw
 * message, half-open; times are milliseconds since the epoch unless a name
 * ends in `Ms`, which is a duration in milliseconds.
 */

export type Action = 'flag' | 'mask' | 'replace' | 'terminate' | 'retract';

/** `open` takes more text; the other three are final. */
export type MessageState = 'open' | 'finished' | 'terminated' | 'retracted';

/** An independent stream of text inside one answer. */
export type Channel =
  | 'text' | 'reasoning' | 'tool-input' | 'tool-output' | 'title' | 'source' | 'error' | 'refusal';

export interface Verdict {
  rule: string;
  risk: string;
  action: Action;
  start: number;
  end: number;
  /**
   * The view that found it; `pattern` for rules of `pattern` and `detect`. `score`: this hit, which has a verdict of its own as well,
   * filled the policy's score; `action` is the score's.
   */
  view: 'tight' | 'joined' | 'leet' | 'sound' | 'pattern' | 'score';
}

export interface Outcome {
  /** What may be shown now, in addition to what was released before. */
  text: string;
  verdicts: Verdict[];
  state: MessageState;
  /** UTF-16 units received and not yet released. */
  held: number;
  /** What to tell the user; present once the message was terminated or retracted. */
  notice?: string;
}

export interface Message {
  readonly id: string;
  readonly channel: Channel;
  readonly state: MessageState;
  push(delta: string): Outcome;
  finish(): Outcome;
}

export interface Host {
  /** Wall clock, ms since the epoch. */
  now(): number;
  /** Milliseconds, never goes back. */
  monotonic(): number;
  random(bytes: number): Uint8Array;
  store: Store;
  send(request: HostRequest): Promise<HostResponse>;
  /** Runs once after `ms`; returns cancel. */
  timer(ms: number, run: () => void): () => void;
  /** Tells at once `hidden` or `blur` of a page that begins so, and what changes from then on; returns stop. */
  signals(listen: (signal: Signal) => void): () => void;
  /** Absent: pages see each other's time at every heartbeat, 15 seconds, and each sends its own reports. */
  readonly peers?: Peers;
  /** Where text is shown, as records say it; absent is taken as `web`. */
  readonly surface?: 'web' | 'miniprogram';
}

/** What pages that share a store tell each other at once; without it they meet in the store. */
export interface Peers {
  /** Joins the pages that use `name`; `listen` gets what the others post, never what this one does. */
  join(name: string, listen: (message: unknown) => void): { post(message: unknown): void; leave(): void };
  /** Runs when no other page runs under this `name`; after two seconds of waiting, all the same. */
  alone<T>(name: string, run: () => Promise<T>): Promise<T>;
}

export interface Store {
  /** `memory` does not survive a restart; absent is taken as `durable`. May change when the disk fails. */
  readonly kind?: 'durable' | 'memory';
  get(key: string): Promise<Uint8Array | undefined>;
  set(key: string, value: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
  keys(prefix: string): Promise<string[]>;
}

export interface HostRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: Uint8Array;
  keepalive?: boolean;
}

export interface HostResponse {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

export type Signal =
  | 'visible' | 'hidden' | 'focus' | 'blur' | 'input' | 'freeze' | 'resume' | 'online' | 'offline';

export interface UsageOptions {
  /**
   * Preset ids (`cn_minor_mode_2024`) and groups (`cn/chat`, `us/companion`: what is
   * in force there); several merge, the strictest wins.
   */
  presets: string[];
  /** Pseudonym whose time is counted, 1–128 UTF-16 units; default the assertion's, else `local`. */
  subject?: string;
  /** Full years, 0–150. */
  age?: number;
  /**
   * Age assertion, a compact JWS of the product's backend, signed by one of `publicKeys`. One
   * that is refused leaves `age` or `assume` in force; `status().identity` tells.
   */
  assertion?: string;
  /** Asks the product's backend for a fresh assertion, at 80 % of the life of the last and after a refusal. */
  renew?: () => Promise<string>;
  /** Who an unknown user is taken for; default `minor`. */
  assume?: 'minor' | 'adult';
  /** Gap without input or streamed text that ends use, ms, 1 second to 60 minutes; default that of the presets, 5 minutes. */
  idleMs?: number;
  /** Offset from UTC for presets without a zone of their own, such as `+01:00`; default `+00:00`. */
  zone?: string;
  /** Holidays, in place of or in addition to the built-in years. */
  calendar?: UsageCalendar;
  /**
   * Base URL of the collector: for signed time, and, with an assertion, for time used on other
   * devices. With `publicKeys`, only time that one of them signed is taken.
   */
  server?: string;
  /**
   * While the server cannot be reached: `allow` (default) goes on with what is known here; `limit`
   * lets at most 15 minutes be used; `close` closes after 3 minutes.
   */
  offline?: 'allow' | 'limit' | 'close';
}

export interface UsageCalendar {
  years: {
    year: number;
    status: 'official' | 'statutory';
    /** Where it is announced. */
    source: string;
    /** First and last day, `2026-02-15`. */
    holidays: [string, string][];
    /** Saturdays and Sundays that are worked. */
    makeup: string[];
  }[];
}

export type CloseReason = 'curfew' | 'quota' | 'day' | 'guardian' | 'identity' | 'clock';

export interface Reminder {
  /**
   * `rest`: a break is due. `remaining`: 10, 5 or 1 minute of the quota is left.
   * `duration`: how long it has been without a break, for adults too. `not_human`:
   * the user talks to a machine. `ai_disclosure`: the same, as the EU words it.
   */
  kind: 'rest' | 'remaining' | 'duration' | 'not_human' | 'ai_disclosure';
  /** When it became due. */
  at: number;
  /** `remaining`: time left today; the others: time without a break. */
  valueMs: number;
  /** Preset that asks for it. */
  preset: string;
}

export interface UsageStatus {
  state: 'open' | 'closed';
  reason?: CloseReason;
  usedMs: number;
  /** `null`: no quota applies. */
  remainingMs: number | null;
  continuousMs: number;
  nextChangeAt: number | null;
  opensAt: number | null;
  due: Reminder[];
  /** The trusted time of this status, ms since the epoch; `opensAt - now` is the time to wait. */
  now: number;
  /** The service's offset from UTC, such as `+08:00`: in it, days begin and curfews hold. */
  zone: string;
  /** The service's civil day, `2026-03-05`. */
  day: string;
  /** How the user's age is known: from a signed assertion, from the option `age`, or not. */
  identity: 'assertion' | 'declared' | 'assumed';
  /** What the product must not offer this user: `virtual_kin`, `virtual_partner`. */
  deny: string[];
  /** What the product must have for this user: `minor_mode`, `guardian_consent`, `reality_reminder`. */
  require: string[];
  /** Whether the holidays of the year are announced, only the statutory ones, or not known; `null`: no preset needs them. */
  calendar: 'official' | 'statutory' | 'missing' | null;
}

/**
 * Dispatches CustomEvents: `change` (detail: UsageStatus), `reminder` (detail: Reminder), and, also
 * without `usage` in the options, `exit` (no detail) and `escalation` (detail: EscalationDetail).
 */
export interface Usage extends EventTarget {
  status(): UsageStatus;
  /** Marks a due reminder as shown, so that it is not due any more. */
  acknowledge(reminder: Reminder): void;
  /**
   * Takes a fresh assertion; nothing is interrupted. Throws `usage/assertion…`, and what was known
   * before stays.
   */
  identify(assertion: string): void;
  /**
   * The user wants to leave: every answer ends at once, without grace, and continuous use is over.
   * The service stays open.
   */
  exit(): void;
}

/** Why a person has to look at what a user wrote. */
export type Escalation = 'self_harm' | 'property' | 'abuse';

/** Detail of the event `escalation`. */
export interface EscalationDetail {
  kind: Escalation;
  /** The rule that was hit. */
  rule: string;
  /** The policy's `help` in the guard's locale; empty if it has none. */
  help: string;
}

export interface ReportOptions {
  endpoint: string;
  token?: () => Promise<string>;
  /**
   * What a verdict's record tells of the text: nothing (default), a keyed digest of the span, or an
   * excerpt with personal data masked. `sealed` is reserved and refused. Of users under 14, and of
   * those of unknown age who are treated as minors, nothing is told without consent.
   */
  evidence?: 'none' | 'hmac' | 'excerpt' | 'sealed';
  /** With `hmac`: asks the server, once, for this session's key, at least 32 bytes, and its id, which records name. */
  evidenceKey?: () => Promise<{ id: string; key: Uint8Array }>;
  /** With `excerpt`: UTF-16 units on each side of the span, 0–200; default 40. */
  excerptUnits?: number;
  /** Where the consent to process this user's data is recorded; default: the age assertion that carried one. */
  consent?: string;
  /** Largest size of the outbox in bytes; default 1 MiB, 64 KiB to 16 MiB. */
  maxBytes?: number;
}

export interface Complaint {
  /** Id of the message complained about. */
  message?: string;
  category: ComplaintCategory;
  /** The user's own words, at most 2,000 UTF-16 units. */
  text?: string;
}

export type ComplaintCategory =
  | 'illegal' | 'harmful' | 'discrimination' | 'privacy' | 'inaccurate' | 'minor_safety' | 'other';

export interface Receipt {
  /** Id of the record, to quote in an enquiry. */
  id: string;
}

export interface ReportStats {
  /** Records waiting, and their size. */
  pending: number;
  pendingBytes: number;
  /** Since this outbox was created. */
  accepted: number;
  /** Records lost to the size or age limit or purged; reported to the collector too. */
  dropped: number;
  /** Records that the collector refused for good, set aside. */
  rejected: number;
  /** `indexeddb` and the like survive a restart; `memory` does not. */
  storage: 'durable' | 'memory';
}

export interface Reports {
  /** What `submit` would send, but for the number and the time that it then gets. Throws what `submit` rejects with. */
  preview(complaint: Complaint): { type: string; data: Record<string, unknown> };
  submit(complaint: Complaint): Promise<Receipt>;
  /** Tries to send all that waits; resolves when nothing is in flight. */
  flush(): Promise<void>;
  /**
   * The user signs out: tries for at most 5 seconds to send what waits, then deletes it here and in
   * the other pages of the store. What was deleted unsent is counted, and the count is reported.
   */
  purge(): Promise<void>;
  /** With several pages of one store: of the one that sends, as it last told. */
  stats(): ReportStats;
}

export interface GuardOptions {
  /** Compiled policies, strictest first; at least one. */
  packs: Uint8Array[];
  /** Ed25519 public keys, 32 bytes each, raw or base64url. Given: every pack must be signed by one of them. */
  publicKeys?: (Uint8Array | string)[];
  /** Where the product is used (`cn`, `eu`, …): rules for other jurisdictions are left out. Default: all apply. */
  jurisdiction?: string;
  usage?: UsageOptions | false;
  reports?: ReportOptions | false;
  host?: Host;
  /** BCP 47; default `zh-CN`. Chooses the notice. */
  locale?: string;
  /** The fetch that `guard.fetch` calls; default the global one. */
  fetch?: typeof fetch;
}

export interface MessageOptions {
  /** Messages of one id end together and stay ended; default: an id of its own. */
  id?: string;
  /** Default `text`. */
  channel?: Channel;
}

export interface StreamOptions extends MessageOptions {
  /** Every outcome, also those that show nothing. */
  onOutcome?: (outcome: Outcome) => void;
}

export interface Guard {
  message(options?: MessageOptions): Message;
  /** The verdicts on a whole text, up to the one that would end it. */
  check(text: string): Verdict[];
  /** Ends when the policy ends the message; fails with `usage/closed` when the service closes. */
  stream(options?: StreamOptions): TransformStream<string, string>;
  /** Guards chat completions, streamed or whole, and other JSON; bodies of other kinds are withheld. */
  readonly fetch: typeof fetch;
  /** Guards the text under `root` until the returned function is called. */
  attach(root: Element): () => void;
  /** Swaps the policy between messages; open messages keep theirs. Older revisions are refused. */
  load(packs: Uint8Array[]): void;
  readonly usage: Usage;
  readonly reports: Reports;
  dispose(): Promise<void>;
}

export interface PackInfo {
  policy: string;
  revision: number;
  /** Hex SHA-512/256 of the unsigned pack: names this exact policy. */
  digest: string;
  signed: boolean;
  rules: number;
  terms: number;
  states: number;
}

export interface InitOptions {
  /** The core's module, when the entry cannot find it by itself: bytes, a URL, a response, a compiled module. */
  wasm?: WasmInput | Promise<WasmInput>;
  /**
   * The policy compiler (about 390 kB gzip, with its tables): where to get
   * it when the entry cannot find it by itself, or `false` for pages that only
   * load packs. Without it, `compilePolicy`, `signPack` and `publicKey` throw
   * `init/compiler`.
   */
  compiler?: false | { wasm?: WasmInput | Promise<WasmInput>; tables?: BytesInput | Promise<BytesInput> };
}

export type BytesInput = BufferSource | Response | URL | string;
export type WasmInput = BytesInput | WebAssembly.Module;

/** A policy as authored; YAML is the same object, read by the `tidegate` command. */
export interface Policy {
  /** Name, 1 to 2,000 bytes; reports keep 256 UTF-16 units of it. */
  policy: string;
  /** Only goes up; default 1. */
  revision?: number;
  /** What to tell the user when a message is ended, by locale (BCP 47). */
  notice?: Record<string, string>;
  /** Where the user finds help, shown when a rule escalates, by locale. */
  help?: Record<string, string>;
  /** The action of rules that name none, by risk. */
  actions?: Record<string, Action>;
  /** Ends a message whose hits' scores add up to `limit` (1–1,000,000); default `terminate`. */
  score?: { limit: number; action?: 'terminate' | 'retract' };
  /** In order of precedence among equal matches. */
  rules: PolicyRule[];
  /** Phrases inside which nothing is a match. */
  allow?: string[];
}

/** Made of `terms`, or `all` and `any`, or `pattern`, or `detect`. */
export interface PolicyRule {
  /** Unique in the policy, 1 to 2,000 bytes; reports keep 256 UTF-16 units of it. */
  id: string;
  /** An id of the taxonomy, such as `a2_gender` or `x_gambling`. */
  risk: string;
  /** Default: what the policy's `actions` says of the risk. */
  action?: Action;
  /** Each one a hit. */
  terms?: string[];
  /** Groups of terms; a hit is one of each, close together. */
  all?: string[][];
  /** One more group of `all`, written flat. */
  any?: string[];
  /** Terms that dismiss a hit nearby. */
  unless?: string[];
  /**
   * With `all` and `any`: most UTF-16 units between the first and the last hit, or
   * `sentence`; default 20, 0–200. With `terms` and `unless`: between the two.
   */
  within?: number | 'sentence';
  /** A bounded pattern: literals, classes, groups, `|`, `?`, `{m,n}`; no `*`, no `+`. */
  pattern?: string;
  /** With `pattern`: a check digit that must be right. */
  check?: 'luhn' | 'cn-id';
  /** A built-in pattern. */
  detect?: 'cn-id-card' | 'bank-card' | 'cn-mobile' | 'email' | 'link';
  /** With `detect: 'link'`: only these hosts, or all but these; subdomains included. */
  hosts?: { deny: string[] } | { allow: string[] };
  /** Default `tight`, `joined` and `leet`; `sound` must be asked for. */
  views?: ('tight' | 'joined' | 'leet' | 'sound')[];
  /** Where it applies (`cn`, `eu`, …); default everywhere. */
  jurisdictions?: string[];
  /** What a hit adds to the message's score, 0–10,000; default 0. */
  score?: number;
  /** Default all. */
  channels?: Channel[];
  /** What `replace` puts; default `…`. */
  with?: string;
  /** The character that `mask` repeats; default `＊`. */
  mask?: string;
  /** 1 (low) to 4 (critical); default 0, not stated. */
  severity?: number;
  /** The user's words for stopping at once; the rule judges only what the user writes. */
  exit?: boolean;
  /** A hit is for a person to look at, and help is shown; the rule judges only what the user writes. */
  escalate?: Escalation;
}
