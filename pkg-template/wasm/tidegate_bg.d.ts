/**
 * The generated glue, typed by hand: what wasm-bindgen writes next to
 * `tidegate_bg.wasm`. Everything that can fail throws `{code, message}`.
 */
import type { PackInfo } from '../src/types.js';

/** Tells the glue which instance to call. */
export function __wbg_set_wasm(exports: WebAssembly.Exports): void;

export function inspect_pack(pack: Uint8Array): PackInfo;
/** Cryptographically strong, at most 65,536. */
export function random_bytes(count: number): Uint8Array;
/** Makes room for a first policy before there is one. */
export function make_room(): void;
/** Pointer to room for 16,384 UTF-16 units; it never moves. */
export function input(): number;
/** The name of a view number in the events. */
export function view(number: number): string;

export interface RuleRow {
  id: string;
  risk: string;
  action: string;
  /** The text that `replace` puts. */
  with: string;
  /** The character that `mask` repeats. */
  mask: string;
  severity: number;
  /** What words of the user call for: `exit`, or an escalation. */
  call?: string;
  /** Index into `packs()`. */
  pack: number;
}

/** By the packs' places, those that the platform has made of exactly these bytes (32 bytes each); the core makes the others. */
export type Digests = (Uint8Array | undefined)[];

export class Filter {
  /** With keys (32 bytes each), every pack must be signed by one of them; `digests` as in `load`. */
  constructor(packs: Uint8Array[], publicKeys: Uint8Array[], digests: Digests);
  free(): void;
  load(packs: Uint8Array[], digests: Digests): void;
  packs(): PackInfo[];
  rules(): RuleRow[];
  /** Empty: nothing authored. */
  notice(locale: string): string;
  /** Where the user finds help; empty: nothing authored. */
  help(locale: string): string;
  /** An empty id is anonymous; `input` is the channel of what the user writes. */
  message(id: string, channel: string): FilterMessage;
  /** Leaves rules for other jurisdictions out; empty: none. */
  set_jurisdiction(code: string): void;
}

/** Numbers in, numbers out; the layout is in DESIGN.md, "The edge". */
export class FilterMessage {
  private constructor();
  free(): void;
  /** Takes the first units of `input()`; pointer to the events. */
  push(units: number): number;
  /** Pointer to the events. */
  finish(): number;
  /** The state number, as in the events. */
  state(): number;
}

/** What the DOM guard needs of a page. None of it may call the guard. */
export interface Hands {
  /** How it lies in the text, as in `src/dom/flow.ts`. */
  flow(node: Node): number;
  /** Whether it is to be guarded. */
  reaches(node: Node): boolean;
  /** Judges what an element has beside its text. */
  beside(element: Element): void;
  /** Calls `read_in` for it, now or in another frame. */
  later(element: Element, apart: boolean): void;
  /** Writes what the page put into a text node to the core's input, from a unit on; how many units. */
  raw(text: Node, from: number): number;
  /** Absent: what the page put there. */
  show(text: Node, shown: string | undefined): void;
  /** What is shown from a unit of one text node to the end of another is not to be seen while the message may grow; `text` tells it from others. */
  hold(message: Node, from: Text, unit: number, to: Text, text: string): void;
  /** Nothing of a message is held. */
  release(message: Node): void;
  /** As `raw`, of what is displayed of a text that the policy ended, if it did. */
  ended(place: Node, from: number): number | undefined;
  end(place: Node, displayed: string): void;
  /** Whether it has to be told that nothing is found any more. */
  hasFound(place: Node): boolean;
  /** Rows of rule, start, end, view, units shown before; they lie in the core's memory. */
  found(place: Node, text: string, rows: Uint32Array, settled: number, state: number): void;
  /** Whether this frame has cost what it may, in which so much was read. */
  isLate(work: number): boolean;
  /** Nodes were removed. */
  removed(): void;
  /** So much changed that all is to be read. */
  all(): void;
}

export class DomGuard {
  constructor(filter: Filter, notice: string, root: Node, hands: Hands, hasMessages: boolean);
  free(): void;
  /** Takes records, of texts and children. */
  changed(records: MutationRecord[]): void;
  /** Begins a slice: another frame is drawn. */
  begin(): void;
  is_full(): boolean;
  /** Reads what is in a node; with `rests` it returns, when the slice is full, the child to go on with. */
  read_in(node: Node, from: Node | undefined, apart: boolean, rests: boolean): Node | undefined;
  load(filter: Filter, notice: string): void;
  /** All is to be read: what is known of texts does not count any more. */
  forget(): void;
}

export class PageSignals {
  constructor(listen: (signal: string) => void);
  free(): void;
  stop(): void;
}

/** The usage room's meter; times are ms since the epoch. */
export class UsageMeter {
  /** `options` is `{presets, subject?, age?, assume?, idleMs?, zone?, calendar?}`. */
  constructor(options: object, saved?: Uint8Array);
  free(): void;
  /** Whether the service is open. */
  tick(now: number, active: boolean): boolean;
  /** A `UsageStatus` without `now` and `zone`. */
  status(now: number): unknown;
  /** What would hold at `now`; nothing is counted. */
  peek(now: number): unknown;
  wake(now: number): number | undefined;
  acknowledge(kind: string, at: number): void;
  trust(now: number): void;
  merge(saved: Uint8Array): void;
  /** Switches to what an age assertion says; times in seconds. */
  identify(token: string, keys: Uint8Array[], now: number): { sub: string; iat: number; exp: number };
  /** Of the intervals that end after `from`: start, end, start, end, … */
  intervals(from: number): Float64Array;
  /** Of days before: number of the civil day, ms, … */
  days(): Float64Array;
  /** Takes in another ledger, written as those two. */
  absorb(intervals: Float64Array, days: Float64Array, now: number): void;
  /** Continuous use is over. */
  stop(): void;
  save(): Uint8Array;
  readonly last: number | undefined;
  readonly idleMs: number;
  /** The offset of the service's days, `+08:00`. */
  readonly zone: string;
}

/** Time that wall clocks cannot move. */
export class UsageClock {
  /** Starts from the wall clock, but not before `last`. */
  constructor(wall: number, monotonic: number, last?: number);
  free(): void;
  anchor(server: number, wall: number, monotonic: number): void;
  /** Throws `usage/time` if no clock tells it. */
  now(monotonic: number): number;
  /** Not a number if a clock tells no time. */
  ahead(wall: number, monotonic: number): number;
}

/** Whether one of the keys, 32 bytes each, signed that it is `now`. */
export function verify_time(now: number, nonce: string, signature: string, keys: Uint8Array[]): boolean;

/** The report room's outbox: takes an event, returns effects. */
export class Outbox {
  /** `options` is `{maxBytes?, maxAgeMs?}`; `seed` is random bytes. */
  constructor(options: object | undefined, seed: Uint8Array);
  free(): void;
  step(wallMs: number, monotonicMs: number, event: object): unknown;
  stats(): unknown;
  isIdle(): boolean;
}

/** Version of the engine, as records say it. */
export function engineVersion(): string;

/** HMAC-SHA-512/256 of `text` in UTF-8. */
export function keyedDigest(key: Uint8Array, text: string): Uint8Array;
