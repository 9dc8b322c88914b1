import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { GuardError } from '../error.js';
import { publicKey } from '../node.js';
import { need, type Command } from './command.js';
import { SEED_BYTES, toBase64url } from './keys.js';

export const keygen: Command = {
  summary: 'make a key; its public half goes to KEY-FILE.pub',
  usage: `tidegate keygen -o KEY-FILE

Makes a key that signs packs and prints its public half, for \`publicKeys\`.
A key that exists is not overwritten.

  -o, --out KEY-FILE   where to write it; keep this file secret`,
  options: ['out'],
  async run({ values: { out } }) {
    const target = need(out, '-o KEY-FILE');
    const seed = new Uint8Array(randomBytes(SEED_BYTES));
    const shared = toBase64url(publicKey(seed));
    try {
      await writeFile(target, `${toBase64url(seed)}\n`, { mode: 0o600, flag: 'wx' });
    } catch (thrown) {
      if ((Object(thrown) as { code?: unknown }).code === 'EEXIST') {
        throw new GuardError('cli/exists', `${target} exists; a key is not overwritten`);
      }
      throw thrown;
    }
    await writeFile(`${target}.pub`, `${shared}\n`);
    console.log(shared);
  },
};
