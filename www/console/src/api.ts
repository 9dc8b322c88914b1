/** Talks to the collector: one function for each question that the views ask. */
import type {
  Account, AuditEntry, Complaint, ComplaintState, Holdings, Page, Review, RuleStats, RuleText, StoredRecord, Trend, TrendBy, Verdict,
} from './api-types.js';

const TOKEN_KEY = 'tidegate.console.token';

/** An answer other than success; `code` is the collector's, or `offline`. */
export class Failure extends Error {
  constructor(readonly code: string, readonly status: number, readonly retryAfterS?: number) {
    super(code);
  }
}

/** Whether the collector does not know who asks; any other failure says nothing about that. */
function isUnknown(error: unknown): boolean {
  return error instanceof Failure && error.status === 401;
}

/** The admin token, kept in this tab only; a browser without storage forgets it with the page. */
let token = (() => {
  try {
    return sessionStorage.getItem(TOKEN_KEY);
  } catch {
    return null;
  }
})();
let account: Account | null = null;
let onSignedOut: () => void = () => undefined;

export function currentAccount(): Account | null {
  return account;
}

/** Calls `listener` when the collector no longer knows who asks. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

function rememberToken(value: string | null): void {
  token = value;
  try {
    if (value === null) sessionStorage.removeItem(TOKEN_KEY);
    else sessionStorage.setItem(TOKEN_KEY, value);
  } catch {
    // It is then kept for as long as the page lives.
  }
}

async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers = new Headers();
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  if (method !== 'GET' && account?.csrf !== undefined) headers.set('x-csrf-token', account.csrf);
  if (body !== undefined) headers.set('content-type', 'application/json');
  let response: Response;
  try {
    response = await fetch(path, {
      method, headers, cache: 'no-store', credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Failure('offline', 0);
  }
  if (response.ok) return response;
  const answer = await response.json().catch(() => undefined) as { code?: unknown } | undefined;
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  throw new Failure(
    typeof answer?.code === 'string' ? answer.code : `http/${response.status}`, response.status,
    Number.isFinite(seconds) ? seconds : undefined,
  );
}

/** As `send`, for those who have signed in: they are told when that is over. */
async function ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  try {
    const response = await send(method, path, body, signal);
    return (response.status === 204 ? undefined : await response.json()) as T;
  } catch (error) {
    if (isUnknown(error)) forget();
    throw error;
  }
}

function forget(): void {
  account = null;
  rememberToken(null);
  onSignedOut();
}

/** Finds out who is signed in already, by the cookie or the token of this tab. */
export async function resume(): Promise<Account | null> {
  try {
    if (token !== null) return await signInWithToken(token);
    account = await (await send('GET', '/v1/session')).json() as Account;
    return account;
  } catch (error) {
    if (isUnknown(error)) return null;
    throw error;
  }
}

export async function signIn(name: string, password: string): Promise<Account> {
  rememberToken(null);
  account = await (await send('POST', '/v1/session', { name, password })).json() as Account;
  return account;
}

/** The admin token has no session: it is tried with the smallest question. */
export async function signInWithToken(value: string): Promise<Account> {
  token = value;
  try {
    await send('GET', '/v1/reports?limit=1');
  } catch (error) {
    if (isUnknown(error)) rememberToken(null);
    throw error;
  }
  rememberToken(value);
  account = { name: 'TIDEGATE_ADMIN_TOKEN', role: 'admin' };
  return account;
}

/** Ends the session; if the collector cannot be told, it goes on, and so does the account here. */
export async function signOut(): Promise<void> {
  if (token === null) {
    await send('DELETE', '/v1/session').catch((error: unknown) => {
      if (!isUnknown(error)) throw error;
    });
  }
  forget();
}

/** Whether the account may do what `role` may. */
export function may(role: Account['role']): boolean {
  const order = ['viewer', 'reviewer', 'admin'];
  return account !== null && order.indexOf(account.role) >= order.indexOf(role);
}

function query(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

const cursor = (next: unknown): string | null => (next === null || next === undefined ? null : String(next));

/** What `GET /v1/reports` may be asked for besides the page. */
export type RecordFilter = Partial<Record<
  'kind' | 'risk' | 'rule' | 'action' | 'channel' | 'policy' | 'revision' | 'subject' | 'escalation' | 'review' | 'from_ms' | 'to_ms',
  string
>>;

export async function records(
  filter: RecordFilter, page: { order: 'newest' | 'oldest'; limit: number; after?: string }, signal?: AbortSignal,
): Promise<Page<StoredRecord>> {
  const answer = await ask<{ records: StoredRecord[]; next?: unknown }>('GET', `/v1/reports${query({ ...filter, ...page })}`, undefined, signal);
  return { rows: answer.records, next: cursor(answer.next) };
}

export async function record(id: string, signal?: AbortSignal): Promise<StoredRecord> {
  return await ask('GET', `/v1/reports/${encodeURIComponent(id)}`, undefined, signal);
}

export async function review(id: string, verdict: Verdict, note: string): Promise<Review> {
  return await ask('PUT', `/v1/reports/${encodeURIComponent(id)}/review`, { verdict, ...(note === '' ? {} : { note }) });
}

export async function withdrawReview(id: string): Promise<void> {
  await ask('DELETE', `/v1/reports/${encodeURIComponent(id)}/review`);
}

export interface Period { from_ms: number; to_ms: number }

/** Days begin `offsetHours` before those of UTC. */
export async function trend(
  period: Period, bucket: Trend['bucket'], by: TrendBy, offsetHours: number, signal?: AbortSignal,
): Promise<Trend> {
  return await ask('GET', `/v1/stats/trend${query({ ...period, bucket, by, offset_hours: offsetHours })}`, undefined, signal);
}

export async function ruleStats(period: Period, signal?: AbortSignal): Promise<RuleStats[]> {
  return (await ask<{ rules: RuleStats[] }>('GET', `/v1/stats/rules${query({ ...period })}`, undefined, signal)).rules;
}

/** What a rule says; fails with status 404 if its revision is not kept. */
export async function ruleText(policy: string, revision: string, rule: string, signal?: AbortSignal): Promise<RuleText> {
  const [of, at, id] = [policy, revision, rule].map(encodeURIComponent);
  return await ask('GET', `/v1/policies/${of}/revisions/${at}/rules/${id}`, undefined, signal);
}

export async function complaints(
  status: string, page: { limit: number; after?: string }, signal?: AbortSignal,
): Promise<Page<Complaint>> {
  const answer = await ask<{ complaints: Complaint[]; next?: unknown }>(
    'GET', `/v1/complaints${query({ status, order: 'due', ...page })}`, undefined, signal);
  return { rows: answer.complaints, next: cursor(answer.next) };
}

/** One complaint, from what its user is told and from its record; `null` if there is none. */
export async function complaint(id: string, signal?: AbortSignal): Promise<Complaint | null> {
  const orNull = (error: unknown): null => {
    if (error instanceof Failure && error.status === 404) return null;
    throw error;
  };
  const [state, sent] = await Promise.all([
    ask<Complaint>('GET', `/v1/complaints/${encodeURIComponent(id)}`, undefined, signal).catch(orNull),
    record(id, signal).catch(orNull),
  ]);
  if (state === null) return null;
  const { text, message, locale } = (sent?.data ?? {}) as Partial<Pick<Complaint, 'text' | 'message' | 'locale'>>;
  return { ...state, ...text !== undefined && { text }, ...message !== undefined && { message }, ...locale !== undefined && { locale } };
}

export async function decideComplaint(id: string, status: ComplaintState, answer: string): Promise<Complaint> {
  return await ask('PUT', `/v1/complaints/${encodeURIComponent(id)}`, { status, ...(answer === '' ? {} : { answer }) });
}

/** What is kept about a subject, with the first page of its records. */
export async function subject(name: string, signal?: AbortSignal): Promise<Holdings> {
  return await ask('GET', `/v1/subjects/${encodeURIComponent(name)}`, undefined, signal);
}

/** All that is kept about a subject as one file: what else there is, and every page of its records. */
export async function subjectFile(name: string): Promise<Blob> {
  const address = `/v1/subjects/${encodeURIComponent(name)}`;
  const { records: page, next, ...rest } = await ask<Holdings>('GET', `${address}?limit=500`);
  const records = [...page];
  for (let after = next; after !== null;) {
    const more = await ask<Holdings>('GET', `${address}${query({ limit: 500, after })}`);
    records.push(...more.records);
    after = more.next;
  }
  return new Blob([JSON.stringify({ ...rest, records }, null, 2)], { type: 'application/json' });
}

export async function eraseSubject(name: string): Promise<void> {
  await ask('DELETE', `/v1/subjects/${encodeURIComponent(name)}`);
}

export async function audit(page: { limit: number; after?: string }, signal?: AbortSignal): Promise<Page<AuditEntry>> {
  const answer = await ask<{ entries: AuditEntry[]; next?: unknown }>('GET', `/v1/audit${query({ ...page, order: 'newest' })}`, undefined, signal);
  return { rows: answer.entries, next: cursor(answer.next) };
}

export async function particulars(signal?: AbortSignal): Promise<Record<string, unknown>> {
  return await ask('GET', '/v1/particulars', undefined, signal);
}

export const EXPORTS = ['authority', 'correction'] as const;

/** Whether the browser proves by itself who asks, so that a link suffices. */
export function hasCookie(): boolean {
  return token === null;
}

export function exportAddress(kind: (typeof EXPORTS)[number], period: Period): string {
  return `/v1/exports/${kind}${query({ ...period })}`;
}

/** The file for those with the admin token, which no link can send: it goes through the page's memory. */
export async function exported(kind: (typeof EXPORTS)[number], period: Period): Promise<Blob> {
  try {
    return await (await send('GET', exportAddress(kind, period))).blob();
  } catch (error) {
    if (isUnknown(error)) forget();
    throw error;
  }
}
