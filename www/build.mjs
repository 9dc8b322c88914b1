/**
 * Builds the demo's pages: www/ → dist/www/. Needs the built package in pkg/.
 * Usage: node www/build.mjs [--out DIR] [--pkg DIR] [--minify]
 */
import { build } from 'esbuild';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const WWW = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(WWW);
const { values } = parseArgs({ options: {
  out: { type: 'string', default: join(ROOT, 'dist/www') },
  pkg: { type: 'string', default: join(ROOT, 'pkg') },
  minify: { type: 'boolean', default: false },
} });
const out = resolve(values.out);
const pkg = resolve(values.pkg);

/** What the six suggestions show, in this order. */
const KINDS = ['clean', 'clean', 'mask', 'replace', 'terminate', 'retract'];

/** Only the prompts go into the page, never the scripted answers. */
async function suggestions(locale) {
  const all = JSON.parse(await readFile(join(ROOT, `data/conversations/${locale}.json`), 'utf8'));
  const left = [...all];
  return KINDS.map((kind) => {
    const [found] = left.splice(left.findIndex(({ expect }) => expect === kind), 1);
    if (!found) throw new Error(`${locale}.json has no conversation of kind "${kind}"`);
    return found.prompt;
  });
}

/** A browser entry of the package, as a bundler would resolve it. */
async function entryOf(directory, name = '.') {
  const { exports } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  let target = exports[name];
  while (typeof target === 'object') target = target.browser ?? target.import ?? target.default;
  return join(directory, target);
}

/** The package looks for these files next to the code that loads it. Only the playground asks for the compiler's two. */
const MODULES = ['tidegate_bg.wasm', 'tidegate_compiler_bg.wasm', 'tidegate_tables.bin'];

const common = {
  bundle: true, outdir: out, target: 'es2022', platform: 'browser', charset: 'utf8',
  minify: values.minify, sourcemap: false, logLevel: 'warning', legalComments: 'eof',
};
await mkdir(out, { recursive: true });
await build({
  ...common,
  entryPoints: [join(WWW, 'src/app.ts')],
  format: 'esm',
  alias: { 'tidegate/elements': await entryOf(pkg, './elements'), tidegate: await entryOf(pkg) },
  define: { SUGGESTIONS: JSON.stringify({ 'zh-CN': await suggestions('zh-CN'), en: await suggestions('en') }) },
});
await build({ ...common, entryPoints: [join(WWW, 'src/guardian.ts')], format: 'esm' });
await build({
  ...common,
  entryPoints: { playground: join(WWW, 'src/playground/main.ts') },
  format: 'esm',
  alias: { tidegate: await entryOf(pkg) },
  loader: { '.yaml': 'text' },
});
await build({ ...common, entryPoints: [join(WWW, 'src/boot.ts')], format: 'iife' });
for (const file of ['index.html', 'guardian.html', 'playground.html', 'styles.css', 'guardian.css', 'playground.css', 'icon.svg']) await cp(join(WWW, file), join(out, file));
for (const file of MODULES) await cp(join(pkg, file), join(out, file));
