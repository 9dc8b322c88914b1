import { writeFile } from 'node:fs/promises';
import { inspectPack, signPack } from '../node.js';
import { need, type Command } from './command.js';
import { print, read } from './files.js';
import { readSeed } from './keys.js';
import { compileRead, readPolicy } from './policy-file.js';

export const build: Command = {
  summary: 'compile a policy, and sign it with a key',
  usage: `tidegate build POLICY.yaml -o OUT.pack [--key KEY-FILE]

Compiles a policy into a pack and prints what the pack says of itself. Files
that \`terms-from\` names are looked for next to the policy.

  -o, --out OUT.pack   where to write it
  -k, --key KEY-FILE   sign it with this key`,
  options: ['out', 'key'],
  async run({ positionals: [source], values: { out, key } }) {
    const file = need(source, 'POLICY.yaml');
    const target = need(out, '-o OUT.pack');
    const pack = compileRead(await readPolicy(file));
    await writeFile(target, key === undefined ? pack : signPack(pack, await readSeed(key)));
    print(inspectPack(await read(target)));
  },
};
