/** What a guard does to one text, and how that differs from what was expected. */
import type { Guard, MessageState, Verdict } from '../../types.js';
import type { Cutting } from '../../testing/cuts.js';
import { OUTCOMES, type Expectation } from './expectations.js';

export interface Observed {
  shown: string;
  state: MessageState;
  verdicts: Verdict[];
}

export function observe(guard: Guard, { channel }: Expectation, { pieces }: Cutting): Observed {
  const message = guard.message(channel === undefined ? {} : { channel });
  const outcomes = [...pieces.map((piece) => message.push(piece)), message.finish()];
  return {
    shown: outcomes.map(({ text }) => text).join(''),
    state: message.state,
    verdicts: outcomes.flatMap(({ verdicts }) => verdicts),
  };
}

/** In words; empty when all is as expected. */
export function contradictions({ expect, rules, shown }: Expectation, observed: Observed): string[] {
  const why: string[] = [];
  // A message may also end by what its hits add up to.
  const ended = observed.state === 'terminated' ? ['terminate' as const] : observed.state === 'retracted' ? ['retract' as const] : [];
  const actions = [...observed.verdicts.map(({ action }) => action), ...ended];
  const gravest = OUTCOMES[Math.max(0, ...actions.map((action) => OUTCOMES.indexOf(action)))];
  if (gravest !== expect) why.push(`expected ${expect}, was ${gravest}`);
  const hit = [...new Set(observed.verdicts.map(({ rule }) => rule))].sort();
  const wanted = rules && [...new Set(rules)].sort();
  if (wanted && wanted.join('\n') !== hit.join('\n')) why.push(`expected rules [${wanted.join(', ')}], hit [${hit.join(', ')}]`);
  if (shown !== undefined && shown !== observed.shown) why.push(`expected to be shown: ${JSON.stringify(shown)}`);
  return why;
}
