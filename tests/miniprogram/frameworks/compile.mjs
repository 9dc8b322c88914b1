/**
 * Compiles the samples with Taro and uni-app. What lies in `compiled/` was made so; it holds the frameworks' code
 * and the sample's, but not this package's, which the tests put beside it.
 *
 *     npm ci --prefix tests/miniprogram/frameworks/taro   (and uni-app: 670 MB together)
 *     node tests/miniprogram/frameworks/compile.mjs            writes `compiled/`
 *     node tests/miniprogram/frameworks/compile.mjs --check    fails if it would be another
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('../../../pkg/', import.meta.url));
const folderOf = (name) => fileURLToPath(new URL(`${name}/`, import.meta.url));

/** By name: where a project has the package's files, and how it is compiled into `out`. */
export const FRAMEWORKS = {
  taro: {
    place: 'tidegate',
    compile: (project, out, env) => run(process.execPath, ['node_modules/@tarojs/cli/bin/taro', 'build', '--type', 'weapp'], {
      cwd: project, env: { ...process.env, ...env, NODE_ENV: 'production', TARO_OUT: out },
    }),
  },
  'uni-app': {
    place: 'static/tidegate',
    compile: async (project, out, env) => {
      await copy(join(project, 'src/static/tidegate'), 'uni-app');
      await run(process.execPath, ['node_modules/@dcloudio/vite-plugin-uni/bin/uni.js', 'build', '-p', 'mp-weixin'], {
        cwd: project, env: { ...process.env, ...env, NODE_ENV: 'production', UNI_OUTPUT_DIR: out },
      });
    },
  },
};

export const compiledOf = (name) => join(folderOf(name), 'compiled');

export const isInstalled = (name) => existsSync(join(folderOf(name), 'node_modules/.package-lock.json'));

/** `npx tidegate copy`, of the built package. */
export function copy(to, kind) {
  return run(process.execPath, [join(PACKAGE, 'cli.js'), 'copy', '--to', to, ...(kind ? ['--for', kind] : [])]);
}

/** Compiles a sample as a user does: this package is one of its npm packages and becomes part of the bundle. */
export async function compileWhole(name, out) {
  const installed = join(folderOf(name), 'node_modules/tidegate');
  rmSync(installed, { recursive: true, force: true });
  cpSync(PACKAGE, installed, { recursive: true });
  await FRAMEWORKS[name].compile(folderOf(name), out, {});
}

/** Compiles a sample without this package's code, which the page requires from where `copy` puts it. */
async function compileApart(name, out) {
  const { place, compile } = FRAMEWORKS[name];
  await compile(folderOf(name), out, { TIDEGATE_APART: `../../${place}/index.js` });
}

/** The scripts of a folder and the notices of their licences, by their paths. */
function scriptsOf(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => /\.js(\.LICENSE\.txt)?$/.test(name) && statSync(join(folder, name)).isFile()).sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Writes what is compiled anew, or says what differs. */
async function renew(name, isCheck) {
  if (!isInstalled(name)) throw new Error(`${name} is not installed: npm ci --prefix tests/miniprogram/frameworks/${name}`);
  const out = mkdtempSync(join(tmpdir(), 'tidegate-compiled-'));
  try {
    await compileApart(name, out);
    const made = scriptsOf(out);
    const kept = existsSync(compiledOf(name)) ? scriptsOf(compiledOf(name)) : new Map();
    const differing = [...new Set([...made.keys(), ...kept.keys()])].filter((file) => made.get(file) !== kept.get(file));
    if (!isCheck) {
      rmSync(compiledOf(name), { recursive: true, force: true });
      for (const [file, text] of made) {
        mkdirSync(dirname(join(compiledOf(name), file)), { recursive: true });
        writeFileSync(join(compiledOf(name), file), text);
      }
    }
    return differing;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isCheck = process.argv.includes('--check');
  for (const name of Object.keys(FRAMEWORKS)) {
    const differing = await renew(name, isCheck);
    console.log(`${name}: ${differing.length === 0 ? 'as it is kept' : `${isCheck ? 'differs' : 'new'}: ${differing.join(', ')}`}`);
    if (isCheck && differing.length > 0) process.exitCode = 1;
  }
}
