/**
 * Records as they are sent: CloudEvents 1.0 in JSON, of the shape of `src/report/record.rs`. The
 * collector reads them with those types; the fixtures in `tests/vectors/records` hold both to them.
 */
import { core } from './core.js';
import { GuardError } from './error.js';
import type { Drops } from './report-wire.js';
import type { VerdictContext } from './runtime.js';
import type { Complaint, ComplaintCategory, Host } from './types.js';

/** Version of the shapes of `data`. */
const SCHEMA_VERSION = 1;
/** Most UTF-16 units of a name: policy, rule, message. */
const MAX_NAME_UNITS = 256;
/** Most UTF-16 units of a word of a fixed vocabulary. */
const MAX_WORD_UNITS = 64;
/** Most UTF-16 units of a complaint's text. */
const MAX_COMPLAINT_UNITS = 2_000;
/** 9999-12-31T23:59:59.999Z, the last instant that four year digits can write. */
const MAX_TIME = 253_402_300_799_999;

/** In the order in which interfaces list them. */
const CATEGORIES: readonly ComplaintCategory[] = [
  'illegal', 'harmful', 'discrimination', 'privacy', 'inaccurate', 'minor_safety', 'other',
];

/** What is known of the user whose chat it is; never a name, never a birthday. */
export interface Person {
  ageBand: 'u14' | '14_15' | '16_17' | 'adult' | 'unknown';
  /** The user is treated as a minor. */
  minorMode: boolean;
  /** Where the consent to process this user's data is recorded. */
  consent?: string;
  /** How far the wall clock is ahead of the server's time, ms; absent if that is not known. */
  skewMs?: number;
}

/** What is told of the text. */
export type Evidence =
  | { kind: 'hmac'; key: string; digest: string; length: number }
  | { kind: 'excerpt'; text: string; start: number; end: number };

/** The event of a record, without what the outbox does not care about. */
export interface Event {
  id: string;
  type: string;
  time: string;
  data: Record<string, unknown>;
}

/** Where text is shown. */
export type Surface = NonNullable<Host['surface']>;

/** `type` and `data`. */
export type Body = Pick<Event, 'type' | 'data'>;

/** Puts `body` in its envelope; `at` is ms since the epoch. */
export function envelope(id: string, at: number, surface: Surface, { type, data }: Body): Event {
  const time = new Date(Math.min(Math.max(0, Math.floor(at)), MAX_TIME)).toISOString();
  const event = { specversion: '1.0', id, source: `/tidegate/${surface}`, time, datacontenttype: 'application/json', type, data };
  return event;
}

/**
 * The body of a verdict. Names that a program chose are clipped to their limits: a record with an
 * over-long name is worth more than none.
 */
export function verdictBody(context: VerdictContext, surface: Surface, person: Person, evidence: Evidence | undefined): Body {
  const { rule, risk, action, start, end, view } = context.verdict;
  const { policy, revision, digest, message, channel, direction, locale, shownUnits, severity, escalation } = context;
  return {
    type: 'dev.tidegate.verdict.v1',
    data: {
      schema_version: SCHEMA_VERSION,
      policy: clip(policy, MAX_NAME_UNITS), revision, digest,
      rule: clip(rule, MAX_NAME_UNITS), risk: clip(risk, MAX_WORD_UNITS), action,
      ...(severity > 0 ? { severity } : {}),
      ...(escalation === undefined ? {} : { escalation }),
      view, start, end,
      message: clip(message, MAX_NAME_UNITS), channel, direction, surface, locale: clip(locale, MAX_WORD_UNITS),
      shown_units: shownUnits,
      age_band: person.ageBand, minor_mode: person.minorMode,
      ...(person.consent === undefined ? {} : { consent_ref: clip(person.consent, MAX_NAME_UNITS) }),
      ...(person.skewMs === undefined ? {} : { clock_skew_ms: person.skewMs }),
      ...(evidence === undefined ? {} : { evidence }),
      engine_version: core().engineVersion(), source: 'auto',
    },
  };
}

/**
 * The body of a complaint. The user's own words are never clipped: whoever wrote them can still
 * change them.
 */
export function complaintBody(complaint: Complaint, locale: string): Body {
  const { category, text, message } = Object(complaint) as Partial<Record<keyof Complaint, unknown>>;
  if (!CATEGORIES.includes(category as ComplaintCategory)) {
    throw new GuardError('report/category', `the category is none of ${CATEGORIES.join(', ')}`);
  }
  for (const [name, value] of Object.entries({ text, message })) {
    if (value !== undefined && value !== null && typeof value !== 'string') {
      throw new GuardError('record/shape', `data.${name}: a text is expected`);
    }
  }
  const words = wellFormed(text as string | undefined ?? '');
  if (words.length > MAX_COMPLAINT_UNITS) {
    throw new GuardError('report/too-long', `the text has at most ${MAX_COMPLAINT_UNITS} UTF-16 units`);
  }
  return {
    type: 'dev.tidegate.complaint.v1',
    data: {
      schema_version: SCHEMA_VERSION, category, text: words,
      ...(typeof message === 'string' ? { message: clip(message, MAX_NAME_UNITS) } : {}),
      locale: clip(locale, MAX_WORD_UNITS), source: 'user_report', engine_version: core().engineVersion(),
    },
  };
}

export function dropsBody({ count, reason, ids }: Drops): Body {
  return {
    type: 'dev.tidegate.drops.v1',
    data: { schema_version: SCHEMA_VERSION, dropped: count, reason, ids, engine_version: core().engineVersion() },
  };
}

/** The front of `text`, without half a character at its end. */
export function clip(text: string, mostUnits: number): string {
  return wellFormed(text.length <= mostUnits ? text : text.slice(0, mostUnits).replace(/[\ud800-\udbff]$/, ''));
}

/** JSON of half a character is refused by readers that keep to UTF-8. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (found) => found.length === 2 ? found : '\ufffd');
}
