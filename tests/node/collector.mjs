/** A real collector for tests in Node. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAccount, startProgram } from '../collector-process.mjs';

const TOKEN = 'node-tests-only-0123456789';
const PASSWORD = 'correct horse battery';

/** Starts one with this pack, until the test ends; who has `key` may hand in others. */
export async function startCollector(t, { pack, key }) {
  const directory = mkdtempSync(join(tmpdir(), 'tidegate-collector-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'policy.pack');
  writeFileSync(file, pack);
  const database = `sqlite://${join(directory, 'test.db')}`;
  const line = ['--listen', '127.0.0.1:0', '--database', database, '--policy', file, ...(key ? ['--policy-key', key] : [])];
  const started = startProgram(line, TOKEN);
  t.after(() => started.child.kill('SIGKILL'));
  const url = await started.url;
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
      await addAccount(database, name, role, PASSWORD);
      const json = { 'content-type': 'application/json' };
      const signedIn = await ask('/v1/session', { method: 'POST', headers: json, body: JSON.stringify({ name, password: PASSWORD }) });
      const [cookie] = signedIn.headers.get('set-cookie').split(';');
      const { csrf } = await signedIn.json();
      return (path, options = {}) => ask(path, { ...options, headers: { ...json, cookie, 'x-csrf-token': csrf } });
    },
  };
}
