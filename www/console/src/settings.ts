/** What the console remembers in this browser: language, theme, shortcuts. */
import { toLocale, type Locale } from '../../src/locale.js';

const PREFIX = 'tidegate.console.';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** What was remembered, if anything; storage may be switched off. */
export function read(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function remember(name: 'language' | 'theme' | 'shortcuts', value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // It then lasts as long as the page.
  }
}

/** The language that was chosen, or the browser's. */
export function savedLocale(): Locale {
  return toLocale(read('language') ?? navigator.language);
}

export function savedTheme(): Theme {
  return THEMES.find((theme) => theme === read('theme')) ?? 'auto';
}

export function showTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
