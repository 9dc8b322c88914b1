/** Starts the console: who is there, which view the address names, and the frame around it. */
import { byId, el } from '../../src/dom.js';
import type { Locale } from '../../src/locale.js';
import { currentLocale } from '../../src/words.js';
import { announce } from './announce.js';
import * as api from './api.js';
import { emptyState, reason } from './panel.js';
import { go, here, href } from './router.js';
import { remember, savedLocale, savedTheme, showTheme, THEMES, type Theme } from './settings.js';
import { listen, showShortcuts } from './shortcuts.js';
import { signInForm } from './sign-in.js';
import type { View } from './view.js';
import { AuditView } from './views/audit.js';
import { ComplaintsView } from './views/complaints.js';
import { ExportsView } from './views/exports.js';
import { ParticularsView } from './views/particulars.js';
import { RecordsView } from './views/records.js';
import { RulesView } from './views/rules.js';
import { SubjectsView } from './views/subjects.js';
import { TrendsView } from './views/trends.js';
import { say, setLocale } from './words.js';

/** The views in the order of the menu. */
const VIEWS = {
  records: RecordsView, trends: TrendsView, rules: RulesView, complaints: ComplaintsView,
  subjects: SubjectsView, exports: ExportsView, audit: AuditView, particulars: ParticularsView,
} as const;
type ViewName = keyof typeof VIEWS;
const NAMES = Object.keys(VIEWS) as ViewName[];
const ADMINS: ViewName[] = ['subjects', 'exports', 'audit'];

let view: View | undefined;
let viewName: ViewName | undefined;

function leaveView(): void {
  view?.close();
  view = undefined;
  viewName = undefined;
}

/** Shows what the address names; an unknown view is the first one. */
function show(): void {
  if (api.currentAccount() === null) return;
  const place = here();
  const name = NAMES.find((one) => one === place.view);
  if (name === undefined) return go(href('records'), true);
  const isNew = name !== viewName;
  if (isNew) {
    const isFirst = view === undefined;
    leaveView();
    viewName = name;
    view = new VIEWS[name]();
    const title = el('h1', { tabindex: '-1', class: 'visually-hidden' }, say(`view_${name}`));
    byId('content').replaceChildren(title, view.node);
    // Whoever goes to another view is told where they are, and goes on from there.
    if (!isFirst) title.focus();
    drawMenu();
    document.title = `${say(`view_${name}`)} · ${say('title')}`;
  }
  view?.show(place);
}

function drawMenu(): void {
  const names = NAMES.filter((name) => !ADMINS.includes(name) || api.may('admin'));
  byId('menu').replaceChildren(...names.map((name) => el('li', {},
    el('a', { href: href(name), 'aria-current': name === viewName && 'page' }, say(`view_${name}`)))));
  byId('menu').querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function drawAccount(): void {
  const account = api.currentAccount();
  for (const id of ['views', 'account', 'sign-out', 'help']) byId(id).hidden = account === null;
  byId('account').replaceChildren(...account ? [el('bdi', {}, account.name), ' · ', say(`role_${account.role}`)] : []);
}

function enter(): void {
  announce('');
  drawAccount();
  drawMenu();
  show();
  byId('content').focus();
}

function showSignIn(why: string): void {
  leaveView();
  drawAccount();
  byId('content').replaceChildren(signInForm(why, enter));
  byId('content').querySelector('input')?.focus();
}

function drawTools(): void {
  const theme = byId<HTMLSelectElement>('theme');
  const chosen = savedTheme();
  theme.replaceChildren(...THEMES.map((one) => el('option', { value: one }, say(`theme_${one}`))));
  theme.value = chosen;
  showTheme(chosen);
}

function speak(locale: Locale): void {
  setLocale(locale);
  drawTools();
  drawAccount();
  if (api.currentAccount() === null) return;
  // What a view has written is in the other language: it is made anew.
  leaveView();
  show();
}

async function start(): Promise<void> {
  let leaving = false;
  byId('language').addEventListener('click', () => {
    const next = currentLocale() === 'en' ? 'zh-CN' : 'en';
    remember('language', next);
    speak(next);
    if (api.currentAccount() === null) showSignIn('');
  });
  byId('theme').addEventListener('change', () => {
    const theme = byId<HTMLSelectElement>('theme').value as Theme;
    remember('theme', theme);
    showTheme(theme);
  });
  byId('help').addEventListener('click', showShortcuts);
  byId('sign-out').addEventListener('click', () => {
    leaving = true;
    void api.signOut().catch((error: unknown) => announce(reason(error), true)).finally(() => { leaving = false; });
  });
  byId('skip').addEventListener('click', (event) => {
    // The part behind `#` names the view, so it cannot name the content.
    event.preventDefault();
    byId('content').focus();
  });
  api.whenSignedOut(() => showSignIn(say(leaving ? 'signedOut' : 'sessionOver')));
  addEventListener('hashchange', show);
  listen(() => view, (place) => {
    const name = NAMES.filter((one) => !ADMINS.includes(one) || api.may('admin'))[place];
    if (name && api.currentAccount()) go(href(name));
  });
  speak(savedLocale());
  try {
    if (await api.resume()) enter();
    else showSignIn('');
  } catch (error) {
    const again = el('button', { type: 'button' }, say('retry'));
    again.addEventListener('click', () => location.reload());
    byId('content').replaceChildren(emptyState(reason(error)), again);
  }
}

void start();
