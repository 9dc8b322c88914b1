/** `sri`: hashes of the package's files, for pages that load them without a bundler. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { usageError, type Command } from './command.js';
import { print } from './files.js';

/** What a file loads: imports, also those that wait, and files beside it. */
const LOADS = /(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']|new URL\(\s*["'](\.\/[^"']+)["']/g;

export const sri: Command = {
  summary: 'print integrity hashes of what a page loads',
  usage: `tidegate sri [ENTRY…]

ENTRY is an entry of this package, such as elements or adapters/openai; without
one it is the main entry. Prints a JSON object: each file that the entries
load, and its hash (sha384) as import maps and the attribute integrity take it.`,
  options: [],
  async run({ positionals }) {
    const hashes: Record<string, string> = {};
    const entries = positionals.length > 0 ? positionals.map((name) => `${name}.js`) : ['index.js'];
    for (const entry of entries) {
      if (!await exists(entry)) throw usageError(`there is no entry ${entry.slice(0, -3)}`);
    }
    const queue = [...entries];
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (hashes[`./${name}`] !== undefined) continue;
      const bytes = await readFile(place(name));
      hashes[`./${name}`] = `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
      if (!name.endsWith('.js')) continue;
      for (const [, imported, beside] of bytes.toString('utf8').matchAll(LOADS)) {
        queue.push(posix.join(posix.dirname(name), (imported ?? beside) as string));
      }
    }
    print(Object.fromEntries(Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1))));
  },
};

/** The command lies beside the files. */
function place(name: string): URL {
  return new URL(name, new URL('./', import.meta.url));
}

async function exists(name: string): Promise<boolean> {
  return !name.split('/').includes('..') && readFile(place(name)).then(() => true, () => false);
}
