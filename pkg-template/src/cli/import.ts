/** `import`: public lists of terms → a policy. */
import { basename, extname } from 'node:path';
import { stringify } from 'yaml';
import { GuardError } from '../error.js';
import { compilePolicy } from '../node.js';
import type { Action, PolicyRule } from '../types.js';
import { need, usageError, type Command } from './command.js';
import { decode, ENCODINGS } from './import/encoding.js';
import { read, writeNew } from './files.js';
import { FORMATS, guess, isAllowList, parseTerms, type Format } from './import/formats.js';

const ACTIONS: readonly Action[] = ['flag', 'mask', 'replace', 'terminate', 'retract'];
const DEFAULT_ACTION = 'mask';
/** Longest term, in characters; the engine has the same limit. */
const MAX_TERM_CHARS = 60;

export const importLists: Command = {
  summary: 'make a policy of public lists of terms',
  usage: `tidegate import FILE… -o POLICY.yaml --risk RISK [--action A] [--id ID]
                       [--format F] [--column NAME] [--encoding E]
                       [--allow FILE]… [--force]

A rule for each file. Terms are trimmed; empty and repeated ones, ones that are
too long and ones without a letter are left out, and counted. Try the policy
with \`tidegate lint\` before you use it: public lists hit much that is innocent.

  -o, --out POLICY.yaml  where to write it
  --risk RISK            of all rules, such as x_gambling
  --action A             flag, mask, replace, terminate or retract; default ${DEFAULT_ACTION}
  --id ID                of the rule; with several files its beginning
  --format F             ${FORMATS.join(', ')};
                         default auto, by name and content
  --column NAME          of CSV: name or number of the column, from 1
  --encoding E           ${ENCODINGS.join(', ')}; default auto
  --allow FILE           a list of phrases for the allow-list
  --force                overwrite`,
  options: ['out', 'risk', 'action', 'id', 'format', 'column', 'encoding', 'allow', 'force'],
  async run({ positionals: files, values }) {
    need(files[0] ?? values.allow?.[0], 'FILE');
    const target = need(values.out, '-o POLICY.yaml');
    const risk = need(values.risk, '--risk RISK');
    const action = oneOf('--action', values.action ?? DEFAULT_ACTION, ACTIONS);
    const format = oneOf('--format', values.format ?? 'auto', FORMATS);
    const encoding = oneOf('--encoding', values.encoding ?? 'auto', ENCODINGS);

    const seen = new Set<string>();
    const rules: PolicyRule[] = [];
    const allow: string[] = [];
    const ids = new Set<string>();
    const lists = [...files.map((file) => ({ file, isAllow: isAllowList(file) })), ...(values.allow ?? []).map((file) => ({ file, isAllow: true }))];
    for (const { file, isAllow } of lists) {
      const decoded = decode(await read(file), encoding, file);
      const known = format === 'auto' ? guess(file, decoded.text) : format;
      const taken = take(parseTerms(decoded.text, known, file, values.column), isAllow ? new Set() : seen, risk);
      describe(file, known, decoded.encoding, taken, isAllow);
      if (taken.terms.length === 0) continue;
      if (isAllow) allow.push(...taken.terms);
      else rules.push({ id: idOf(file, values.id, files.length > 1, ids), risk, action, terms: taken.terms });
    }
    if (rules.length === 0) throw new GuardError('import/nothing', 'no list had a term; nothing was written');

    const policy = { policy: values.id ?? basename(target, extname(target)), revision: 1, rules, ...(allow.length > 0 ? { allow } : {}) };
    compilePolicy(policy);
    const head = `# Imported by tidegate from ${files.map((file) => basename(file)).join(', ')}.\n`
      + '# Measure it with `tidegate lint` before use, and keep the licence of each list.\n';
    await writeNew(target, head + stringify(policy, { lineWidth: 0 }), values.force ?? false);
    console.log(`${target}: ${rules.length} rules, ${rules.reduce((sum, { terms = [] }) => sum + terms.length, 0)} terms`);
  },
};

interface Taken {
  terms: string[];
  repeated: number;
  empty: number;
  long: number;
  unseen: number;
}

/** The terms that the engine takes, and why it would not take the others. */
function take(found: readonly string[], seen: Set<string>, risk: string): Taken {
  const taken: Taken = { terms: [], repeated: 0, empty: 0, long: 0, unseen: 0 };
  for (const given of found) {
    const term = given.trim();
    if (term === '') taken.empty += 1;
    else if ([...term].length > MAX_TERM_CHARS) taken.long += 1;
    else if (seen.has(term)) taken.repeated += 1;
    else {
      seen.add(term);
      taken.terms.push(term);
    }
  }
  const refused = new Map(refusedBy(taken.terms, risk).map(({ term, code }) => [term, code]));
  for (const code of refused.values()) taken[code === 'policy/term-too-long' ? 'long' : 'unseen'] += 1;
  taken.terms = taken.terms.filter((term) => !refused.has(term));
  return taken;
}

/** Terms that the engine refuses, by halving: it names only the first. */
function refusedBy(terms: readonly string[], risk: string): { term: string; code: string }[] {
  if (terms.length === 0) return [];
  try {
    compilePolicy({ policy: 'import', rules: [{ id: 'import', risk, action: 'flag', terms: [...terms] }] });
    return [];
  } catch (thrown) {
    const { code } = GuardError.from(thrown);
    if (!code.startsWith('policy/term-')) throw thrown;
    if (terms.length === 1) return [{ term: terms[0] as string, code }];
    const half = terms.length >> 1;
    return [...refusedBy(terms.slice(0, half), risk), ...refusedBy(terms.slice(half), risk)];
  }
}

function describe(file: string, format: Format, encoding: string, taken: Taken, isAllow: boolean): void {
  const { terms, repeated, empty, long, unseen } = taken;
  const dropped = [
    [repeated, 'repeated'], [empty, 'empty'], [long, `too long (over ${MAX_TERM_CHARS} characters)`], [unseen, 'without a letter or digit'],
  ] as const;
  const why = dropped.filter(([count]) => count > 0).map(([count, reason]) => `${count} ${reason}`).join(', ');
  console.log(`${file} (${format}, ${encoding}): ${terms.length} ${isAllow ? 'allow-list phrases' : 'terms'}; left out: ${why || 'none'}`);
}

/** The file's name, or `--id`, made unique. */
function idOf(file: string, given: string | undefined, isOneOfMany: boolean, ids: Set<string>): string {
  const stem = basename(file, extname(file));
  const base = given === undefined ? stem : isOneOfMany ? `${given}-${stem}` : given;
  let id = base;
  for (let number = 2; ids.has(id); number += 1) id = `${base}-${number}`;
  ids.add(id);
  return id;
}

function oneOf<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  if (!names.includes(value as Name)) throw usageError(`${option} ${value}: one of ${names.join(', ')}`);
  return value as Name;
}
