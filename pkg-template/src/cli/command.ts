/** What a command of `tidegate` is, and how its arguments are read. */
import { parseArgs } from 'node:util';
import { GuardError } from '../error.js';

/** All options of all commands; each command names those that it takes. */
const OPTIONS = {
  out: { type: 'string', short: 'o' },
  key: { type: 'string', short: 'k' },
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  force: { type: 'boolean' },
  benign: { type: 'string', multiple: true },
  write: { type: 'string' },
  'max-rate': { type: 'string' },
  seed: { type: 'string' },
  cuts: { type: 'string' },
  risk: { type: 'string' },
  action: { type: 'string' },
  id: { type: 'string' },
  format: { type: 'string' },
  column: { type: 'string' },
  encoding: { type: 'string' },
  allow: { type: 'string', multiple: true },
  to: { type: 'string' },
  for: { type: 'string' },
} as const;

export type OptionName = keyof typeof OPTIONS;

export type Values = ReturnType<typeof parse>['values'];

export interface Arguments {
  positionals: string[];
  values: Values;
}

export interface Command {
  /** One line for the list of commands. */
  summary: string;
  /** What `--help` prints. */
  usage: string;
  options: readonly OptionName[];
  /** What it returns is the exit code; default 0. */
  run(args: Arguments): Promise<number | void>;
}

/** A mistake on the command line; the process exits with 2. */
export function usageError(message: string): GuardError {
  return new GuardError('cli/usage', message);
}

export function need(value: string | undefined, what: string): string {
  if (value === undefined) throw usageError(`${what} is missing`);
  return value;
}

/** A whole number of at least `least`. */
export function wholeNumber(value: string | undefined, name: string, otherwise: number, least = 0): number {
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < least) {
    throw usageError(`${name} ${value}: a whole number of at least ${least}`);
  }
  return number;
}

/** Takes the command line apart; the first positional names the command. */
export function readArguments(args: string[]): Arguments & { name: string | undefined } {
  try {
    const { values, positionals: [name, ...positionals] } = parse(joined(args));
    return { name, positionals, values };
  } catch (thrown) {
    const { code, message } = Object(thrown) as { code?: unknown; message?: unknown };
    if (String(code).startsWith('ERR_PARSE_ARGS')) throw usageError(String(message));
    throw thrown;
  }
}

/** Refuses options that the command does not know. */
export function assertOptions(name: string, command: Command, values: Values): void {
  const foreign = Object.keys(values).find((option) => option !== 'help' && !command.options.includes(option as OptionName));
  if (foreign !== undefined) throw usageError(`${name} takes no --${foreign}`);
}

function parse(args: string[]) {
  return parseArgs({ args, allowPositionals: true, options: OPTIONS });
}

/** `--key -x` as `--key=-x`: a key in base64url may begin with a dash. */
function joined(args: string[]): string[] {
  const at = args.findIndex((arg) => arg === '--key' || arg === '-k');
  return at < 0 || at + 1 >= args.length ? args : args.toSpliced(at, 2, `--key=${args[at + 1]}`);
}
