/** What a guardian changes: at once (more time, pause, exit) and for good (limits). */
import type { Session, Settings, Summary } from './guardian-api.js';
import { duration, say, type Word } from './guardian-words.js';
import { byId, el } from './dom.js';
import { currentLocale } from './words.js';

const MINUTE_MS = 60_000;
const HOUR_S = 3_600;
/** Most minutes of a day. */
const DAY_MIN = 1_440;

/** What becomes of the settings, whatever they are by then. */
type Change = (now: Settings) => Settings;

const input = (id: string): HTMLInputElement => byId<HTMLInputElement>(id);

export class SettingsCards {
  private session: Session | undefined;
  private settings: Settings = {};
  /** The last change asked for; the next one waits for it, so that none undoes another. */
  private turn: Promise<unknown> = Promise.resolve();
  /** The service's day and clock, by the last summary. */
  private today = '';
  private ahead = 0;

  /** `failed` hears of what the service refused. */
  constructor(private readonly failed: (error: unknown, place: 'now-status' | 'settings-error') => void) {
    byId('settings-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.save();
    });
    for (const radio of this.radios('curfew')) radio.addEventListener('change', () => this.enableTimes());
  }

  async open(session: Session): Promise<void> {
    this.settings = await session.settings();
    this.session = session;
    this.fill();
  }

  close(): void {
    this.session = undefined;
    this.settings = {};
    tell('now-status');
    tell('settings-status');
    tell('settings-error');
  }

  /** Takes day and time over from the service. */
  watch({ days, now }: Summary): void {
    this.today = days.at(-1)?.day ?? '';
    this.ahead = now - Date.now();
    this.showActions();
  }

  /** Writes what is in force now. Fields that were not saved stay as they are. */
  showActions(): void {
    const now = Math.floor((Date.now() + this.ahead) / 1_000);
    const { extra, paused_until = 0, exit_until = 0 } = this.settings;
    const more = this.extraMin(extra);
    const until = (seconds: number): string => new Intl.DateTimeFormat(currentLocale(), {
      weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    }).format(seconds * 1_000);
    const add = (min: number): [string, Change] => [say('extraAdd', { min }), (settings) =>
      ({ ...settings, extra: { date: this.today, min: Math.min(this.extraMin(settings.extra) + min, DAY_MIN) } })];
    const set = (change: Settings): Change => (settings) => ({ ...settings, ...change });
    byId('actions').replaceChildren(
      this.action('extra', more > 0, more > 0 ? say('extraOn', { time: duration(more * MINUTE_MS) }) : say('extraOff'),
        [add(15), add(30)], 'extra'),
      this.action('pause', paused_until > now, paused_until > now ? say('pauseOn', { time: until(paused_until) }) : say('pauseOff'),
        [[say('pause1'), set({ paused_until: now + HOUR_S })], [say('pause24'), set({ paused_until: now + 24 * HOUR_S })]], 'paused_until'),
      this.action('exit', exit_until > now, exit_until > now ? say('exitOn', { time: until(exit_until) }) : say('exitOff'),
        [[say('exit1'), set({ exit_until: now + HOUR_S })], [say('exit3'), set({ exit_until: now + 3 * HOUR_S })]], 'exit_until'));
  }

  private extraMin(extra: Settings['extra']): number {
    return extra?.date === this.today ? extra.min : 0;
  }

  private action(title: Word, isOn: boolean, state: string, steps: [string, Change][], name: keyof Settings): HTMLElement {
    const heading = `${name}-heading`;
    const button = (key: string, words: string, change: Change): HTMLElement => {
      const made = el('button', { type: 'button', class: 'button', id: `${name}-${key}`, 'aria-describedby': heading }, words);
      made.addEventListener('click', () => void this.act(change, made.id));
      return made;
    };
    const without: Change = ({ [name]: _, ...rest }) => rest;
    return el('li', { class: 'action' },
      el('p', { id: heading }, say(title), el('span', { class: isOn ? 'state on' : 'state' }, state)),
      el('div', { class: 'action-buttons' },
        ...steps.map(([words, change], place) => button(String(place), words, change)),
        isOn ? button('end', say('end'), without) : null));
  }

  private async act(change: Change, button: string): Promise<void> {
    if (await this.change(change, 'now-status')) {
      tell('now-status', say('saved'));
      this.showActions();
      // The buttons were drawn anew; whoever pressed one stays where they were.
      const name = button.slice(0, button.lastIndexOf('-'));
      (document.getElementById(button) ?? document.getElementById(`${name}-0`))?.focus();
    }
  }

  private async save(): Promise<void> {
    tell('settings-status');
    const limits = this.read();
    if (!limits) return;
    const replace: Change = ({ daily_min: _daily, curfew: _curfew, remind_min: _remind, consent: _consent, ...rest }) =>
      ({ ...rest, ...limits });
    if (await this.change(replace, 'settings-error')) tell('settings-status', say('saved'));
  }

  private change(change: Change, place: 'now-status' | 'settings-error'): Promise<boolean> {
    const done = this.turn.then(async () => {
      const asked = this.session;
      if (!asked) return false;
      try {
        const answer = await asked.change(change(this.settings));
        if (this.session !== asked) return false;
        this.settings = answer;
        return true;
      } catch (error) {
        if (this.session === asked) this.failed(error, place);
        return false;
      }
    });
    this.turn = done;
    return done;
  }

  private fill(): void {
    const { daily_min, curfew, remind_min, consent } = this.settings;
    input('daily').value = daily_min === undefined ? '' : String(daily_min);
    input('remind').value = remind_min === undefined ? '' : String(remind_min);
    input('curfew-from').value = curfew?.[0] ?? '22:00';
    input('curfew-to').value = curfew?.[1] ?? '06:00';
    this.choose('curfew', curfew === undefined ? 'preset' : curfew === null ? 'none' : 'own');
    this.choose('consent', consent === undefined ? 'unset' : consent ? 'yes' : 'no');
    this.enableTimes();
  }

  /** The limits in the form; says what is wrong and goes there otherwise. */
  private read(): Settings | undefined {
    const limits: Settings = {};
    const wrong = (id: string, word: Word): undefined => {
      input(id).setAttribute('aria-invalid', 'true');
      tell('settings-error', say(word));
      input(id).focus();
      return undefined;
    };
    tell('settings-error');
    for (const id of ['daily', 'remind', 'curfew-from', 'curfew-to']) input(id).removeAttribute('aria-invalid');
    const daily = minutes('daily', 0);
    if (daily === 'wrong') return wrong('daily', 'errorDaily');
    if (daily !== undefined) limits.daily_min = daily;
    const remind = minutes('remind', 5);
    if (remind === 'wrong') return wrong('remind', 'errorRemind');
    if (remind !== undefined) limits.remind_min = remind;
    const curfew = this.chosen('curfew');
    if (curfew === 'none') limits.curfew = null;
    if (curfew === 'own') {
      const [from, to] = [input('curfew-from').value, input('curfew-to').value];
      if (from === '') return wrong('curfew-from', 'errorCurfew');
      if (to === '') return wrong('curfew-to', 'errorCurfew');
      limits.curfew = [from, to];
    }
    const consent = this.chosen('consent');
    if (consent !== 'unset') limits.consent = consent === 'yes';
    return limits;
  }

  private radios(name: string): NodeListOf<HTMLInputElement> {
    return byId('settings-form').querySelectorAll(`input[name="${name}"]`);
  }

  private choose(name: string, value: string): void {
    for (const radio of this.radios(name)) radio.checked = radio.value === value;
  }

  private chosen(name: string): string {
    return [...this.radios(name)].find((radio) => radio.checked)?.value ?? '';
  }

  private enableTimes(): void {
    const isOwn = this.chosen('curfew') === 'own';
    for (const id of ['curfew-from', 'curfew-to']) input(id).disabled = !isOwn;
  }
}

/** A whole number of minutes, `undefined` for an empty field. */
function minutes(id: string, least: number): number | 'wrong' | undefined {
  const field = input(id);
  // A number field that holds no number has an empty value.
  if (field.validity.badInput) return 'wrong';
  if (field.value.trim() === '') return undefined;
  const value = Number(field.value);
  return Number.isInteger(value) && value >= least && value <= DAY_MIN ? value : 'wrong';
}

/** Says something in a place for it; without words the place goes. */
export function tell(id: string, words = ''): void {
  const place = byId(id);
  place.textContent = words;
  place.hidden = words === '';
}
