/** The guardian's endpoints of the collector. The token lives in this page's memory only. */

/** What a guardian sets; what is absent is as the rules for the age say. */
export interface Settings {
  daily_min?: number;
  /** `null`: no curfew. */
  curfew?: [string, string] | null;
  remind_min?: number;
  extra?: { date: string; min: number };
  /** Seconds since the epoch, as `exit_until`. */
  paused_until?: number;
  exit_until?: number;
  consent?: boolean;
}

export interface Summary {
  /** ms since the epoch. */
  now: number;
  zone: string;
  claims: { age?: number; age_band?: string; presets?: string[] };
  /** Oldest first; the last one is today. */
  days: { day: string; used_ms: number; closings: number; reminders: number }[];
  closings: Record<string, number>;
  reminders: Record<string, number>;
  exits: number;
  crises: number;
  reports: { risk: string; count: number; name?: Record<'zh-CN' | 'en', string> }[];
}

/** An answer other than success; `code` is the collector's, or `offline`. */
export class Refusal extends Error {
  constructor(readonly code: string, readonly retryAfterS: number | undefined) {
    super(code);
  }
}

async function ask<T>(method: string, path: string, token?: string, body?: unknown): Promise<T> {
  const headers = new Headers();
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (body !== undefined) headers.set('content-type', 'application/json');
  let response: Response;
  try {
    response = await fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  } catch {
    throw new Refusal('offline', undefined);
  }
  const answer = await response.json().catch(() => undefined) as { code?: unknown } | undefined;
  if (!response.ok) {
    const seconds = Number(response.headers.get('retry-after') ?? NaN);
    const code = typeof answer?.code === 'string' ? answer.code : `http/${response.status}`;
    throw new Refusal(code, Number.isFinite(seconds) ? seconds : undefined);
  }
  return answer as T;
}

function path(subject: string, what: string): string {
  return `/v1/guardian/${encodeURIComponent(subject)}/${what}`;
}

/** Sets the first PIN. Only a demo collector lets the subject itself do so. */
export async function setFirstPin(subject: string, pin: string): Promise<void> {
  const { assertion } = await ask<{ assertion: string }>('POST', '/v1/assertions', undefined, { subject });
  await ask('POST', path(subject, 'pin'), assertion, { pin });
}

export async function changePin(subject: string, old: string, pin: string): Promise<void> {
  await ask('POST', path(subject, 'pin'), undefined, { old, pin });
}

/** A guardian who has signed in. */
export class Session {
  private constructor(readonly subject: string, private readonly token: string) {}

  static async signIn(subject: string, pin: string): Promise<Session> {
    const { token } = await ask<{ token: string }>('POST', path(subject, 'session'), undefined, { pin });
    return new Session(subject, token);
  }

  async signOut(): Promise<void> {
    await ask('DELETE', path(this.subject, 'session'), this.token);
  }

  async settings(): Promise<Settings> {
    return await ask('GET', path(this.subject, 'settings'), this.token);
  }

  async change(settings: Settings): Promise<Settings> {
    return await ask('PUT', path(this.subject, 'settings'), this.token, settings);
  }

  async summary(days: number): Promise<Summary> {
    return await ask('GET', path(this.subject, `summary?days=${days}`), this.token);
  }
}
