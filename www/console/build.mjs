/**
 * Builds the console into collector/console/, which the collector's binary
 * includes; the result is committed, so that cargo needs no Node.
 * Usage: node www/console/build.mjs [--out DIR]
 */
import { build } from 'esbuild';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(dirname(HERE));

/** The risks and their names as `src/policy/risk.rs` lists them. */
async function risks() {
  const table = (await readFile(join(ROOT, 'src/policy/risk.rs'), 'utf8')).match(/^risks! \{\n([\s\S]*?)^\}/m)?.[1];
  if (!table) throw new Error('src/policy/risk.rs has no table of risks');
  return table.trim().split('\n').map((line) => {
    const [id, , zh, en, ...rest] = line.trim().match(/"[^"]*"/g)?.map((text) => JSON.parse(text)) ?? [];
    if (!en || rest.length > 0) throw new Error(`src/policy/risk.rs: not a risk: ${line}`);
    return { id, 'zh-CN': zh, en };
  });
}

export const FILES = ['index.html', 'console.js', 'console.css'];

/** Writes the three files of the console to `out`. */
export async function buildConsole(out) {
  await mkdir(out, { recursive: true });
  const common = { bundle: true, outdir: out, target: 'es2022', charset: 'utf8', minify: true, logLevel: 'warning', legalComments: 'inline' };
  await build({
    ...common, entryPoints: { console: join(HERE, 'src/main.ts') }, format: 'esm', platform: 'browser',
    define: { RISKS: JSON.stringify(await risks()) },
  });
  await build({ ...common, entryPoints: [join(HERE, 'console.css')] });
  await cp(join(HERE, 'index.html'), join(out, 'index.html'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: join(ROOT, 'collector/console') } } });
  await buildConsole(resolve(values.out));
}
