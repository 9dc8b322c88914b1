/**
 * Compiles the lexicon of one size into FOLDER/SIZE-flag.pack and SIZE-mask.pack
 * and prints `{ compileMs, raw, gzip, brotli, states }` of the first.
 *
 *     node packs.mjs FOLDER SIZE
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { compilePolicy, init, inspectPack } from 'tidegate';
import { load } from './text.mjs';

const [folder, size] = argv.slice(2);
const { terms } = load(folder, size);
await init();
const compile = (action) => {
  const started = performance.now();
  const pack = compilePolicy({ policy: `bench-${size}`, rules: [{ id: 'all', risk: 'x_gambling', action, terms }] });
  const ms = performance.now() - started;
  writeFileSync(join(folder, `${size}-${action}.pack`), pack);
  return { pack, ms };
};
const { pack, ms } = compile('flag');
compile('mask');
console.log(JSON.stringify({
  compileMs: ms,
  raw: pack.length,
  gzip: gzipSync(pack, { level: constants.Z_BEST_COMPRESSION }).length,
  brotli: brotliCompressSync(pack, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: pack.length } }).length,
  states: inspectPack(pack).states,
}));
