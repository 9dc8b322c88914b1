import { writeFile } from 'node:fs/promises';
import { inspectPack, signPack } from '../node.js';
import { need, type Command } from './command.js';
import { print, read } from './files.js';
import { readSeed } from './keys.js';

export const sign: Command = {
  summary: 'sign a pack',
  usage: `tidegate sign PACK --key KEY-FILE [-o OUT.pack]

  -k, --key KEY-FILE   the key that \`tidegate keygen\` made
  -o, --out OUT.pack   where to write it; default in place`,
  options: ['out', 'key'],
  async run({ positionals: [file], values: { out, key } }) {
    const source = need(file, 'PACK');
    const signed = signPack(await read(source), await readSeed(need(key, '--key KEY-FILE')));
    await writeFile(out ?? source, signed);
    print(inspectPack(signed));
  },
};
