/** What the page remembers (localStorage) and what its address may override. */
import { toLocale, type Locale } from './locale.js';

export type Theme = 'auto' | 'light' | 'dark';
/** Full years, `adult`, or `unknown`. */
export type Age = 'adult' | 'unknown' | number;

export interface Settings {
  locale: Locale;
  theme: Theme;
  age: Age;
  /** Usage presets and groups. */
  presets: string[];
  /** Whose time it is, to try several devices; absent: this browser's own. */
  subject?: string;
  /** Absent: the real clock. */
  clock?: Clock;
}

/** A clock for trying out what depends on the time of day. */
export interface Clock {
  /** Where it starts, ms since the epoch. */
  now: number;
  /** How much faster than real time it runs, 1 to 1,000. */
  speed: number;
}

const PRESET = 'cn_minor_mode_2024';
const PREFIX = 'tidegate-demo/';
/** Oldest age that the address may name. */
const MAX_AGE = 150;
const MAX_SPEED = 1_000;

/** Settings from the address first, then from storage, then from the browser. */
export function readSettings(search: string): Settings {
  const query = new URLSearchParams(search);
  const lang = query.get('lang') ?? read('lang') ?? navigator.language;
  const settings: Settings = {
    locale: toLocale(lang),
    theme: toTheme(read('theme')),
    age: toAge(query.get('age') ?? read('age')),
    presets: (query.get('presets') ?? PRESET).split(','),
  };
  const subject = query.get('subject');
  if (subject) settings.subject = subject;
  const now = Number(query.get('now'));
  const speed = Number(query.get('speed') ?? 1);
  if (Number.isSafeInteger(now) && now > 0) {
    settings.clock = { now, speed: speed >= 1 && speed <= MAX_SPEED ? speed : 1 };
  }
  return settings;
}

/** Another page of this site, in this language and for this user. */
export function pageAddress(page: string, { locale, subject }: Pick<Settings, 'locale' | 'subject'>): string {
  return `${page}?${new URLSearchParams({ lang: locale, ...(subject ? { subject } : {}) })}`;
}

/** Remembers one setting; a browser without storage only forgets it. */
export function remember(name: 'lang' | 'theme' | 'age' | 'subject' | 'receipts', value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Storage can be switched off; the setting then lasts as long as the page.
  }
}

/** What was remembered, if anything. */
export function read(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

function toTheme(value: string | null): Theme {
  return value === 'light' || value === 'dark' ? value : 'auto';
}

function toAge(value: string | null): Age {
  if (value === null || value === 'adult') return 'adult';
  const years = Number(value);
  return value !== '' && Number.isInteger(years) && years >= 0 && years <= MAX_AGE ? years : 'unknown';
}
