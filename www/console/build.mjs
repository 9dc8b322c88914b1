/**
 * Builds the console into collector/console/, which the collector's binary
 * includes; the result is committed, so that cargo needs no Node. With
 * --check it writes nothing and fails if what is committed is not what the
 * sources give.
 * Usage: node www/console/build.mjs [--check]
 */
import { build } from 'esbuild';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(dirname(HERE));
const COMMITTED = join(ROOT, 'collector/console');
const FILES = ['index.html', 'console.js', 'console.css'];

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

/** Writes the files of the console to `out`. */
async function buildConsole(out) {
  await mkdir(out, { recursive: true });
  const common = { bundle: true, outdir: out, target: 'es2022', charset: 'utf8', minify: true, logLevel: 'warning', legalComments: 'inline' };
  await build({
    ...common, entryPoints: { console: join(HERE, 'src/main.ts') }, format: 'esm', platform: 'browser',
    define: { RISKS: JSON.stringify(await risks()) },
  });
  await build({ ...common, entryPoints: [join(HERE, 'console.css')] });
  await cp(join(HERE, 'index.html'), join(out, 'index.html'));
}

/** The committed files that are not what the sources give. */
async function stale() {
  const fresh = await mkdtemp(join(tmpdir(), 'tidegate-console-'));
  try {
    await buildConsole(fresh);
    const differ = await Promise.all(FILES.map(async (file) => {
      const [wanted, committed] = await Promise.all([fresh, COMMITTED].map((folder) => readFile(join(folder, file))));
      return wanted.equals(committed) ? [] : [file];
    }));
    return differ.flat();
  } finally {
    await rm(fresh, { recursive: true });
  }
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
if (values.check) {
  const files = await stale();
  if (files.length > 0) {
    console.error(`collector/console is not what www/console gives: ${files.join(', ')}`);
    process.exitCode = 1;
  }
} else {
  await buildConsole(COMMITTED);
}
