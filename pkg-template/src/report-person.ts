/** What records say of the user: a band of ages and where the consent is, never who it is. */
import type { Person } from './report-record.js';

/** What an age assertion says that records tell; the core has checked it. */
export interface Claims {
  ages: [number, number] | undefined;
  consent: string | undefined;
}

/** Reads the payload of a compact JWS. Only for one that the core has taken. */
export function claimsOf(assertion: string): Claims {
  const payload = assertion.split('.')[1] ?? '';
  const binary = atob(payload.replace(/-/g, '+').replace(/_/g, '/'));
  const text = new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
  const { age, age_band, consent, jti } = JSON.parse(text) as Record<string, unknown>;
  const band = typeof age_band === 'string' ? age_band.split('-').map(Number) : [age, age];
  const [first, last] = band as [unknown, unknown];
  return {
    ages: typeof first === 'number' && typeof last === 'number' ? [first, last] : undefined,
    consent: consent === true ? String(jti) : undefined,
  };
}

/** The band that holds all of these ages; ages across bands are not known well enough. */
export function bandOf(ages: [number, number] | undefined): Person['ageBand'] {
  if (!ages) return 'unknown';
  const [first, last] = ages.map(bandOfAge) as [Person['ageBand'], Person['ageBand']];
  return first === last ? first : 'unknown';
}

function bandOfAge(age: number): Person['ageBand'] {
  if (age < 14) return 'u14';
  if (age < 16) return '14_15';
  return age < 18 ? '16_17' : 'adult';
}

/** Whether more than metadata may be told: not of the youngest, nor of who may be one, without consent. */
export function mayTell({ ageBand, minorMode, consent }: Person): boolean {
  if (consent !== undefined) return true;
  return ageBand !== 'u14' && !(ageBand === 'unknown' && minorMode);
}
