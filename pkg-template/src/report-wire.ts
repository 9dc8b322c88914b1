/**
 * The report part's words: with the core, with the store, with the collector.
 */
import { toHex } from './hex.js';

/** A larger answer is not read, bytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export interface Drops {
  count: number;
  reason: 'size' | 'age' | 'purge';
  covers: string[];
  /** The lost that the record names; absent in what older versions stored. */
  ids?: string[];
}

export interface Item {
  id: string;
  bytes: number;
  createdAtMs: number;
  drops?: Drops;
}

export interface Rejection {
  id: string;
  code: string;
}

export interface Answer {
  accepted: string[];
  duplicates: string[];
  rejected: Rejection[];
}

export type OutboxEvent =
  | { type: 'restored'; items: Item[] }
  | { type: 'added'; item: Item }
  | { type: 'stored'; id: string; ok: boolean }
  | { type: 'tick' | 'online' | 'hidden' | 'flush' | 'purge' }
  | ({ type: 'sent'; batch: number; status: number; retryAfterMs?: number } & Answer)
  | { type: 'sendFailed'; batch: number };

export type Effect =
  | { type: 'store'; id: string }
  | { type: 'delete'; id: string }
  | { type: 'setAside'; id: string; code: string }
  | { type: 'send'; batch: number; ids: string[]; keepalive: boolean }
  | { type: 'reportDrops'; drops: Drops }
  | { type: 'wake'; atMs: number };

/** What is stored of one record. `drops` makes a loss exact over a crash. */
export interface Stored {
  at: number;
  record: { id: string };
  drops?: Drops;
}

/** Reads what it can of an answer; what is not there was not acknowledged. */
export function readAnswer(body: Uint8Array): Answer {
  const answer = body.length > MAX_ANSWER_BYTES ? undefined : parse(body);
  const { accepted, duplicates, rejected } = Object(answer) as Record<string, unknown>;
  return {
    accepted: list(accepted, isString),
    duplicates: list(duplicates, isString),
    rejected: list(rejected, isRejection).map(({ id, code }) => ({ id, code })),
  };
}

/** A stored record, or `undefined` if it is not one. */
export function readStored(value: Uint8Array): Stored | undefined {
  const stored = parse(value);
  return isStored(stored) ? stored : undefined;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function isRejection(value: unknown): value is Rejection {
  const { id, code } = Object(value) as Record<string, unknown>;
  return isString(id) && isString(code);
}

function isStored(value: unknown): value is Stored {
  const { at, record, drops } = Object(value) as Record<string, unknown>;
  const { id } = Object(record) as Record<string, unknown>;
  // The collector refuses a record under any other id, and a count that names one.
  return isWhole(at) && isString(id) && /^[0-9a-z-]{26,36}$/.test(id)
    && (drops === undefined || isDrops(drops));
}

function isDrops(value: unknown): value is Drops {
  // Counts of older versions name nothing.
  const { count, reason, covers, ids = [] } = Object(value) as Record<string, unknown>;
  return isWhole(count) && count > 0 && count < 2 ** 32 && (reason === 'size' || reason === 'age' || reason === 'purge')
    && [covers, ids].every((list) => Array.isArray(list) && list.every(isString));
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function list<T>(value: unknown, is: (item: unknown) => item is T): T[] {
  return Array.isArray(value) ? value.filter(is) : [];
}

/** `Retry-After` in ms: seconds, or a date. */
export function retryAfter(headers: Record<string, string>, now: number): number | undefined {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'retry-after');
  const value = name === undefined ? '' : String(headers[name]).trim();
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.floor(at - now));
}

/** UUID version 4 in text, from 16 random bytes. */
export function uuid(random: Uint8Array): string {
  const bytes = Uint8Array.from(random);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = toHex(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
