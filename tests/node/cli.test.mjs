import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createGuard, init, memoryHost } from 'tidegate';
import { run as runMessage } from './support.mjs';

const CLI = fileURLToPath(new URL('../../pkg/cli.js', import.meta.url));
const YAML = `
policy: 例子
revision: 2
notice: {zh-CN: 停, en: Stop}
rules:
  - {id: listed, risk: x_gambling, action: mask, terms: [直写], terms-from: lists/terms.txt}
  - id: both
    risk: a2_gender
    action: terminate
    all: [[女司机], [不适合]]
    within: 10
allow: [直写本]
`;
let directory;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidegate-'));
  await init();
});
after(() => rm(directory, { recursive: true }));

const path = (name) => join(directory, name);

function cli(...args) {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });
}

async function policy() {
  await writeFile(path('policy.yaml'), YAML);
  const { mkdir } = await import('node:fs/promises');
  await mkdir(path('lists'), { recursive: true });
  await writeFile(path('lists/terms.txt'), '\ufeff# 注释\n名单词\r\n\n  第二词  \n');
}

test('build compiles YAML and reads terms-from relative to it', async () => {
  await policy();
  const { code, stdout, stderr } = await cli('build', path('policy.yaml'), '-o', path('a.pack'));
  assert.equal(code, 0, stderr);
  const info = JSON.parse(stdout);
  assert.deepEqual([info.policy, info.revision, info.signed, info.rules], ['例子', 2, false, 2]);
  const guard = await createGuard({ packs: [new Uint8Array(await readFile(path('a.pack')))], host: memoryHost() });
  assert.equal(runMessage(guard.message(), ['名单词、第二词、直写、直写本、注释']).text, '＊＊＊、＊＊＊、＊＊、直写本、注释');
});

test('keygen, build --key, verify: the key that is printed verifies the pack', async () => {
  await policy();
  const made = await cli('keygen', '-o', path('key'));
  assert.equal(made.code, 0, made.stderr);
  const key = made.stdout.trim();
  assert.equal((await readFile(path('key.pub'), 'utf8')).trim(), key);
  if (process.platform !== 'win32') assert.equal((await stat(path('key'))).mode & 0o777, 0o600);
  assert.match((await cli('keygen', '-o', path('key'))).stderr, /^cli\/exists: /);

  const built = await cli('build', path('policy.yaml'), '-o', path('b.pack'), '--key', path('key'));
  assert.equal(JSON.parse(built.stdout).signed, true);
  for (const given of [key, path('key.pub')]) assert.equal((await cli('verify', path('b.pack'), '--key', given)).code, 0);
  const wrong = await cli('verify', path('b.pack'), '--key', Buffer.alloc(32, 1).toString('base64url'));
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /^(pack\/signature|key\/invalid): /);
  const guard = await createGuard({ packs: [new Uint8Array(await readFile(path('b.pack')))], publicKeys: [key], host: memoryHost() });
  assert.equal(guard.check('名单词').length, 1);

  await cli('build', path('policy.yaml'), '-o', path('c.pack'));
  assert.match((await cli('verify', path('c.pack'), '--key', key)).stderr, /^pack\/unsigned: /);
  assert.equal((await cli('sign', path('c.pack'), '--key', path('key'))).code, 0);
  assert.deepEqual(await readFile(path('c.pack')), await readFile(path('b.pack')));
  assert.equal(JSON.parse((await cli('inspect', path('c.pack'))).stdout).digest, JSON.parse(built.stdout).digest);
});

test('errors are printed as code and message, with exit code 1, or 2 for a wrong command line', async () => {
  await writeFile(path('bad.yaml'), 'policy: [');
  await writeFile(path('risk.yaml'), 'policy: p\nrules: [{id: a, risk: nonsense, action: mask, terms: [x]}]');
  await writeFile(path('list.yaml'), 'policy: p\nrules: [{id: a, risk: x_gambling, action: mask, terms-from: none.txt}]');
  await writeFile(path('junk.pack'), 'junk');
  const cases = [
    [['build', path('bad.yaml'), '-o', path('x')], 'policy/yaml'],
    [['build', path('risk.yaml'), '-o', path('x')], 'policy/risk'],
    [['build', path('list.yaml'), '-o', path('x')], 'cli/read'],
    [['build', path('missing.yaml'), '-o', path('x')], 'cli/read'],
    [['build', path('risk.yaml')], 'cli/usage'],
    [['inspect', path('junk.pack')], 'pack/'],
    [['sign', path('junk.pack'), '--key', path('junk.pack')], 'key/invalid'],
    [['explode'], 'cli/usage'],
    [['inspect', '--unknown'], 'cli/usage'],
    [['inspect', path('junk.pack'), '--risk', 'x_gambling'], 'cli/usage'],
  ];
  for (const [args, code] of cases) {
    const result = await cli(...args);
    assert.equal(result.code, code === 'cli/usage' ? 2 : 1, args.join(' '));
    assert.ok(result.stderr.startsWith(code), `${args.join(' ')}: ${result.stderr}`);
    assert.equal(result.stdout, '');
  }
  const help = await cli();
  assert.equal(help.code, 0);
  assert.match(help.stdout, /tidegate build/);
});

test('every command explains itself', async () => {
  for (const name of ['build', 'keygen', 'sign', 'verify', 'inspect', 'test', 'lint', 'import']) {
    const { code, stdout } = await cli(name, '--help');
    assert.equal(code, 0, name);
    assert.ok(stdout.startsWith(`usage: tidegate ${name} `), stdout);
  }
});
