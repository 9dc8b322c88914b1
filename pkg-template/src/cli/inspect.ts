import { inspectPack } from '../node.js';
import { need, type Command } from './command.js';
import { print, read } from './files.js';

export const inspect: Command = {
  summary: 'print what a pack says of itself, as JSON',
  usage: 'tidegate inspect PACK',
  options: [],
  async run({ positionals: [pack] }) {
    print(inspectPack(await read(need(pack, 'PACK'))));
  },
};
