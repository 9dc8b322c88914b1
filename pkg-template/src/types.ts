/**
 * The public vocabulary of tidegate. Offsets are UTF-16 code units in the raw
 * message, half-open; times are milliseconds since the epoch unless a name
 * ends in `Ms`, which is a duration in milliseconds.
 */
import type { LoadedPacks } from './loaded.js';
import type { Host } from './types-host.js';

export type * from './types-host.js';
export type * from './types-policy.js';

/**
 * What is done about a match: `flag` shows it and tells; `mask` and `replace` show something else in its
 * place; `terminate` ends the message before it; `retract` ends the message and takes back what it showed.
 */
export type Action = 'flag' | 'mask' | 'replace' | 'terminate' | 'retract';

/** `open` takes more text; the other three are final. */
export type MessageState = 'open' | 'finished' | 'terminated' | 'retracted';

/** An independent stream of text inside one answer. */
export type Channel =
  | 'text' | 'reasoning' | 'tool-input' | 'tool-output' | 'title' | 'source' | 'error' | 'refusal';

/** One hit of a rule in a message. */
export interface Verdict {
  /** Id of the rule. */
  rule: string;
  /** Id of the risk that the rule names. */
  risk: string;
  /** What was done about it. */
  action: Action;
  /** First unit of the match in the raw message; from 0, UTF-16 units. */
  start: number;
  /** One past its last unit. */
  end: number;
  /**
   * The view that found it; `pattern` for rules of `pattern` and `detect`. `score`: this hit, which has a verdict of its own as well,
   * filled the policy's score; `action` is the score's.
   */
  view: 'tight' | 'joined' | 'leet' | 'sound' | 'pattern' | 'score';
}

/** What one `push` or `finish` decided. */
export interface Outcome {
  /** What may be shown now, in addition to what was released before. */
  text: string;
  /** What was found since the last outcome, in the order of decision; empty: nothing. */
  verdicts: Verdict[];
  /** Of the message, after this step. `retracted`: take back all that it showed. */
  state: MessageState;
  /** UTF-16 units received and not yet released. */
  held: number;
  /** What to tell the user; present once the message was terminated or retracted. */
  notice?: string;
}

/** One text that comes in pieces. Show what `text` of the outcomes releases, and nothing else. */
export interface Message {
  /** As given, or made for this message; at most 256 UTF-16 units. Complaints name it. */
  readonly id: string;
  /** The channel whose rules judge it. */
  readonly channel: Channel;
  /** The state after the last step. */
  readonly state: MessageState;
  /**
   * Takes the next piece, cut anywhere. After the end it gives empty text and the same state.
   * Throws `message/not-text`.
   */
  push(delta: string): Outcome;
  /** No more comes: what is held is decided. Once the message is over it changes nothing. */
  finish(): Outcome;
}

/** Whose time is counted, and by which limits. */
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

/** Holidays by year, as in `docs/usage.md`. */
export interface UsageCalendar {
  /** One entry a year. */
  years: {
    /** Such as 2026. */
    year: number;
    /** `official`: announced for this year; `statutory`: only the days that the law fixes. */
    status: 'official' | 'statutory';
    /** Where it is announced. */
    source: string;
    /** First and last day, `2026-02-15`. */
    holidays: [string, string][];
    /** Saturdays and Sundays that are worked. */
    makeup: string[];
  }[];
}

/**
 * Why the service is closed: not at this time (`curfew`), nothing left of the time (`quota`), not
 * on this day (`day`), the guardian's pause (`guardian`), nobody is identified (`identity`), or no
 * trusted time (`clock`).
 */
export type CloseReason = 'curfew' | 'quota' | 'day' | 'guardian' | 'identity' | 'clock';

/** A message that is due to the user. */
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

/** What holds now. Times named `…At` are ms since the epoch. */
export interface UsageStatus {
  /** `closed`: no answer begins. */
  state: 'open' | 'closed';
  /** With `closed`: the gravest one, if several hold. */
  reason?: CloseReason;
  /** Used on this civil day. */
  usedMs: number;
  /** `null`: no quota applies. */
  remainingMs: number | null;
  /** Used without a break that is as long as the idle gap; 0 after one. */
  continuousMs: number;
  /** Closed: `opensAt`. Open: when it closes if the user stays as active as now; `null`: never. */
  nextChangeAt: number | null;
  /** When it opens; `null`: it is open, or will not open as far as can be foreseen. */
  opensAt: number | null;
  /** Reminders to show, at most one of a kind; each stays until `acknowledge`. Empty while closed. */
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
  /** What holds now; asks nobody, so it may be called as often as you like. */
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
  /** What it is about. */
  kind: Escalation;
  /** The rule that was hit. */
  rule: string;
  /** The policy's `help` in the guard's locale; empty if it has none. */
  help: string;
}

/** Where records go, and what they tell. */
export interface ReportOptions {
  /** URL that takes batches by POST, such as `https://…/v1/reports`; not empty. */
  endpoint: string;
  /**
   * Asked before each request for its bearer token; if it rejects, the batch is tried again.
   * Default: none is sent.
   */
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

/** What a user complains about. */
export interface Complaint {
  /** Id of the message complained about. */
  message?: string;
  /** What is wrong. */
  category: ComplaintCategory;
  /** The user's own words, at most 2,000 UTF-16 units. */
  text?: string;
}

/** What a complaint may be about. */
export type ComplaintCategory =
  | 'illegal' | 'harmful' | 'discrimination' | 'privacy' | 'inaccurate' | 'minor_safety' | 'other';

/** That a complaint was taken: it is sent when the network allows. */
export interface Receipt {
  /** Id of the record, to quote in an enquiry. */
  id: string;
}

/** The outbox, in numbers. */
export interface ReportStats {
  /** Records waiting. */
  pending: number;
  /** Bytes of the records that wait. */
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

/** The outbox of verdicts and complaints. */
export interface Reports {
  /** What `submit` would send, but for the number and the time that it then gets. Throws what `submit` rejects with. */
  preview(complaint: Complaint): { type: string; data: Record<string, unknown> };
  /** Takes a complaint. Rejects with `report/off`, `report/category`, `report/too-long` or `report/disposed`. */
  submit(complaint: Complaint): Promise<Receipt>;
  /** Tries to send all that waits; resolves when nothing is in flight. */
  flush(): Promise<void>;
  /**
   * The user signs out: tries for at most 5 seconds to send what waits, then deletes it here, in
   * the store and in the page that sends. What was deleted unsent is counted, and the count is reported.
   */
  purge(): Promise<void>;
  /** With several pages of one store: of the one that sends, as it last told. */
  stats(): ReportStats;
}

/** How a guard is made; `packs` is all it needs. */
export interface GuardOptions {
  /** Compiled policies, strictest first; at least one. Or what `loadInWorker` made of them. */
  packs: Uint8Array[] | LoadedPacks;
  /** Ed25519 public keys, 32 bytes each, raw or base64url. Given: every pack must be signed by one of them. */
  publicKeys?: (Uint8Array | string)[];
  /** Where the product is used (`cn`, `eu`, …): rules for other jurisdictions are left out. Default: all apply. */
  jurisdiction?: string;
  /** Time limits; absent or `false`: nothing is counted, and the service is always open. */
  usage?: UsageOptions | false;
  /** Records of verdicts and complaints; absent or `false`: none are made. */
  reports?: ReportOptions | false;
  /** Default: that of the entry, which is the browser, Node or the mini-program. */
  host?: Host;
  /** BCP 47; default `zh-CN`. Chooses the notice. */
  locale?: string;
  /** The fetch that `guard.fetch` calls; default the global one. */
  fetch?: typeof fetch;
}

/** What a message is part of. */
export interface MessageOptions {
  /** Messages of one id end together and stay ended; default: an id of its own. */
  id?: string;
  /** Default `text`. */
  channel?: Channel;
}

/** How a stream is guarded. */
export interface StreamOptions extends MessageOptions {
  /** Every outcome, also those that show nothing. */
  onOutcome?: (outcome: Outcome) => void;
}

/** How a part of a page is guarded. */
export interface AttachOptions {
  /**
   * CSS selector of the elements that hold one message each, such as `.bubble`: all text in one is
   * judged as one message, and its end is not painted while it may still become a term. Default: each
   * block of text (paragraph, cell, heading) is a message, and nothing is held.
   */
  messages?: string;
  /** CSS selector of elements that are left alone with all that is in them. Default: none. */
  ignore?: string;
  /** Also what the user can edit: `contenteditable`, `input`, `textarea`. Default false. */
  editable?: boolean;
  /** Also addresses of links, images, frames and forms; what the policy hides is taken out. Default true. */
  addresses?: boolean;
  /** Each verdict once, after what it hides is hidden. */
  onVerdict?: (found: Attached) => void;
}

/** A verdict on a text of the page. */
export interface Attached {
  /** Offsets are those of the judged text: that of the block, message or attribute. */
  verdict: Verdict;
  /** The block or message whose text it is, or the element that has the attribute; the host, of a shadow root. */
  element: Element;
  /** The attribute; absent: the text of the element. */
  attribute?: string;
}

/** A policy in force. After `dispose()` its messages, streams, checks and `load` fail with `guard/disposed`. */
export interface Guard {
  /** Opens a message. Throws `usage/closed` while the service is closed, `message/id` and `message/channel`. */
  message(options?: MessageOptions): Message;
  /** The verdicts on a whole text, up to the one that would end it. */
  check(text: string): Verdict[];
  /** Ends when the policy ends the message; fails with `usage/closed` when the service closes. */
  stream(options?: StreamOptions): TransformStream<string, string>;
  /** Guards chat completions, streamed or whole, and other JSON; bodies of other kinds are withheld. */
  readonly fetch: typeof fetch;
  /**
   * Guards what is shown under `root` until the returned function is called, which puts everything
   * back. Throws `attach/root`, `attach/options` and `attach/unsupported`.
   */
  attach(root: Element | ShadowRoot, options?: AttachOptions): () => void;
  /** Swaps the policy between messages; open messages keep theirs. Older revisions are refused. */
  load(packs: Uint8Array[]): void;
  /** The time limits; without `usage` in the options it is open always. */
  readonly usage: Usage;
  /** The outbox; without `reports` in the options `submit` rejects with `report/off`. */
  readonly reports: Reports;
  /** Ends open messages, streams and attachments, and frees their memory; what waits to be stored is stored. */
  dispose(): Promise<void>;
}

/** What a pack says of itself. */
export interface PackInfo {
  /** Name of the policy. */
  policy: string;
  /** 1 to 4,294,967,295; only goes up. */
  revision: number;
  /** First half of the SHA-512 of the unsigned pack before its digest, in hexadecimal: names this exact policy. */
  digest: string;
  /** Whether it has a signature; that is not verified here. */
  signed: boolean;
  /** Number of rules. */
  rules: number;
  /** Number of terms, those of all rules together. */
  terms: number;
  /** States of the automaton, of which its size in memory depends. */
  states: number;
}

/** Why some text is held: what begins at `start` may become, or is, what a rule looks for. */
export interface HoldReason {
  /**
   * `term`: the live prefix of a term. `pattern`: a pattern under way. `match`: found, and a longer
   * or graver match may still take its place. `doubt`: found, and what stands around it may still
   * dismiss it. `markup`: a construct that is not complete.
   */
  kind: 'term' | 'pattern' | 'match' | 'doubt' | 'markup';
  /** First UTF-16 unit in the text. */
  start: number;
  /** One past the last: of a match its own, else of what has been read. */
  end: number;
  /** The rule; absent for markup, and for phrases in which nothing is a match. */
  rule?: string;
  /** The views that see it; empty for patterns and markup. */
  views: ('tight' | 'joined' | 'leet' | 'sound')[];
  /** Whether the term would dismiss a match (`unless`, `allow`, a word that only sounds alike) instead of being one. */
  excuses: boolean;
  /** Whether it is seen in what the text renders to, not in the text as it is. */
  rendered: boolean;
  /** Of a term: its live prefix as these views read it. */
  read?: string;
  /** Of a term: the nearest one that begins so; empty if it is too far away to be looked for. */
  term?: string;
}

/** Where the parts of the engine come from. */
export interface InitOptions {
  /** The core's module, when the entry cannot find it by itself: bytes, a URL, a response, a compiled module. */
  wasm?: WasmInput | Promise<WasmInput>;
  /**
   * The policy compiler (about 440 kB gzip, with its tables): where to get
   * it when the entry cannot find it by itself, or `false` for pages that only
   * load packs. Without it, `compilePolicy`, `signPack`, `publicKey` and
   * `explainHold` throw `init/compiler`.
   */
  compiler?: false | { wasm?: WasmInput | Promise<WasmInput>; tables?: BytesInput | Promise<BytesInput> };
}

/** Bytes, or where to fetch them. */
export type BytesInput = BufferSource | Response | URL | string;
/** A module, its bytes, or where to fetch them. */
export type WasmInput = BytesInput | WebAssembly.Module;
