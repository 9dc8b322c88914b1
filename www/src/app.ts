/** Starts the page and connects its parts. */
import type { Guard } from 'tidegate';
import { Chat, type Refusal } from './chat.js';
import { byId, el } from './dom.js';
import { drawIcons, icon } from './icons.js';
import { setLocale, t } from './i18n.js';
import type { Locale } from './locale.js';
import { openParticulars } from './particulars.js';
import { openReportDialog } from './report-dialog.js';
import { Scroller } from './scroller.js';
import { Session } from './session.js';
import { openSettings } from './settings.js';
import { pageAddress, readSettings, remember, type Age, type Theme } from './store.js';
import { drawThemeButton, isDark, setTheme } from './theme.js';
import { openTimeMachine } from './time-machine.js';
import { UsageElements } from './usage.js';

/** Tallest the message box grows by itself, CSS pixels. */
const MAX_INPUT_PX = 200;

const settings = readSettings(location.search);
const session = new Session(settings.clock);
const input = byId<HTMLTextAreaElement>('composer-input');
const send = byId<HTMLButtonElement>('send');
const stop = byId<HTMLButtonElement>('stop');
const statusLine = byId('status-line');

const chat = new Chat({
  turns: byId('turns'),
  welcome: byId('welcome'),
  announcer: byId('announcer'),
  scroller: new Scroller(byId('scroll'), byId<HTMLButtonElement>('jump')),
  guard: () => guard(),
  onBusy: () => refreshControls(),
  onReport: (answer) => {
    if (session.current.state === 'ready') openReportDialog(session.current.guard, answer.id);
  },
});
const usage = new UsageElements({
  settings: () => showSettings(),
  particulars: () => void openParticulars(),
  timeMachine: () => showTimeMachine(),
});

function guard(): Guard | undefined {
  return session.current.state === 'ready' ? session.current.guard : undefined;
}

/** Says something above the message box; empty hides the line. */
function say(words: string, kind: 'info' | 'error' = 'info'): void {
  statusLine.textContent = words;
  statusLine.hidden = words === '';
  statusLine.dataset['kind'] = kind;
}

function refreshControls(): void {
  const ready = session.current.state === 'ready';
  input.disabled = !ready;
  send.hidden = chat.busy;
  stop.hidden = !chat.busy;
  send.disabled = !ready || input.value.trim() === '';
  for (const button of byId('suggestions').querySelectorAll('button')) button.disabled = !ready || chat.busy;
}

function refreshSession(): void {
  const { current } = session;
  byId<HTMLAnchorElement>('closed-guardian').href = pageAddress('guardian.html', settings);
  byId<HTMLAnchorElement>('playground').href = pageAddress('playground.html', { locale: settings.locale });
  const chip = byId('guard-state');
  chip.replaceChildren();
  if (current.state === 'ready') {
    chip.append(icon('shield'), t('guardReady', { policy: current.pack.policy, revision: current.pack.revision }));
    say('');
  } else if (current.state === 'loading') {
    say(t('guardLoading'));
  } else {
    say(t('guardFailed', { code: current.code }), 'error');
  }
  document.documentElement.dataset['guard'] = current.state;
  if (current.state === 'failed') usage.clear();
  else usage.watch(guard());
  refreshControls();
}

function submit(text: string): void {
  const question = text.trim();
  const now = guard();
  if (question === '' || !now) return;
  const refusal = chat.send(now, question);
  if (refusal) return refuse(refusal);
  say('');
  input.value = '';
  grow();
  refreshControls();
}

function refuse(why: Refusal): void {
  if (why === 'blocked') say(t('inputBlocked'), 'error');
  if (why === 'closed') usage.refresh();
}

/** Fits the message box to its text. */
function grow(): void {
  input.style.height = 'auto';
  input.style.height = `${Math.min(input.scrollHeight, MAX_INPUT_PX)}px`;
}

function showSuggestions(): void {
  byId('suggestions').replaceChildren(...SUGGESTIONS[settings.locale].map((prompt) => {
    const button = el('button', { type: 'button', class: 'suggestion' }, prompt);
    button.addEventListener('click', () => {
      submit(prompt);
      input.focus();
    });
    return el('li', {}, button);
  }));
}

function changeLocale(locale: Locale): void {
  settings.locale = locale;
  remember('lang', locale);
  chat.stop();
  setLocale(locale);
  showSuggestions();
  showTheme();
  void session.start(settings);
}

function changeTheme(theme: Theme): void {
  setTheme(settings, theme);
  showTheme();
}

function showTheme(): void {
  drawThemeButton(settings, t(isDark(settings) ? 'toLight' : 'toDark'));
}

function changeAge(age: Age): void {
  settings.age = age;
  remember('age', String(age));
  chat.stop();
  void session.start(settings);
}

function showSettings(): void {
  openSettings(settings, { setLocale: changeLocale, setTheme: changeTheme, setAge: changeAge });
}

function showTimeMachine(): void {
  openTimeMachine(settings.presets, {
    travel: ({ clock, age, presets }) => {
      Object.assign(settings, { age, presets });
      chat.stop();
      session.travel(clock);
      void session.start(settings);
    },
    choose: (presets) => {
      settings.presets = presets;
      chat.stop();
      void session.start(settings);
    },
  });
}

function connect(): void {
  // By the link alone WebKit gives the box the focus but no caret, and what is typed is lost.
  byId('skip-link').addEventListener('click', (event) => {
    event.preventDefault();
    input.focus();
  });
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    submit(input.value);
  });
  input.addEventListener('input', () => {
    grow();
    refreshControls();
  });
  input.addEventListener('keydown', (event) => {
    // Enter that ends an input-method composition chooses a word; it does not send.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!chat.busy) submit(input.value);
  });
  stop.addEventListener('click', () => {
    chat.stop();
    input.focus();
  });
  byId('new-chat').addEventListener('click', () => {
    chat.clear();
    say('');
    refreshControls();
    input.focus();
  });
  byId('language').addEventListener('click', () => changeLocale(settings.locale === 'en' ? 'zh-CN' : 'en'));
  byId('theme').addEventListener('click', () => changeTheme(isDark(settings) ? 'light' : 'dark'));
  byId('particulars-open').addEventListener('click', () => void openParticulars());
  byId('time-machine-open').addEventListener('click', showTimeMachine);
  byId('settings-open').addEventListener('click', showSettings);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme);
  session.addEventListener('change', refreshSession);
}

drawIcons(document);
setLocale(settings.locale);
showSuggestions();
showTheme();
connect();
refreshSession();
void session.start(settings);
