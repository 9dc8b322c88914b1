/** Files of expectations. */
import { extname } from 'node:path';
import { GuardError } from '../../error.js';
import type { Action, Channel } from '../../types.js';
import { readText } from '../files.js';
import { readYaml } from '../policy-file.js';

/** From mild to grave. */
export const OUTCOMES = ['clean', 'flag', 'mask', 'replace', 'terminate', 'retract'] as const;

export interface Expectation {
  file: string;
  /** Counts from 1. */
  number: number;
  name?: string;
  text: string;
  expect: 'clean' | Action;
  rules?: string[];
  shown?: string;
  channel?: Channel;
}

const FIELDS = ['name', 'text', 'expect', 'rules', 'shown', 'channel'];

export async function readExpectations(file: string): Promise<Expectation[]> {
  const text = await readText(file);
  const isLines = extname(file) === '.jsonl';
  const list = isLines ? text.split('\n').filter((line) => line.trim() !== '').map((line) => readYaml(line, file)) : readYaml(text, file);
  if (!Array.isArray(list)) throw new GuardError('test/shape', `${file} is not a list of expectations`);
  return list.map((item: unknown, at) => check(item, file, at + 1));
}

function check(item: unknown, file: string, number: number): Expectation {
  const fail = (why: string): GuardError => new GuardError('test/shape', `${file} #${number}: ${why}`);
  if (typeof item !== 'object' || item === null || Array.isArray(item)) throw fail('an expectation is an object');
  const { name, text, expect, rules, shown, channel } = item as Record<string, unknown>;
  const unknown = Object.keys(item).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) throw fail(`unknown field ${unknown}`);
  if (typeof text !== 'string') throw fail('text is a string');
  if (!OUTCOMES.includes(expect as never)) throw fail(`expect is one of ${OUTCOMES.join(', ')}`);
  for (const [field, value] of Object.entries({ name, shown, channel })) {
    if (value !== undefined && typeof value !== 'string') throw fail(`${field} is a string`);
  }
  if (rules !== undefined && !(Array.isArray(rules) && rules.every((id) => typeof id === 'string'))) {
    throw fail('rules is a list of ids');
  }
  return { ...(item as Omit<Expectation, 'file' | 'number'>), file, number };
}
