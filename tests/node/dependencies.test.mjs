/** What the project depends on: from where, under which licences, and with which known holes. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Every workspace, and how many crates it has at least. */
const MANIFESTS = { 'Cargo.toml': 100, 'fuzz/Cargo.toml': 20, 'benches/floor/Cargo.toml': 1 };
/** The one registry that crates come from. */
const CRATES = 'registry+https://github.com/rust-lang/crates.io-index';
/** Licences that ask for no more than to be named. CDLA is of the root certificates, which are data, NCSA of libFuzzer. */
const ALLOWED = new Set([
  'MIT', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception', 'BSD-1-Clause', 'BSD-2-Clause', 'BSD-3-Clause', 'BSL-1.0',
  'CDLA-Permissive-2.0', 'ISC', 'NCSA', 'Unicode-3.0', 'Unlicense', 'Zlib',
]);
/** Longest wait for the registry, ms. */
const PATIENCE_MS = 20_000;

/** Whether an expression of SPDX, or the older form with `/`, can be met by what is allowed. */
function isAllowed(expression) {
  const text = expression.replace(/\s*\/\s*/g, ' OR ');
  const inner = /\(([^()]*)\)/.exec(text);
  if (inner) return isAllowed(text.replace(inner[0], isAllowed(inner[1]) ? 'MIT' : 'NONE'));
  return text.split(' OR ').some((one) => one.split(' AND ').every((licence) => ALLOWED.has(licence.trim())));
}

test('expressions of licences are read as they are meant', () => {
  for (const yes of ['MIT', 'GPL-3.0 OR MIT', 'MIT/Apache-2.0', '(MIT OR GPL-3.0) AND Unicode-3.0', 'Apache-2.0 WITH LLVM-exception OR GPL-2.0']) {
    assert.ok(isAllowed(yes), yes);
  }
  for (const no of ['', 'GPL-3.0', 'MIT AND GPL-3.0', '(GPL-3.0 OR LGPL-2.1) AND MIT', 'MITX']) assert.ok(!isAllowed(no), no);
});

for (const [manifest, least] of Object.entries(MANIFESTS)) {
  test(`crates of ${manifest} come from one registry, under licences that go with this one`, () => {
    const line = ['metadata', '--format-version', '1', '--locked', '--manifest-path', manifest];
    const { packages } = JSON.parse(execFileSync('cargo', line, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 }));
    const crates = packages.filter(({ source }) => source !== null);
    assert.ok(crates.length >= least, `${crates.length} crates`);
    const name = (crate) => `${crate.name} ${crate.version}: ${crate.license} (${crate.source})`;
    assert.deepEqual(crates.filter(({ source }) => source !== CRATES).map(name), []);
    assert.deepEqual(crates.filter(({ license }) => !isAllowed(license ?? '')).map(name), []);
  });
}

test('no npm package that the lock file of the root names has a known hole of high severity', async (t) => {
  const answer = await new Promise((done) => {
    execFile('npm', ['audit', '--json'], { cwd: ROOT, timeout: PATIENCE_MS, maxBuffer: 1 << 26 }, (_, text) => done(text));
  });
  let report;
  try {
    report = JSON.parse(answer);
  } catch {
    report = {};
  }
  if (!report.metadata) return t.skip('NOT CHECKED: the registry did not answer with advisories');
  assert.ok(report.metadata.dependencies.total > 100);
  const { high, critical } = report.metadata.vulnerabilities;
  assert.equal(high + critical, 0, Object.keys(report.vulnerabilities).join(', '));
});
