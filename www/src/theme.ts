/** Light or dark, and the button that changes it. */
import { byId } from './dom.js';
import { icon } from './icons.js';
import { remember, type Settings, type Theme } from './store.js';

export function isDark({ theme }: Settings): boolean {
  return theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
}

export function setTheme(settings: Settings, theme: Theme): void {
  settings.theme = theme;
  remember('theme', theme);
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** The button leads to the other one, as these words say. */
export function drawThemeButton(settings: Settings, words: string): void {
  const button = byId('theme');
  button.setAttribute('aria-label', words);
  button.title = words;
  button.querySelector('.icon')?.replaceChildren(icon(isDark(settings) ? 'sun' : 'moon'));
}
