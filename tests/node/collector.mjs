/**
 * A real collector for tests in Node.
 *
 * TIDEGATE_COLLECTOR  collector binary, default debug/tidegate-collector in cargo's target directory
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = process.env.TIDEGATE_COLLECTOR
  ?? join(resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target'), 'debug/tidegate-collector');
const TOKEN = 'node-tests-only-0123456789';
const PASSWORD = 'correct horse battery';

/** Starts one with this pack, until the test ends; who has `key` may hand in others. */
export async function startCollector(t, { pack, key }) {
  const directory = mkdtempSync(join(tmpdir(), 'tidegate-collector-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'policy.pack');
  writeFileSync(file, pack);
  const database = `sqlite://${join(directory, 'test.db')}`;
  const env = { ...process.env, TIDEGATE_ADMIN_TOKEN: TOKEN, TIDEGATE_PASSWORD: PASSWORD, TIDEGATE_LOG: 'warn' };
  const line = ['--listen', '127.0.0.1:0', '--database', database, '--policy', file, ...(key ? ['--policy-key', key] : [])];
  const child = spawn(PROGRAM, line, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const url = await new Promise((found, failed) => {
    child.once('error', failed);
    child.once('exit', () => failed(new Error('the collector ended')));
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (text.startsWith('listening on ')) found(text.slice('listening on '.length));
    });
  });
  const ask = async (path, { method = 'GET', headers = {}, body } = {}) => {
    const response = await fetch(url + path, { method, headers, body });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    url,
    /** As the provider's backend. */
    asAdmin: (path, options = {}) => ask(path, { ...options, headers: { authorization: `Bearer ${TOKEN}` } }),
    /** Somebody of the staff who signs in as the console does. */
    async staff(name, role) {
      execFileSync(PROGRAM, ['--database', database, 'account', 'add', name, '--role', role], { env });
      const json = { 'content-type': 'application/json' };
      const signedIn = await ask('/v1/session', { method: 'POST', headers: json, body: JSON.stringify({ name, password: PASSWORD }) });
      const [cookie] = signedIn.headers.get('set-cookie').split(';');
      const { csrf } = await signedIn.json();
      return (path, options = {}) => ask(path, { ...options, headers: { ...json, cookie, 'x-csrf-token': csrf } });
    },
  };
}
