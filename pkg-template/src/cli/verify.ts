import { existsSync } from 'node:fs';
import { call } from '../core.js';
import { inspectPack } from '../node.js';
import { need, type Command } from './command.js';
import { print, read, readText } from './files.js';
import { fromBase64url } from './keys.js';

export const verify: Command = {
  summary: 'check the signature of a pack',
  usage: `tidegate verify PACK --key PUBLIC-KEY

Exits with 1 when the pack was not signed by this key.

  -k, --key PUBLIC-KEY   base64url, or a file of it`,
  options: ['key'],
  async run({ positionals: [file], values: { key } }) {
    const pack = await read(need(file, 'PACK'));
    const given = need(key, '--key PUBLIC-KEY');
    const text = existsSync(given) ? (await readText(given)).trim() : given;
    // Only a filter verifies; it is what loads packs in earnest.
    call((glue) => new glue.Filter([pack], [fromBase64url(text)], []).free());
    print(inspectPack(pack));
  },
};
