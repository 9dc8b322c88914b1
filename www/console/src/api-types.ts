/** What the collector answers, as far as the console reads it. Times end in `_ms`: ms since the epoch. */

type Role = 'viewer' | 'reviewer' | 'admin';

export interface Account {
  name: string;
  role: Role;
  /** Sent along with every change; absent for the admin token, which no page of strangers can send. */
  csrf?: string;
}

export type Verdict = 'upheld' | 'rejected';

export interface Review {
  verdict: Verdict;
  note?: string;
  by: string;
  at_ms: number;
}

/** A CloudEvent with what the collector knows about it. `data` was written by strangers. */
export interface StoredRecord {
  /** Place in the order of arrival; also the cursor. */
  row: number;
  received_ms: number;
  id: string;
  type: string;
  source: string;
  /** RFC 3339, by the client's clock. */
  time: string;
  subject?: string;
  review?: Review;
  /** Of a count of losses: how many of its records are neither there nor told of by an earlier count. */
  lost?: number;
  data: Record<string, unknown>;
}

export interface Page<T> {
  rows: T[];
  /** `after` of the next page; `null` if this is the last for now. */
  next: string | null;
}

export const COMPLAINT_STATES = ['received', 'in_review', 'upheld', 'rejected', 'answered'] as const;
export type ComplaintState = (typeof COMPLAINT_STATES)[number];

export interface Complaint {
  id: string;
  category: string;
  /** The user's words; absent once the record's time was over. */
  text?: string;
  message?: string;
  locale?: string;
  status: ComplaintState;
  received_ms: number;
  due_ms: number;
  answer?: string;
  answered_ms?: number;
  by?: string;
  changed_ms?: number;
}

export type TrendBy = 'risk' | 'rule' | 'action' | 'revision';

export interface Trend {
  bucket: 'hour' | 'day';
  keys: string[];
  rows: { at_ms: number; counts: Record<string, number> }[];
}

export interface RuleStats {
  policy: string;
  revision: number;
  rule: string;
  risk: string;
  hits: number;
  upheld: number;
  rejected: number;
  /** Share upheld of those reviewed; `null` if none was. */
  precision: number | null;
  /** 95 % interval of the precision. */
  low: number | null;
  high: number | null;
}

/** Some terms of a rule, in the form in which they are compared. */
export interface TermList {
  view: string;
  /** How many there are in that view's spelling. */
  total: number;
  terms: string[];
}

export interface HostList {
  kind: 'deny' | 'allow';
  total: number;
  names: string[];
}

export interface RulePattern {
  source: string;
  is_cut: boolean;
  /** Name of a built-in one. */
  detect?: string;
  check?: string;
  hosts?: HostList;
}

/** What a rule of a revision says. */
export interface RuleText {
  risk: string;
  action: string;
  /** 0: not stated. */
  severity: number;
  score: number;
  channels: string[];
  /** None: everywhere. */
  jurisdictions: string[];
  /** What words of the user call for; with it, it judges nothing else. */
  call?: string;
  mask?: string;
  with?: string;
  views: string[];
  /** One list; of a combination one for each group; of a pattern none. */
  groups: TermList[];
  /** Of a combination: UTF-16 units, or `sentence`. */
  within?: number | string;
  unless?: TermList & { within: number };
  pattern?: RulePattern;
}

export interface AuditEntry {
  seq: number;
  at_ms: number;
  by: string;
  action: string;
  about: string;
  hash: string;
}

/** What is kept about a subject. The parts besides the records are shown as they come. */
export interface Holdings {
  subject: string;
  profile: unknown;
  usage: unknown;
  events: unknown[];
  guardian: { pin: unknown; sessions: unknown[] };
  /** One page, with what became of complaints. */
  records: StoredRecord[];
  next: number | null;
}
