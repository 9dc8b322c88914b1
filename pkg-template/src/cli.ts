#!/usr/bin/env node
/** The command `tidegate`; its commands are in `cli/`, one file each. */
import { build } from './cli/build.js';
import { assertOptions, readArguments, usageError, type Command } from './cli/command.js';
import { copy } from './cli/copy.js';
import { importLists } from './cli/import.js';
import { inspect } from './cli/inspect.js';
import { keygen } from './cli/keygen.js';
import { lint } from './cli/lint.js';
import { sign } from './cli/sign.js';
import { sri } from './cli/sri.js';
import { test } from './cli/test.js';
import { verify } from './cli/verify.js';
import { GuardError } from './error.js';
import { init } from './node.js';

const COMMANDS: Record<string, Command> = { build, keygen, sign, verify, inspect, test, lint, import: importLists, copy, sri };

/** Width of the names in the list of commands. */
const NAME_WIDTH = 9;

const USAGE = [
  'usage: tidegate COMMAND …',
  '',
  ...Object.entries(COMMANDS).map(([name, { summary }]) => `  tidegate ${name.padEnd(NAME_WIDTH)}${summary}`),
  '',
  '`tidegate COMMAND --help` explains one. A mistake on the command line exits',
  'with 2, a failure with 1; messages begin with a stable code.',
].join('\n');

async function main(): Promise<void> {
  const { name = 'help', positionals, values } = readArguments(process.argv.slice(2));
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (name === 'help' || (values.help && !command)) {
    console.log(USAGE);
    return;
  }
  if (!command) throw usageError(`there is no command ${name}\n${USAGE}`);
  if (values.help) {
    console.log(`usage: ${command.usage}`);
    return;
  }
  try {
    assertOptions(name, command, values);
    await init();
    process.exitCode = (await command.run({ positionals, values })) ?? 0;
  } catch (thrown) {
    if (!(thrown instanceof GuardError) || thrown.code !== 'cli/usage') throw thrown;
    throw usageError(`${thrown.message.slice('cli/usage: '.length)}\nusage: ${command.usage}`);
  }
}

main().catch((thrown: unknown) => {
  // A GuardError's message begins with its code.
  const isOurs = thrown instanceof GuardError;
  console.error(isOurs ? thrown.message : `cli/failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  process.exitCode = isOurs && thrown.code === 'cli/usage' ? 2 : 1;
});
