/**
 * The collector's program, as tests of any kind start it.
 *
 * TIDEGATE_COLLECTOR  collector binary, default debug/tidegate-collector in cargo's target directory
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
export const PROGRAM = process.env.TIDEGATE_COLLECTOR
  ?? join(resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target'), 'debug/tidegate-collector');
/** What a collector says once it listens. */
const LISTENING = 'listening on ';
/** Most of its log that is kept to be told when it does not start, UTF-16 units. */
const MAX_LOG = 20_000;

/** Longest wait until it listens, ms. */
const PATIENCE_MS = 30_000;

/** Ends the children also when the tests are interrupted. */
const children = new Set();
process.once('exit', () => { for (const child of children) child.kill('SIGKILL'); });

/** Starts it with these options: the process at once, and its address once it listens. */
export function startProgram(options, token) {
  const child = spawn(PROGRAM, options, { env: { ...process.env, TIDEGATE_ADMIN_TOKEN: token }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { log = (log + data).slice(-MAX_LOG); });
  let patience;
  const url = new Promise((found, failed) => {
    patience = setTimeout(() => failed(new Error(`the collector does not listen:\n${log}`)), PATIENCE_MS);
    child.once('error', failed);
    child.once('exit', () => failed(new Error(`the collector ended:\n${log}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith(LISTENING)) found(line.slice(LISTENING.length));
    });
  }).finally(() => clearTimeout(patience));
  return { child, url };
}

/** Makes an account of the staff in a database; the password has at least 12 characters. */
export async function addAccount(database, name, role, password) {
  const child = spawn(PROGRAM, ['--database', database, 'account', 'add', name, '--role', role], {
    env: { ...process.env, TIDEGATE_PASSWORD: password }, stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`account add ended with ${code}`);
}
