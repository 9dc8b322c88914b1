/** Starts the playground and connects its parts. */
import { createGuard, init, inspectPack, memoryHost, type Guard } from 'tidegate';
import { byId, el } from '../dom.js';
import { drawIcons } from '../icons.js';
import type { Locale } from '../locale.js';
import { pageAddress, readSettings, remember } from '../store.js';
import { drawThemeButton, isDark, setTheme } from '../theme.js';
import { CHANNELS, fromHash, isSeed, MAX_TEXT_UNITS, toHash, trialOf, type Trial } from './address.js';
import { isCut, piecesOf } from './cutting.js';
import { Editor } from './editor.js';
import { EXAMPLES, isExample, type ExampleName } from './examples.js';
import { Player } from './player.js';
import { compileText, MAX_POLICY_UNITS, type Mistake } from './policy-text.js';
import { Stage } from './stage.js';
import { stepsOf } from './steps.js';
import { say, setLocale, type Word } from './words.js';

/** Quiet after the last key before a policy is compiled, ms. */
const PAUSE_MS = 250;

const page = document.documentElement;
const settings = readSettings(location.search);
const editor = new Editor(byId('policy-editor'));
const textBox = byId<HTMLTextAreaElement>('text');
const stage = new Stage();
const player = new Player(showStep);

let trial: Trial = trialOf(Object.keys(EXAMPLES)[0] as ExampleName);
/** The policy as it was last compiled. */
let compiled: { source: string; result: ReturnType<typeof compileText>; ms: number } | undefined;
let guard: Guard | undefined;
let timer: number | undefined;
/** The last of the runs; each waits for the one before. */
let running = Promise.resolve();
/** What the line under the title says, to say it again in another language. */
let status: { word: Word; values: Record<string, string>; isError: boolean } | undefined;

function tell(word?: Word, values: Record<string, string> = {}, isError = false): void {
  status = word && { word, values, isError };
  const line = byId('page-status');
  line.hidden = status === undefined;
  line.textContent = status ? say(status.word, status.values) : '';
  line.dataset['kind'] = isError ? 'error' : 'note';
}

function showStep(step: number, isPlaying: boolean): void {
  stage.show(step);
  // Not while it plays: a reader would never come to an end.
  if (!isPlaying) byId('announcement').textContent = stage.describe(step);
}

/** Fills the controls with the trial. */
function showTrial(): void {
  editor.value = trial.policy;
  textBox.value = trial.text;
  byId<HTMLInputElement>('seed').value = String(trial.seed);
  byId<HTMLInputElement>('divider').value = trial.divider;
  byId<HTMLSelectElement>('channel').value = trial.channel;
  for (const radio of document.querySelectorAll<HTMLInputElement>('input[name=cut]')) radio.checked = radio.value === trial.cut;
}

/** Reads the controls. */
function readTrial(): Trial {
  const cut = document.querySelector<HTMLInputElement>('input[name=cut]:checked')?.value ?? '';
  const seed = byId<HTMLInputElement>('seed').valueAsNumber;
  return {
    example: trial.example,
    policy: editor.value,
    text: textBox.value,
    cut: isCut(cut) ? cut : 'whole',
    seed: isSeed(seed) ? seed : trial.seed,
    divider: byId<HTMLInputElement>('divider').value,
    channel: CHANNELS.find((name) => name === byId<HTMLSelectElement>('channel').value) ?? 'text',
  };
}

/** Compiles what was written, streams the text through it and shows the end. */
function run(): Promise<void> {
  window.clearTimeout(timer);
  running = running.then(runNow).catch(fail);
  return running;
}

async function runNow(): Promise<void> {
  trial = readTrial();
  showKinds();
  if (compiled?.source !== trial.policy) await compile(trial.policy);
  const result = compiled?.result;
  const pieces = piecesOf(trial.text, trial);
  showCounts(pieces.length);
  if (result && 'pack' in result && guard) {
    const steps = stepsOf(guard, trial.channel, pieces);
    stage.load({ pack: result.pack, channel: trial.channel, pieces, steps });
    player.load(steps.length);
  } else {
    player.stop();
  }
  const isReady = result !== undefined && 'pack' in result;
  byId('stage-body').hidden = !isReady;
  byId('stage-note').hidden = isReady;
  page.dataset['playground'] = isReady ? 'ready' : 'wrong';
  page.dataset['runs'] = String(Number(page.dataset['runs'] ?? 0) + 1);
  await remark();
}

async function compile(source: string): Promise<void> {
  const started = performance.now();
  const result = compileText(source);
  compiled = { source, result, ms: Math.round(performance.now() - started) };
  if ('pack' in result) {
    const old = guard;
    guard = await createGuard({ packs: [result.pack], host: memoryHost(), locale: settings.locale });
    await old?.dispose();
  }
  showCompiled();
}

function mistake(): Mistake | undefined {
  return compiled && 'mistake' in compiled.result ? compiled.result.mistake : undefined;
}

function showCompiled(): void {
  if (!compiled) return;
  const wrong = mistake();
  editor.mark(wrong?.line ?? 0);
  byId('go-to-error').hidden = wrong === undefined;
  byId('policy-state').classList.toggle('bad', wrong !== undefined);
  byId('policy-state').textContent = 'pack' in compiled.result ? describePack(compiled.result.pack, compiled.ms) : say('policyWrong', { ...compiled.result.mistake });
}

function describePack(pack: Uint8Array, ms: number): string {
  const { rules, terms, states } = inspectPack(pack);
  return say('policyReady', { ms, rules, terms, states, bytes: pack.length });
}

function showCounts(pieces: number): void {
  byId('text-count').textContent = say('textCount', { units: trial.text.length, pieces, max: MAX_TEXT_UNITS });
}

/** The options of the chosen way to cut, and the example that it is. */
function showKinds(): void {
  for (const label of document.querySelectorAll<HTMLElement>('[data-for]')) label.hidden = label.dataset['for'] !== trial.cut;
  const { policy, text } = EXAMPLES[trial.example];
  const isOwn = trial.policy !== policy || trial.text !== text;
  byId<HTMLSelectElement>('example').value = isOwn ? '' : trial.example;
  byId('example-about').textContent = isOwn ? '' : say(`example_${trial.example}_about`);
}

/** Puts the trial into the address. */
async function remark(): Promise<void> {
  const { hash, isWhole } = await toHash(trial);
  history.replaceState(null, '', `${location.search}#${hash}`);
  if (!isWhole) tell('tooLong');
  else if (status?.word === 'tooLong') tell();
}

function runSoon(): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void run(), PAUSE_MS);
}

function fillOptions(): void {
  const names = Object.keys(EXAMPLES) as ExampleName[];
  const own = el('option', { value: '', disabled: true }, say('own'));
  byId('example').replaceChildren(own, ...names.map((name) => el('option', { value: name }, say(`example_${name}`))));
  byId('channel').replaceChildren(...CHANNELS.map((name) => el('option', { value: name }, name)));
}

function changeLocale(locale: Locale): void {
  settings.locale = locale;
  remember('lang', locale);
  setLocale(locale);
  byId<HTMLAnchorElement>('chat').href = pageAddress('./', { locale });
  document.title = `Tidegate · ${say('title')}`;
  fillOptions();
  showTheme();
  showTrial();
  if (status) tell(status.word, status.values, status.isError);
  // The notice of the policy has a language too.
  compiled = undefined;
}

function showTheme(): void {
  drawThemeButton(settings, say(isDark(settings) ? 'toLight' : 'toDark'));
}

function changeTheme(): void {
  setTheme(settings, isDark(settings) ? 'light' : 'dark');
  showTheme();
}

async function share(): Promise<void> {
  const { isWhole } = await toHash(trial);
  if (!isWhole) return tell('tooLong');
  await navigator.clipboard.writeText(location.href).then(() => tell('shared'), () => tell('shareFailed'));
}

/** Without the package, or after it failed in a way that no policy explains. */
function fail(error: unknown): void {
  page.dataset['playground'] = 'failed';
  tell('engineFailed', { message: error instanceof Error ? error.message : String(error) }, true);
}

/** Shows what the address says. */
async function openAddress(): Promise<void> {
  const found = await fromHash(location.hash);
  if (found) trial = found;
  showTrial();
  tell();
  await run();
  if (!found) tell('badLink', {}, true);
}

async function start(): Promise<void> {
  changeLocale(settings.locale);
  drawIcons(document);
  tell('engineLoading');
  await init();
  await openAddress();
}

editor.box.maxLength = MAX_POLICY_UNITS;
textBox.maxLength = MAX_TEXT_UNITS;
for (const id of ['policy', 'text', 'seed', 'divider']) byId(id).addEventListener('input', runSoon);
for (const control of document.querySelectorAll('input[name=cut], #channel')) control.addEventListener('change', () => void run());
byId('example').addEventListener('change', () => {
  const name = byId<HTMLSelectElement>('example').value;
  if (!isExample(name)) return;
  trial = trialOf(name);
  showTrial();
  void run();
});
byId('go-to-error').addEventListener('click', () => {
  const wrong = mistake();
  if (wrong) editor.goTo(wrong.at, wrong.line);
});
byId('share').addEventListener('click', () => void share());
byId('theme').addEventListener('click', changeTheme);
byId('language').addEventListener('click', () => {
  trial = readTrial();
  changeLocale(settings.locale === 'en' ? 'zh-CN' : 'en');
  void run();
});
window.addEventListener('hashchange', () => void openAddress());
start().catch(fail);
