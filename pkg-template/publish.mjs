/**
 * Publishes pkg/ as it is: `node pkg-template/publish.mjs [--really]`. Without the flag it
 * only says what it would do. Meant for a CI job that may ask for an identity token
 * (`id-token: write`), so that npm can publish without a secret and attest where the
 * package was built; see `publishConfig` in package.json.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: { really } } = parseArgs({ options: { really: { type: 'boolean', default: false } } });
const say = (program, ...args) => execFileSync(program, args, { cwd: root, encoding: 'utf8' }).trim();
const read = (path) => readFileSync(join(root, path), 'utf8');
const versionOf = (path) => JSON.parse(read(path)).version;
/** Whole lines: a dependency may have the same version. */
const linesOf = (path) => read(path).split('\n');

/** What must hold, and whether it does. */
const version = versionOf('pkg-template/package.json');
const conditions = [
  ['nothing is uncommitted', () => say('git', 'status', '--porcelain') === ''],
  [`this commit has the tag v${version}`, () => say('git', 'tag', '--points-at', 'HEAD').split('\n').includes(`v${version}`)],
  ['pkg/ was built of this version', () => versionOf('pkg/package.json') === version],
  ['the crates have this version', () => linesOf('Cargo.toml').includes(`version = "${version}"`)],
  ['CHANGELOG.md has this version', () => linesOf('CHANGELOG.md').some((line) => line.startsWith(`## [${version}]`))],
  ['sizes are within their budgets', () => say('cargo', 'xtask', 'size') !== ''],
];
const holds = (check) => {
  try {
    return check();
  } catch {
    return false;
  }
};
const broken = conditions.map(([what, check]) => [what, holds(check)]).filter(([what, isTrue]) => {
  console.log(`${isTrue ? 'yes' : 'NO '}  ${what}`);
  return !isTrue;
});
if (broken.length > 0 && really) {
  console.error('not published');
  process.exit(1);
}
// With --dry-run nothing leaves this machine, and there is nothing to attest.
const flags = really ? ['--provenance', '--access', 'public'] : ['--dry-run', '--provenance=false'];
execFileSync('npm', ['publish', ...flags, './pkg'], { cwd: root, stdio: 'inherit' });
