/** What of the texts that were seen is forbidden. */
import { GuardError } from '../error.js';
import type { Guard, GuardOptions, Host, InitOptions, Policy } from '../types.js';
import type { Sight } from './recorder.js';

/**
 * A policy or packs, judged as the guard would; or plain terms, found without regard to case,
 * width and what is neither letter nor digit, by code that shares nothing with the guard.
 */
export type Forbidden = Policy | Uint8Array | Uint8Array[] | string[];

/** Something forbidden that was displayed. */
export interface Hit extends Sight {
  /** The rule, or the term. */
  rule: string;
  /** What stands there, as it was displayed. */
  match: string;
}

/** The entry of the platform. */
export interface Engine {
  init(options?: InitOptions): Promise<void>;
  compilePolicy(policy: Policy): Uint8Array;
  createGuard(options: GuardOptions): Promise<Guard>;
  memoryHost(): Host;
}

export interface Judge {
  hits(sight: Sight): Hit[];
  dispose(): Promise<void>;
}

export async function judgeOf(forbidden: Forbidden, engine: Engine): Promise<Judge> {
  const given: unknown[] | undefined = Array.isArray(forbidden) ? forbidden : undefined;
  if (given?.length === 0) throw new GuardError('testing/forbidden', 'nothing is forbidden: give a policy, packs or terms');
  if (given?.every((term) => typeof term === 'string')) return judgeTerms(given as string[]);
  if (given && !given.every((pack) => pack instanceof Uint8Array)) {
    throw new GuardError('testing/forbidden', 'a list holds packs only, or terms only');
  }
  const packs = (given ?? (forbidden instanceof Uint8Array ? [forbidden] : undefined)) as Uint8Array[] | undefined;
  await engine.init(packs ? { compiler: false } : {});
  return judgePacks(packs ?? [engine.compilePolicy(forbidden as Policy)], engine);
}

async function judgePacks(packs: Uint8Array[], { createGuard, memoryHost }: Engine): Promise<Judge> {
  const guard = await createGuard({ packs, host: memoryHost() });
  return {
    hits(sight) {
      const message = guard.message();
      const verdicts = [...message.push(sight.text).verdicts, ...message.finish().verdicts];
      return verdicts.filter(({ action }) => action !== 'flag')
        .map(({ rule, start, end }) => ({ ...sight, rule, match: sight.text.slice(start, end) }));
    },
    dispose: () => guard.dispose(),
  };
}

function judgeTerms(terms: string[]): Judge {
  const fold = (text: string): string => text.normalize('NFKC').toLowerCase();
  const squash = (text: string): string => fold(text).replace(/[^\p{L}\p{N}]/gu, '');
  const needles = terms.map((term) => ({ term, plain: fold(term), bare: squash(term) }));
  if (needles.some(({ plain }) => plain.trim() === '')) throw new GuardError('testing/forbidden', 'a term is empty');
  return {
    hits(sight) {
      const plain = fold(sight.text);
      const bare = squash(sight.text);
      return needles.filter((needle) => plain.includes(needle.plain) || (needle.bare !== '' && bare.includes(needle.bare)))
        .map(({ term }) => ({ ...sight, rule: term, match: term }));
    },
    async dispose() {},
  };
}
