/**
 * Terms that change nothing: wherever one stands, another of the same or a
 * graver action hits too. The engine answers; here it is only asked.
 */
import type { PolicyRule } from '../../types.js';
import { Finder, type Entry } from './finder.js';
import { hasLatinGap, words } from './letters.js';
import { Progress } from '../progress.js';

export interface Shadow {
  entry: Entry;
  by: Entry;
  /** `duplicate`: the two find each other. `contains`: the other is a part. `covers`: it finds the whole. */
  why: 'duplicate' | 'contains' | 'covers';
}

/** `mask` and `replace` hide alike. */
const RANKS: Record<string, number> = { flag: 0, mask: 1, replace: 1, terminate: 2, retract: 3 };
const HIDES = 1;
/** Fields that do not narrow what a rule hits. */
const HARMLESS = new Set(['id', 'risk', 'action', 'severity', 'score', 'terms', 'with', 'mask', 'views', 'channels']);
/** The views of a rule that names none; others must be asked for. */
const DEFAULT_VIEWS = ['tight', 'joined', 'leet'];

export async function findShadows(all: readonly Entry[], allow: readonly string[]): Promise<Shadow[]> {
  const terms = all.filter((entry) => entry.text !== undefined);
  const phrases = allow.length > 0 ? await Finder.of(asEntries(allow)) : undefined;
  const progress = new Progress('comparing terms', terms.length);
  const shadows: Shadow[] = [];
  for (const rank of new Set(terms.map(rankOf))) {
    const asGrave = terms.filter((entry) => rankOf(entry) >= rank);
    const forwards = await Finder.of(asGrave, allow);
    const backwards = await Finder.of(asGrave.toReversed(), allow);
    for (const entry of asGrave) {
      if (rankOf(entry) !== rank) continue;
      const text = entry.text as string;
      const shadow = whole(entry, forwards, backwards) ?? (phrases?.find(text).length ? undefined : inner(entry, forwards));
      if (shadow) shadows.push(shadow);
      progress.step();
    }
    await forwards.dispose();
    await backwards.dispose();
  }
  progress.end();
  await phrases?.dispose();
  return shadows.sort((a, b) => a.entry.index - b.entry.index);
}

/** Terms that no text can show, since an allow-list phrase is the same. */
export async function findDead(all: readonly Entry[], allow: readonly string[]): Promise<{ entry: Entry; phrase: string }[]> {
  if (allow.length === 0) return [];
  const phrases = await Finder.of(asEntries(allow));
  const dead = all.flatMap((entry) => {
    const phrase = entry.text === undefined ? undefined : coverOf(entry.text, phrases);
    return phrase?.text === undefined ? [] : [{ entry, phrase: phrase.text }];
  });
  await phrases.dispose();
  return dead;
}

/** Phrases in which nothing would hit anyway. */
export async function findUseless(entries: readonly Entry[], allow: readonly string[]): Promise<string[]> {
  if (allow.length === 0) return [];
  const finder = await Finder.of(entries);
  const useless = allow.filter((phrase) => finder.find(phrase).length === 0);
  await finder.dispose();
  return useless;
}

/** Another that finds all of it. Which of several the engine names depends on their order, so both ends are asked. */
function whole(entry: Entry, forwards: Finder, backwards: Finder): Shadow | undefined {
  const ends = [forwards, backwards].map((finder) => coverOf(entry.text as string, finder));
  for (const by of ends) {
    if (!by || by === entry || !reaches(by, entry)) continue;
    if (rankOf(by) > rankOf(entry)) return { entry, by, why: 'covers' };
    const isMutual = [forwards, backwards].every((finder, at) => coverOf(by.text as string, finder) === ends[at]);
    if (!isMutual || !reaches(entry, by)) return { entry, by, why: 'covers' };
    // Of two that are the same the earlier stays, as in the engine.
    if (by.index < entry.index) return { entry, by, why: 'duplicate' };
  }
  return undefined;
}

/** Another that stands inside: it cannot have both the first and the last word. */
function inner(entry: Entry, finder: Finder): Shadow | undefined {
  const text = entry.text as string;
  const spans = words(text);
  const [first, last] = [spans[0], spans.at(-1)];
  // `new york` is also found as `newyork`, in which no term sees `york`.
  if (!first || !last || first === last || (seesJoined(entry.rule) && hasLatinGap(text))) return undefined;
  for (const part of [text.slice(first.end), text.slice(0, last.start)]) {
    for (const { entry: by } of finder.find(part)) {
      // The longer of two that hide text hides more.
      const hidesLess = rankOf(entry) === HIDES && rankOf(by) === HIDES;
      if (!hidesLess && reaches(by, entry)) return { entry, by, why: 'contains' };
    }
  }
  return undefined;
}

/** The first entry that finds the text from its first letter to its last. */
function coverOf(text: string, finder: Finder): Entry | undefined {
  const spans = words(text);
  const [first, last] = [spans[0], spans.at(-1)];
  if (!first || !last) return undefined;
  return finder.find(text).find(({ start, end }) => start <= first.start && end >= last.end)?.entry;
}

/** Whether `by` hits wherever `entry` could: the same channels and views or more, and no condition. */
function reaches(by: Entry, entry: Entry): boolean {
  if (Object.keys(by.rule).some((field) => !HARMLESS.has(field))) return false;
  // Without it the sum of the message's scores would be lower.
  if (((entry.rule as { score?: number }).score ?? 0) > 0) return false;
  const all = viewsOf(by.rule);
  return includes(by.rule.channels, entry.rule.channels) && viewsOf(entry.rule).every((name) => all.includes(name));
}

function includes<Name>(all: readonly Name[] | undefined, some: readonly Name[] | undefined): boolean {
  return all === undefined || (some !== undefined && some.every((name) => all.includes(name)));
}

function viewsOf({ views }: PolicyRule): readonly string[] {
  return views ?? DEFAULT_VIEWS;
}

function seesJoined(rule: PolicyRule): boolean {
  return viewsOf(rule).includes('joined');
}

function rankOf({ rule }: Entry): number {
  return RANKS[String(rule.action)] ?? 0;
}

function asEntries(phrases: readonly string[]): Entry[] {
  const rule: PolicyRule = { id: 'allow', risk: 'a1_other_prohibited', action: 'flag', views: ['tight'] };
  return phrases.map((text, index) => ({ index, rule, ruleIndex: 0, text }));
}
