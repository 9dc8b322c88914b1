/** Texts that nothing should hit, and what does. */
import { extname } from 'node:path';
import { GuardError } from '../../error.js';
import { compilePolicy, createGuard, memoryHost } from '../../node.js';
import type { Policy } from '../../types.js';
import { OUTCOMES } from '../test/expectations.js';
import { readText } from '../files.js';
import { Finder, type Entry } from './finder.js';
import { letters } from './letters.js';
import { Progress } from '../progress.js';

/** Characters of context on each side of an example. */
const CONTEXT = 12;

export interface Row {
  text: string;
  /** Such as `news.txt:12`. */
  where: string;
}

export interface TermHits {
  entry: Entry;
  hits: number;
  rows: number;
  example: string;
  where: string;
}

/** `.jsonl`: the field `text` of each line; any other: a text a line. */
export async function readRows(file: string): Promise<Row[]> {
  const isJson = extname(file) === '.jsonl';
  const rows: Row[] = [];
  for (const [at, line] of (await readText(file)).split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const where = `${file}:${at + 1}`;
    rows.push({ text: isJson ? textOf(line, where) : line, where });
  }
  return rows;
}

function textOf(line: string, where: string): string {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    // Said below.
  }
  const { text } = Object(row) as { text?: unknown };
  if (typeof text !== 'string') throw new GuardError('lint/row', `${where} is not JSON with a field text`);
  return text;
}

/** Rows by the gravest thing that the policy as it is does to them. */
export async function measurePolicy(policy: Policy, rows: readonly Row[]): Promise<Record<string, number>> {
  const guard = await createGuard({ packs: [compilePolicy(policy)], host: memoryHost() });
  const counts: Record<string, number> = Object.fromEntries(OUTCOMES.map((name) => [name, 0]));
  for (const { text } of rows) {
    const ranks = guard.check(text).map(({ action }) => OUTCOMES.indexOf(action));
    const gravest = OUTCOMES[Math.max(0, ...ranks)] ?? 'clean';
    counts[gravest] = (counts[gravest] ?? 0) + 1;
  }
  await guard.dispose();
  return counts;
}

/** Every term that hits a row, most rows first. */
export async function measureTerms(entries: readonly Entry[], allow: readonly string[], rows: readonly Row[]): Promise<TermHits[]> {
  const { found, hitRows } = await whichHit(entries, allow, rows);
  if (found.size === 0) return [];
  const batches = await disjoint([...found]);
  const progress = new Progress('counting', batches.length * hitRows.length);
  const totals = new Map<Entry, TermHits>();
  for (const batch of batches) {
    const finder = await Finder.of(batch, allow);
    for (const { text, where } of hitRows) {
      const counted = new Set<Entry>();
      for (const { entry, start, end } of finder.find(text)) {
        const total = totals.get(entry) ?? { entry, hits: 0, rows: 0, example: excerpt(text, start, end), where };
        totals.set(entry, total);
        total.hits += 1;
        if (!counted.has(entry)) total.rows += 1;
        counted.add(entry);
      }
      progress.step();
    }
    await finder.dispose();
  }
  progress.end();
  return [...totals.values()].sort((a, b) => b.rows - a.rows || b.hits - a.hits || a.entry.index - b.entry.index);
}

/** A hit hides others that overlap it: search again without what was found, until nothing is. */
async function whichHit(entries: readonly Entry[], allow: readonly string[], rows: readonly Row[]) {
  const found = new Set<Entry>();
  let left = entries;
  let searched = rows;
  let hitRows: readonly Row[] | undefined;
  while (left.length > 0 && searched.length > 0) {
    const finder = await Finder.of(left, allow);
    const progress = new Progress('searching', searched.length);
    const known = found.size;
    searched = searched.filter(({ text }) => {
      const hits = finder.find(text);
      for (const { entry } of hits) found.add(entry);
      progress.step();
      return hits.length > 0;
    });
    progress.end();
    await finder.dispose();
    hitRows ??= searched;
    if (found.size === known) break;
    left = left.filter((entry) => !found.has(entry));
  }
  return { found, hitRows: hitRows ?? [] };
}

/** Batches of entries that share no letter, so that none can overlap another. */
async function disjoint(entries: readonly Entry[]): Promise<Entry[][]> {
  const same = await sameLetters(entries);
  const batches: { entries: Entry[]; used: Set<string> }[] = [];
  for (const entry of entries) {
    // A combination may use any letter: it stays alone.
    if (entry.text === undefined) {
      batches.push({ entries: [entry], used: new EveryLetter() });
      continue;
    }
    const own = letters(entry.text).map((letter) => same.get(letter) ?? letter);
    let batch = batches.find(({ used }) => own.every((letter) => !used.has(letter)));
    if (!batch) batches.push((batch = { entries: [], used: new Set() }));
    batch.entries.push(entry);
    for (const letter of own) batch.used.add(letter);
  }
  return batches.map((batch) => batch.entries);
}

/** Which letters the engine takes for which other, in any of the views that are used. */
async function sameLetters(entries: readonly Entry[]): Promise<Map<string, string>> {
  const all = [...new Set(entries.flatMap(({ text }) => (text === undefined ? [] : letters(text))))];
  const rules = new Map(entries.map(({ rule }) => [String(rule.views), rule]));
  const alone = [...rules.values()].flatMap((rule, ruleIndex) => all.map((text, index) => ({ index, rule, ruleIndex, text })));
  const finder = await Finder.of(alone);
  const same = new Map(all.map((letter) => [letter, finder.find(letter)[0]?.entry.text ?? letter]));
  await finder.dispose();
  return same;
}

class EveryLetter extends Set<string> {
  override has(): boolean {
    return true;
  }
}

function excerpt(text: string, start: number, end: number): string {
  const before = [...text.slice(0, start)].slice(-CONTEXT).join('');
  const after = [...text.slice(end)].slice(0, CONTEXT).join('');
  return `${before}【${text.slice(start, end)}】${after}`.replace(/\s+/g, ' ');
}
