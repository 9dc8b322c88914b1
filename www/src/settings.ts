/** Language, appearance, and, in this demo only, the age of the user. */
import { openDialog } from './dialog.js';
import { el } from './dom.js';
import { t } from './i18n.js';
import type { Locale } from './locale.js';
import { pageAddress, type Age, type Settings, type Theme } from './store.js';

export interface SettingsActions {
  setLocale(locale: Locale): void;
  setTheme(theme: Theme): void;
  setAge(age: Age): void;
}

export function openSettings(now: Settings, actions: SettingsActions): void {
  const locale = select('settings-language', now.locale, [['zh-CN', '简体中文'], ['en', 'English']],
    (value) => {
      actions.setLocale(value as Locale);
      openSettings({ ...now, locale: value as Locale }, actions);
    });
  const theme = select('settings-theme', now.theme,
    [['auto', t('themeAuto')], ['light', t('themeLight')], ['dark', t('themeDark')]],
    (value) => actions.setTheme(value as Theme));
  const ages: [string, string][] = [
    ['adult', t('ageAdult')], ['16', t('age16')], ['14', t('age14')], ['unknown', t('ageUnknown')],
  ];
  const current = String(now.age);
  if (!ages.some(([value]) => value === current)) ages.push([current, current]);
  const age = select('settings-age', current, ages,
    (value) => actions.setAge(value === 'adult' || value === 'unknown' ? value : Number(value)));
  openDialog('settings', t('settings'), el('div', { class: 'stack' },
    field('settings-language', t('language'), locale),
    field('settings-theme', t('theme'), theme),
    field('settings-age', t('age'), age),
    el('p', { class: 'hint' }, t('ageHint', { preset: now.presets.join(', ') })),
    el('p', { class: 'hint' }, t('settingsIntro')),
    el('div', { class: 'field' },
      el('a', { id: 'settings-guardian', class: 'button', href: pageAddress('guardian.html', now), 'aria-describedby': 'settings-guardian-hint' }, t('guardianPage')),
      el('p', { id: 'settings-guardian-hint', class: 'hint' }, t('guardianHint'))),
    el('div', { class: 'field' },
      el('a', { id: 'settings-playground', class: 'button', href: pageAddress('playground.html', { locale: now.locale }), 'aria-describedby': 'settings-playground-hint' }, t('playground')),
      el('p', { id: 'settings-playground-hint', class: 'hint' }, t('playgroundHint')))));
}

function field(id: string, label: string, control: HTMLElement): HTMLElement {
  return el('div', { class: 'field row' }, el('label', { for: id }, label), control);
}

function select(id: string, value: string, options: [string, string][], change: (value: string) => void): HTMLSelectElement {
  const control = el('select', { id }, ...options.map(([key, words]) => el('option', { value: key }, words)));
  control.value = value;
  control.addEventListener('change', () => change(control.value));
  return control;
}
