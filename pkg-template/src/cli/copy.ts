import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GuardError } from '../error.js';
import { need, usageError, type Command } from './command.js';

/** What each kind of project needs of the package: files and folders, and their names there. */
const NEEDED: Record<string, Record<string, string>> = {
  wechat: { 'miniprogram/index.js': 'index.js', 'miniprogram/tidegate.wasm.br': 'tidegate.wasm.br', 'miniprogram/components': 'components' },
  douyin: { 'mp/index.js': 'index.js', 'miniprogram/tidegate.wasm.br': 'tidegate.wasm.br' },
  alipay: { 'mp/nowasm.js': 'nowasm.js' },
  taro: { 'miniprogram/tidegate.wasm.br': 'tidegate.wasm.br' },
  'uni-app': { 'miniprogram/tidegate.wasm.br': 'tidegate.wasm.br' },
};

const KINDS = Object.keys(NEEDED).join(', ');

export const copy: Command = {
  summary: 'copy what a mini-program needs into its project',
  usage: `tidegate copy --to DIR [--for KIND]

Copies files of this package into DIR and prints their paths. Those of an
earlier copy are overwritten: run it again after each update. Not needed for
WeChat with its own npm.

      --to DIR    a folder of the project; made if there is none
      --for KIND  what the project is; default douyin
                  wechat   index.js (ES2017), tidegate.wasm.br and the components
                  douyin   index.js (ES5) and tidegate.wasm.br
                  alipay   nowasm.js
                  taro, uni-app   tidegate.wasm.br; their compilers bring the rest`,
  options: ['to', 'for'],
  async run({ values: { to, for: kind = 'douyin' } }) {
    const folder = need(to, '--to DIR');
    const files = Object.hasOwn(NEEDED, kind) ? NEEDED[kind] : undefined;
    if (!files) throw usageError(`--for ${kind}: one of ${KINDS}`);
    try {
      await mkdir(folder, { recursive: true });
      for (const [from, name] of Object.entries(files)) {
        const target = join(folder, name);
        await cp(fileURLToPath(new URL(from, import.meta.url)), target, { recursive: true });
        console.log(target);
      }
    } catch (thrown) {
      throw new GuardError('cli/write', `${folder}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  },
};
