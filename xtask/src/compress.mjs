// Sizes of files as they are and as they are sent: node compress.mjs FILE…
// prints [{raw, gzip, brotli}, …] in bytes, at the best level of each.
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const sizes = process.argv.slice(2).map((file) => {
  const bytes = readFileSync(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }).length,
    brotli: brotliCompressSync(bytes, { params }).length,
  };
});
console.log(JSON.stringify(sizes));
