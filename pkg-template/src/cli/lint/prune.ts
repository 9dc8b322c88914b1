/** A policy without some of its terms, with its comments. */
import { dirname, relative, resolve } from 'node:path';
import { isScalar, isSeq, parseDocument, type Document } from 'yaml';
import { GuardError } from '../../error.js';
import type { PolicyRule } from '../../types.js';
import { readYaml, termFiles } from '../policy-file.js';
import type { Entry } from './finder.js';

/** Width at which lists are broken. */
const LINE_WIDTH = 100;

export interface Pruned {
  text: string;
  /** Rules of which no term is left; they are left out. */
  emptied: string[];
  /** Rules whose terms stood in files and now stand in the policy. */
  inlined: string[];
}

/**
 * The policy text of `file`, to be written to `target`, with only the terms of
 * `kept`. The revision goes up by one: a guard refuses another content under
 * the same.
 */
export function prune(text: string, file: string, target: string, rules: readonly PolicyRule[], kept: readonly Entry[]): Pruned {
  const left = rules.map((): string[] => []);
  for (const { ruleIndex, text: term } of kept) if (term !== undefined) left[ruleIndex]?.push(term);
  const document = parseDocument(text);
  const before = document.toJS() as Authored;
  const sources = before.rules.map((rule) => rule['terms-from']);
  const emptied: string[] = [];
  const inlined: string[] = [];
  // Backwards, since rules are deleted by their place.
  for (const [at, { id, terms = [] }] of [...rules.entries()].reverse()) {
    const path = ['rules', at];
    const rest = left[at] ?? [];
    const from = sources[at];
    if (rest.length === terms.length) {
      if (from !== undefined) document.setIn([...path, 'terms-from'], moved(from, file, target));
    } else if (rest.length === 0) {
      emptied.unshift(id);
      document.deleteIn(path);
    } else if (from !== undefined || !thin(document.getIn([...path, 'terms'], true), rest)) {
      document.deleteIn([...path, 'terms-from']);
      document.setIn([...path, 'terms'], document.createNode(rest));
      if (from !== undefined) inlined.unshift(id);
    }
  }
  if (emptied.length === rules.length) throw new GuardError('lint/nothing-left', 'no rule has a term left; nothing was written');
  const revision: unknown = document.get('revision');
  document.set('revision', (typeof revision === 'number' ? revision : 1) + 1);
  const pruned = written(document, file);
  const remaining = left.filter((_, at) => !emptied.includes(rules[at]?.id ?? ''));
  if (!isKept(before, readYaml(pruned, file) as Authored, remaining, inlined)) throw shared(file);
  return { text: pruned, emptied, inlined };
}

/** Deletes from the list what is not in `terms`; `false` when this is no plain list. */
function thin(node: unknown, terms: readonly string[]): boolean {
  if (!isSeq(node) || !node.items.every((item) => isScalar(item))) return false;
  let next = 0;
  node.items = node.items.filter((item) => {
    const isNext = isScalar(item) && String(item.value) === terms[next];
    if (isNext) next += 1;
    return isNext;
  });
  return next === terms.length;
}

/** Files of terms, as named from where the pruned policy will be. */
function moved(from: unknown, file: string, target: string): string | string[] {
  const names = termFiles(from).map((name) => relative(dirname(resolve(target)), resolve(dirname(file), name)).replaceAll('\\', '/'));
  return Array.isArray(from) ? names : (names[0] as string);
}

function written(document: Document, file: string): string {
  try {
    return document.toString({ lineWidth: LINE_WIDTH });
  } catch {
    // An alias whose anchor was deleted.
    throw shared(file);
  }
}

function shared(file: string): GuardError {
  return new GuardError('lint/shared', `${file}: rules share a list of terms by a YAML anchor; write it out in each rule`);
}

interface Authored {
  rules: { id: string; terms?: string[]; 'terms-from'?: unknown }[];
  allow?: string[];
}

/** Rules that share a list could have lost each other's terms. */
function isKept(before: Authored, after: Authored, left: readonly string[][], inlined: readonly string[]): boolean {
  return before.allow?.join('\n') === after.allow?.join('\n') && after.rules.every(({ id, terms = [], 'terms-from': from }, at) =>
    (from !== undefined && !inlined.includes(id)) || terms.join('\n') === left[at]?.join('\n'));
}
