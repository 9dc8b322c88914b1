/** What records say of the user: a band of ages and where the consent is, never who it is. */
import { bytesOfBase64url } from './base64url.js';
import type { Person } from './report-record.js';
import type { UsageOptions } from './types.js';

/** What an age assertion says that records tell; the core has checked it. */
export interface Claims {
  ages: [number, number] | undefined;
  consent: string | undefined;
}

/** Reads the payload of a compact JWS. Only for one that the core has taken. */
export function claimsOf(assertion: string): Claims {
  const text = new TextDecoder().decode(bytesOfBase64url(assertion.split('.')[1] ?? ''));
  const { age, age_band, consent, jti } = JSON.parse(text) as Record<string, unknown>;
  const band = typeof age_band === 'string' ? age_band.split('-').map(Number) : [age, age];
  const [first, last] = band as [unknown, unknown];
  return {
    ages: typeof first === 'number' && typeof last === 'number' ? [first, last] : undefined,
    consent: consent === true ? String(jti) : undefined,
  };
}

/** Of a user: by the assertion in force, else by what the options declare and assume. */
export function personOf(asserted: Claims | undefined, { age, assume }: UsageOptions): Person {
  const declared: [number, number] | undefined = age === undefined ? undefined : [age, age];
  const ages = asserted ? asserted.ages : declared;
  const minorMode = ages ? ages[0] < 18 : assume !== 'adult';
  const person: Person = { ageBand: bandOf(ages), minorMode };
  return asserted?.consent === undefined ? person : { ...person, consent: asserted.consent };
}

/** The band that holds all of these ages; ages across bands are not known well enough. */
function bandOf(ages: [number, number] | undefined): Person['ageBand'] {
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
