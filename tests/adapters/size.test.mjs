/** What an adapter adds to an app that has the core already. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Bytes, gzip. */
const LIMIT = 3_000;
const { exports } = JSON.parse(readFileSync(`${ROOT}pkg/package.json`, 'utf8'));
const ADAPTERS = Object.keys(exports).filter((name) => name.startsWith('./adapters/')).map((name) => name.slice(2));

async function gzipOf(code) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: ROOT }, bundle: true, minify: true, write: false, format: 'esm', platform: 'browser', target: 'es2022',
    external: ['react', 'vue'], logLevel: 'silent',
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

const CORE = "export { createGuard, init } from 'tidegate';";

test('there are adapters to measure', () => assert.ok(ADAPTERS.length >= 6));

for (const name of ADAPTERS) {
  test(`tidegate/${name} adds at most ${LIMIT} bytes to the core`, async (t) => {
    const added = await gzipOf(`${CORE} export * from 'tidegate/${name}';`) - await gzipOf(CORE);
    t.diagnostic(`tidegate/${name}: ${added} B gzip over the core`);
    assert.ok(added > 0 && added <= LIMIT, `${added} bytes`);
  });
}
