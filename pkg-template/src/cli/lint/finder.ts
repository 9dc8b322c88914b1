/** Which terms of a policy hit a text: verdicts name rules, so each term becomes one. */
import { compilePolicy, createGuard, memoryHost } from '../../node.js';
import type { Guard, PolicyRule } from '../../types.js';

/** Most rules of one policy. */
const MAX_RULES = 100_000;

/** A term of a rule; without `text`, the rule as a whole (a combination). */
export interface Entry {
  /** Place in the policy, in order of precedence. */
  index: number;
  rule: PolicyRule;
  /** Place of the rule in the policy. */
  ruleIndex: number;
  text: string | undefined;
}

export interface Hit {
  entry: Entry;
  start: number;
  end: number;
}

/** The policy taken apart. */
export function entriesOf(rules: readonly PolicyRule[]): Entry[] {
  const entries: Entry[] = [];
  for (const [ruleIndex, rule] of rules.entries()) {
    const terms = rule.terms !== undefined && rule.terms.length > 0 ? rule.terms : [undefined];
    for (const text of terms) entries.push({ index: entries.length, rule, ruleIndex, text });
  }
  return entries;
}

/** The members of combinations, each as a term of its own. */
export function membersOf(rules: readonly PolicyRule[], from: number): Entry[] {
  const members = rules.flatMap((rule, ruleIndex) => {
    const { id, risk, views, all = [], any = [] } = rule as PolicyRule & { any?: string[] };
    const plain: PolicyRule = { id, risk, action: 'flag', ...(views && { views }) };
    return [...all.flat(), ...any].map((text) => ({ rule: plain, ruleIndex, text }));
  });
  return members.map((member, at) => ({ ...member, index: from + at }));
}

export class Finder {
  readonly #guard: Guard;
  readonly #entries: readonly Entry[];

  private constructor(guard: Guard, entries: readonly Entry[]) {
    this.#guard = guard;
    this.#entries = entries;
  }

  /** Earlier entries win over later ones of the same place and length. */
  static async of(entries: readonly Entry[], allow: readonly string[] = []): Promise<Finder> {
    const packs: Uint8Array[] = [];
    for (let at = 0; at < entries.length; at += MAX_RULES) {
      const rules = entries.slice(at, at + MAX_RULES).map((entry, offset) => flag(entry, String(at + offset)));
      packs.push(compilePolicy({ policy: `lint ${packs.length}`, rules, allow: [...allow] }));
    }
    return new Finder(await createGuard({ packs, host: memoryHost() }), entries);
  }

  /** What hits `text`; of what overlaps, the leftmost, then the longest, then the earliest entry. */
  find(text: string): Hit[] {
    return this.#guard.check(text).map(({ rule, start, end }) => ({ entry: this.#entries[Number(rule)] as Entry, start, end }));
  }

  dispose(): Promise<void> {
    return this.#guard.dispose();
  }
}

/** Fields that say what happens to a hit, not what hits; on every channel, so that all is seen. */
const CONSEQUENCES = new Set(['action', 'with', 'mask', 'channels', 'severity', 'score']);

/** The entry as a rule that stops nothing, so that all of a text is searched. */
function flag({ rule, text }: Entry, id: string): PolicyRule {
  const kept = Object.entries(rule).filter(([field]) => !CONSEQUENCES.has(field));
  return { ...(Object.fromEntries(kept) as unknown as PolicyRule), id, action: 'flag', ...(text === undefined ? {} : { terms: [text] }) };
}
