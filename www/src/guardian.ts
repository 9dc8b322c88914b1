/** Starts the guardian page: sign in, look, decide, sign out. */
import { changePin, Refusal, Session, setFirstPin, type Summary } from './guardian-api.js';
import { SettingsCards, tell } from './guardian-settings.js';
import { showSummary } from './guardian-summary.js';
import { isWord, say, setLocale, type Word } from './guardian-words.js';
import { byId } from './dom.js';
import { drawIcons } from './icons.js';
import type { Locale } from './locale.js';
import { pageAddress, read, readSettings, remember } from './store.js';

/** How often the summary is asked for again, ms. */
const REFRESH_MS = 60_000;

const input = (id: string): HTMLInputElement => byId<HTMLInputElement>(id);

const settings = readSettings(location.search);
let locale = settings.locale;
/** Whether the form sets the first PIN instead of asking for one. */
let isFirst = false;
let session: Session | undefined;
let summary: Summary | undefined;
const cards = new SettingsCards((error, place) => failed(error, place));

function words(error: unknown): string {
  if (!(error instanceof Refusal)) return say('failed', { code: String(error) });
  const { code, retryAfterS } = error;
  if (isWord(code)) return say(code, { min: Math.ceil((retryAfterS ?? 0) / 60) });
  return say('failed', { code });
}

/** Says what went wrong at `place`, unless the session is over. */
function failed(error: unknown, place: string): void {
  if (error instanceof Refusal && error.code === 'guardian/token') close('sessionOver');
  else tell(place, words(error));
}

function showEntry(): void {
  byId('entry').hidden = session !== undefined;
  byId('dashboard').hidden = session === undefined;
  byId('sign-out').hidden = session === undefined;
  byId('again-field').hidden = !isFirst;
  input('pin').autocomplete = isFirst ? 'new-password' : 'current-password';
  byId('entry-submit').textContent = say(isFirst ? 'setPin' : 'signIn');
  byId('entry-mode').textContent = say(isFirst ? 'haveOne' : 'firstTime');
}

async function enter(): Promise<void> {
  const subject = input('subject').value.trim();
  const pin = input('pin').value;
  tell('entry-error');
  const wrong = (id: string, word: Word): void => {
    tell('entry-error', say(word));
    input(id).focus();
  };
  if (subject === '') return wrong('subject', 'errorEmpty');
  if (pin === '') return wrong('pin', 'errorEmpty');
  if (isFirst && pin !== input('again').value) return wrong('again', 'errorAgain');
  const submit = byId<HTMLButtonElement>('entry-submit');
  submit.disabled = true;
  try {
    if (isFirst) await setFirstPin(subject, pin);
    isFirst = false;
    await open(await Session.signIn(subject, pin));
  } catch (error) {
    tell('entry-error', words(error));
    input('pin').select();
    input('pin').focus();
  } finally {
    submit.disabled = false;
    showEntry();
  }
}

async function open(opened: Session): Promise<void> {
  await cards.open(opened);
  summary = await opened.summary(days());
  session = opened;
  input('pin').value = '';
  input('again').value = '';
  showEntry();
  showDashboard();
  byId('dashboard-title').focus();
}

function close(why: 'signedOut' | 'sessionOver' | 'pinChanged'): void {
  session = undefined;
  summary = undefined;
  cards.close();
  for (const id of ['figures', 'days', 'events', 'reports', 'actions']) byId(id).replaceChildren();
  for (const id of ['pin-old', 'pin-new', 'pin-new-again']) input(id).value = '';
  showEntry();
  tell('entry-error', say(why));
  input('pin').focus();
}

function days(): number {
  return Number(byId<HTMLSelectElement>('span').value);
}

function showDashboard(): void {
  if (!session || !summary) return;
  byId('dashboard-title').textContent = say('dashboard', { subject: session.subject });
  showSummary(summary);
  cards.watch(summary);
}

async function refresh(): Promise<void> {
  const asked = session;
  if (!asked) return;
  try {
    const answer = await asked.summary(days());
    if (session !== asked) return;
    summary = answer;
    showDashboard();
  } catch (error) {
    if (session === asked) failed(error, 'now-status');
  }
}

async function replacePin(): Promise<void> {
  if (!session) return;
  const [old, pin, again] = [input('pin-old').value, input('pin-new').value, input('pin-new-again').value];
  if (pin !== again) {
    tell('pin-error', say('errorAgain'));
    input('pin-new-again').focus();
    return;
  }
  try {
    await changePin(session.subject, old, pin);
    tell('pin-error');
    // All sessions ended with the old PIN.
    close('pinChanged');
  } catch (error) {
    tell('pin-error', words(error));
    input('pin-old').focus();
  }
}

async function leave(): Promise<void> {
  const left = session;
  close('signedOut');
  // If it cannot be told, the token ends by itself.
  await left?.signOut().catch(() => undefined);
}

function changeLocale(next: Locale): void {
  locale = next;
  remember('lang', next);
  setLocale(next);
  byId<HTMLAnchorElement>('chat').href = pageAddress('./', { locale, ...settings.subject ? { subject: settings.subject } : {} });
  document.title = `Tidegate · ${say('title')}`;
  for (const id of ['entry-error', 'settings-error', 'settings-status', 'now-status', 'pin-error']) tell(id);
  showEntry();
  showDashboard();
}

function onSubmit(form: string, act: () => Promise<void>): void {
  byId(form).addEventListener('submit', (event) => {
    event.preventDefault();
    void act();
  });
}

onSubmit('entry-form', enter);
onSubmit('pin-form', replacePin);
byId('entry-mode').addEventListener('click', () => {
  isFirst = !isFirst;
  tell('entry-error');
  showEntry();
  input('pin').focus();
});
byId('sign-out').addEventListener('click', () => void leave());
byId('span').addEventListener('change', () => void refresh());
byId('language').addEventListener('click', () => changeLocale(locale === 'en' ? 'zh-CN' : 'en'));
setInterval(() => void refresh(), REFRESH_MS);
// Without one in the address, whoever uses the chat in this browser.
input('subject').value = settings.subject ?? read('subject') ?? '';
drawIcons(document);
changeLocale(locale);
