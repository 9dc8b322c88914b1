/**
 * What a product's own backend does: it says who the user is, in an assertion
 * that it signs. In this demo the collector does so for anybody who asks; where
 * it does not, the age of the settings is believed as it is.
 */
import type { UsageOptions } from 'tidegate';
import { read, remember, type Settings } from './store.js';

const KEYS_URL = '/v1/keys';
const ASSERTIONS_URL = '/v1/assertions';
const SUBJECT_BYTES = 12;

export interface Backend {
  publicKeys: string[];
  usage: Pick<UsageOptions, 'server' | 'subject' | 'assertion' | 'renew'>;
  /** Goes with reports, so that the guardian's summary counts them. */
  token: () => Promise<string>;
}

/** Resolves to nothing if there is no such backend, or nothing is known of the user. */
export async function findBackend({ age, subject }: Settings): Promise<Backend | undefined> {
  if (age === 'unknown') return undefined;
  const known = subject ?? ownSubject();
  const claims = { subject: known, ...(age === 'adult' ? { age_band: '18-150' } : { age }) };
  try {
    const [{ keys }, assertion] = await Promise.all([json<{ keys: { x: string }[] }>(KEYS_URL), assert(claims)]);
    let newest = assertion;
    const renew = async (): Promise<string> => (newest = await assert(claims));
    return {
      publicKeys: keys.map(({ x }) => x),
      usage: { server: location.origin, subject: known, assertion, renew },
      token: async () => newest,
    };
  } catch {
    return undefined;
  }
}

async function assert(claims: object): Promise<string> {
  const { assertion } = await json<{ assertion: string }>(ASSERTIONS_URL, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(claims),
  });
  return assertion;
}

async function json<T>(url: string, init?: RequestInit): Promise<T> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new TypeError(`${url} answered ${answer.status}`);
  return await answer.json() as T;
}

/** A pseudonym of this browser's own. */
function ownSubject(): string {
  const kept = read('subject');
  if (kept) return kept;
  const bytes = crypto.getRandomValues(new Uint8Array(SUBJECT_BYTES));
  const subject = `demo-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  remember('subject', subject);
  return subject;
}
