/** `lint`: how a policy does on innocent texts, what it lacks and what it has in vain. */
import { GuardError } from '../error.js';
import type { Action, Policy, PolicyRule } from '../types.js';
import { measurePolicy, measureTerms, readRows } from './lint/benign.js';
import { need, usageError, type Command } from './command.js';
import { coverageOf } from './lint/coverage.js';
import { readText, writeNew } from './files.js';
import { entriesOf, membersOf, type Entry } from './lint/finder.js';
import { letters } from './lint/letters.js';
import { printLint, type LintResult } from './lint/print.js';
import { compileRead, readPolicy } from './policy-file.js';
import { prune } from './lint/prune.js';
import { findDead, findShadows, findUseless } from './lint/shadows.js';

export const lint: Command = {
  summary: 'measure a policy: false hits, coverage, terms in vain',
  usage: `tidegate lint POLICY [--benign FILE…] [--write PRUNED.yaml] [--json]

Says which terms hit innocent texts, how many terms there are for each risk of
the standard, and which terms and allow-list phrases change nothing.

  --benign FILE…       innocent texts: .jsonl with a field \`text\`, any other
                       file a text a line
  --write PRUNED.yaml  write the policy without terms that hit too many of
                       these texts, that are in vain or dismissed; comments
                       stay
  --max-rate RATE      how many is too many, as a share of the texts (0.001)
                       or in percent (0.1%); default 0: one is too many
  --force              let --write overwrite a file
  --json               print all of it as JSON

Exits with 0 whatever it finds.`,
  options: ['benign', 'write', 'max-rate', 'force', 'json'],
  async run({ positionals: [given, ...more], values }) {
    const file = need(given, 'POLICY');
    if (more.length > 0 && !values.benign) throw usageError(`one policy at a time, not ${more.join(' ')}`);
    const files = [...(values.benign ?? []), ...more];
    const maxRate = rateOf(values['max-rate'] ?? '0');
    const policy = await readPolicy(file);
    assertCompiles(policy);
    const rules = withActions(policy);
    const { allow = [] } = policy;
    // What is never a hit is named, and left out of everything else.
    const all = entriesOf(rules);
    const dead = await findDead(all, allow);
    const dismissed = new Set(dead.map(({ entry }) => entry));
    const entries = all.filter((entry) => !dismissed.has(entry));
    const rows = (await Promise.all(files.map(readRows))).flat();
    if (files.length > 0 && rows.length === 0) throw usageError('the benign files have no text in them');

    const hits = await measureTerms(entries, allow, rows);
    const shadows = await findShadows(entries, allow);
    const result: LintResult = {
      policy: policy.policy,
      rules: rules.length,
      benign: files.length === 0 ? undefined : { files, rows: rows.length, outcomes: await measurePolicy({ ...policy, rules: rulesOf(rules, entries) }, rows), maxRate },
      hits: hits.map((total) => ({ ...total, rate: total.rows / rows.length })),
      coverage: coverageOf(rules, entries, shadows),
      shadows,
      dead,
      useless: await findUseless([...all, ...membersOf(rules, all.length)], allow),
      short: all.filter(({ text }) => text !== undefined && letters(text).length === 1),
      written: undefined,
    };
    if (values.write !== undefined) {
      const dropped = new Set<Entry>(result.hits.filter(({ entry, rate }) => entry.text !== undefined && rate > maxRate).map(({ entry }) => entry));
      const hitting = dropped.size;
      // What stood in the shadow of a term that goes is needed again.
      const left = entries.filter((entry) => !dropped.has(entry));
      for (const { entry } of await findShadows(left, allow)) dropped.add(entry);
      const kept = entries.filter((entry) => !dropped.has(entry));
      const { text, emptied, inlined } = prune(await readText(file), file, values.write, rules, kept);
      await writeNew(values.write, text, values.force ?? false);
      compileRead(await readPolicy(values.write));
      result.written = { file: values.write, hitting, inVain: dropped.size - hitting + dead.length, emptied, inlined };
    }
    printLint(result, values.json ?? false);
  },
};

/** Its own errors first, with their codes; terms that the allow-list dismisses are what is looked for here. */
function assertCompiles(policy: Policy): void {
  try {
    compileRead(policy);
  } catch (thrown) {
    if (GuardError.from(thrown).code !== 'policy/contradiction') throw thrown;
  }
}

/** The rules, each with the action that `actions` may hold for its risk. */
function withActions(policy: Policy): PolicyRule[] {
  const { actions = {} } = Object(policy) as { actions?: Record<string, Action> };
  return policy.rules.map((rule) => ({ ...rule, action: rule.action ?? actions[rule.risk] ?? 'flag' }));
}

/** The rules with the terms of `entries` alone. */
function rulesOf(rules: readonly PolicyRule[], entries: readonly Entry[]): PolicyRule[] {
  const left = new Map<number, string[]>();
  for (const { ruleIndex, text } of entries) {
    if (text === undefined) continue;
    const terms = left.get(ruleIndex) ?? [];
    terms.push(text);
    left.set(ruleIndex, terms);
  }
  return rules.flatMap((rule, at) => {
    if (rule.terms === undefined || rule.terms.length === 0) return [rule];
    const terms = left.get(at);
    return terms === undefined ? [] : [{ ...rule, terms }];
  });
}

/** `0.001` or `0.1%`. */
function rateOf(text: string): number {
  const rate = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (text.trim() === '' || !(rate >= 0 && rate <= 1)) throw usageError(`--max-rate ${text}: a share such as 0.001 or 0.1%`);
  return rate;
}
