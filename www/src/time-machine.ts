/**
 * Only in this demo: moves the guard's clock, so that a visitor sees in a minute
 * what otherwise takes a night, a holiday or an hour. A product has nothing of
 * the kind; its clock is the server's.
 */
import { openDialog } from './dialog.js';
import { el } from './dom.js';
import { t, type Key } from './i18n.js';
import type { Age, Clock } from './store.js';

/** Where to go: a moment in China, a speed, and who is there under which rules. */
export interface Scene {
  clock?: Clock;
  age: Age;
  presets: string[];
}

const CHAT = ['cn_minor_mode_2024'];
const GAME = ['cn_game_2021'];
const at = (moment: string, speed = 1): Clock => ({ now: Date.parse(`${moment}+08:00`), speed });

/** Tuesday 24 November is an ordinary day; 1 October is a holiday; Saturday 10 October is worked. */
export const SCENES: Readonly<Record<string, Scene>> = {
  beforeNight: { clock: at('2026-11-24T21:59:40'), age: 14, presets: CHAT },
  night: { clock: at('2026-11-24T23:00:00'), age: 14, presets: CHAT },
  beforeMorning: { clock: at('2026-11-25T05:59:40'), age: 14, presets: CHAT },
  quota: { clock: at('2026-11-24T15:00:00', 60), age: 14, presets: CHAT },
  holiday: { clock: at('2026-10-01T20:59:20'), age: 14, presets: GAME },
  workedSaturday: { clock: at('2026-10-10T20:30:00'), age: 14, presets: GAME },
  companion: { clock: at('2026-11-24T09:00:00', 120), age: 'adult', presets: ['cn_companion_2026'] },
  present: { age: 'adult', presets: CHAT },
};

/** Rules that can be chosen by themselves: groups, then presets. */
const PRESETS = [
  'cn/chat', 'cn/companion', 'cn/game', 'us/companion', 'eu/chat', 'cn_minor_mode_2024', 'cn_minor_mode_draft_2023', 'cn_platform_teen_40',
  'cn_minor_sc_draft_2026', 'cn_companion_2026', 'cn_game_2021', 'cn_game_2019', 'cn_game_law_art75', 'us_ca_sb243', 'us_ny_gbl47',
  'us_wa_hb2225', 'us_or_sb1546', 'us_guard_bill', 'eu_ai_act_50', 'it_l132', 'uk_osa',
];

export interface TimeMachineActions {
  travel(scene: Scene): void;
  /** The same moment under other rules. */
  choose(presets: string[]): void;
}

export function openTimeMachine(presets: string[], actions: TimeMachineActions): void {
  const scenes = Object.entries(SCENES).map(([name, scene]) => {
    const button = el('button', { type: 'button', class: 'button scene', 'data-scene': name },
      el('strong', {}, t(`scene_${name}` as Key)), el('span', { class: 'hint' }, t(`scene_${name}_more` as Key)));
    button.addEventListener('click', () => {
      dialog.close();
      actions.travel(scene);
    });
    return button;
  });
  const options = PRESETS.includes(presets.join()) ? PRESETS : [presets.join(), ...PRESETS];
  const choice = el('select', { id: 'time-machine-presets' }, ...options.map((name) => el('option', { value: name }, name)));
  choice.value = presets.join();
  choice.addEventListener('change', () => actions.choose(choice.value.split(',')));
  const dialog = openDialog('time-machine', t('timeMachine'), el('div', { class: 'stack' },
    el('p', { class: 'hint' }, t('timeMachineText')),
    el('div', { class: 'scenes' }, ...scenes),
    el('div', { class: 'field row' }, el('label', { for: 'time-machine-presets' }, t('rules')), choice)));
}
