/** What the documents say of policies and errors, held to the built package and the sources. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createGuard, init, memoryHost } from 'tidegate';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path) => readFileSync(join(ROOT, path), 'utf8');

/** The policies among the YAML blocks of a document. */
const policiesOf = (path) => [...read(path).matchAll(/^```yaml\n(policy: [^]*?)^```$/gm)].map(([, text]) => text);

for (const path of ['docs/policy.md', 'README.md', 'README.zh-CN.md']) {
  test(`the policies of ${path} compile and load`, async (t) => {
    await init();
    const policies = policiesOf(path);
    assert.ok(policies.length > 0);
    const directory = mkdtempSync(join(tmpdir(), 'tidegate-docs-'));
    t.after(() => rmSync(directory, { recursive: true }));
    for (const text of policies) {
      for (const [, file] of text.matchAll(/terms-from: ([\w./-]+)/g)) {
        mkdirSync(dirname(join(directory, file)), { recursive: true });
        writeFileSync(join(directory, file), '自有词条\n');
      }
      writeFileSync(join(directory, 'policy.yaml'), text);
      const pack = join(directory, 'policy.pack');
      execFileSync(process.execPath, [join(ROOT, 'pkg/cli.js'), 'build', join(directory, 'policy.yaml'), '-o', pack]);
      await createGuard({ packs: [new Uint8Array(readFileSync(pack))], host: memoryHost() });
      rmSync(pack);
    }
  });
}

/** Parts of the product whose codes users meet, and where they are explained. */
const CODES = /['"`]((?:policy|pack|guard|key|init|tables|message|fetch|usage|report|attach|host|core|cli|test|testing|labels|feeder|lint|import)\/[a-z]+(?:-[a-z]+)*)['"`]/g;
test('every code in the sources is explained', () => {
  const sources = [['src', /\.rs$/], ['pkg-template/src', /\.ts$/]].flatMap(([folder, ending]) =>
    readdirSync(join(ROOT, folder), { recursive: true }).filter((name) => ending.test(name)).map((name) => join(folder, name)));
  const found = new Set(sources.flatMap((path) => [...read(path).matchAll(CODES)].map(([, code]) => code)));
  const documents = ['docs/policy.md', 'docs/errors.md', 'docs/cli.md'].map(read).join('\n');
  const missing = [...found].filter((code) => !documents.includes(`\`${code}\``));
  assert.ok(found.size > 80, `${found.size} codes found`);
  assert.deepEqual(missing, []);
});

test('every policy code that the documents explain is in the sources', () => {
  const rust = readdirSync(join(ROOT, 'src'), { recursive: true }).filter((name) => name.endsWith('.rs')).map((name) => read(join('src', name)));
  const typescript = readdirSync(join(ROOT, 'pkg-template/src'), { recursive: true }).filter((name) => name.endsWith('.ts')).map((name) => read(join('pkg-template/src', name)));
  const sources = [...rust, ...typescript].join('\n');
  const explained = [...read('docs/policy.md').matchAll(/`((?:policy|pack|guard)\/[a-z-]+)`/g)].map(([, code]) => code);
  assert.deepEqual([...new Set(explained)].filter((code) => !sources.includes(code)), []);
});

test('the API reference says what the types and their comments say', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'pkg-template/reference.mjs'), '--check'], { encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

/** Chinese pages that have an English twin beside them. */
const CHINESE = ['README.zh-CN.md', ...readdirSync(join(ROOT, 'docs'), { recursive: true }).filter((name) => name.endsWith('.zh-CN.md')).map((name) => join('docs', name))];
const twinOf = (path) => path.replace('.zh-CN.md', '.md');

/** What both pages must share: code, the levels of headings, of each table's rows the columns, numbers and names of scenarios, and code within sentences. */
function skeletonOf(path) {
  const blocks = [];
  const prose = read(path).replace(/^( *)```[^]*?^\1```$/gm, (block) => (blocks.push(block), ''));
  return {
    blocks,
    headings: [...prose.matchAll(/^#+(?= )/gm)].map(([level]) => level),
    rows: [...prose.matchAll(/^\|.*\|$/gm)].map(([row]) =>
      [row.match(/(?<!\\)\|/g).length, row.match(/\d[\d.,]*(?<=\d)/g)?.sort(), row.replace(/`[^`]*`/g, '').match(/(?<!\*)\*[^*]+\*(?!\*)/g)]),
    codes: [...new Set([...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code))].sort(),
  };
}

/** Bold text that ends in a sign with a letter behind it; Markdown does not see such an end. */
const unclosedIn = (path) => read(path).replace(/`[^`\n]*`/g, '`').split('\n').flatMap((line) => {
  const parts = line.split('**');
  return parts.filter((bold, place) => place % 2 === 1 && /[\p{P}\p{S}]$/u.test(bold) && /^[\p{L}\p{N}]/u.test(parts[place + 1] ?? ''));
});

/** The names that GitHub gives to the headings of a page. */
function anchorsOf(path) {
  const times = new Map();
  return [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => {
    const anchor = heading.toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '').replaceAll(' ', '-');
    times.set(anchor, (times.get(anchor) ?? -1) + 1);
    return times.get(anchor) === 0 ? anchor : `${anchor}-${times.get(anchor)}`;
  });
}

for (const path of CHINESE) {
  test(`${path} has the shape of its English twin, and its links lead somewhere`, () => {
    const [chinese, english] = [path, twinOf(path)].map(skeletonOf);
    assert.deepEqual(chinese.headings, english.headings);
    assert.deepEqual(chinese.rows, english.rows);
    // The README translates comments and notices within its code.
    if (path !== 'README.zh-CN.md') {
      assert.deepEqual(chinese.blocks, english.blocks);
      assert.deepEqual(chinese.codes, english.codes);
    }
    assert.deepEqual(unclosedIn(path), []);
    const top = (page) => read(page).split('\n').slice(0, 4).join('\n');
    assert.ok(top(path).includes(`](${basename(twinOf(path))})`), 'the link to the English page');
    assert.ok(top(twinOf(path)).includes(`](${basename(path)})`), 'the link to the Chinese page');
    for (const [, link] of read(path).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [file, anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      assert.ok(existsSync(join(ROOT, target)), link);
      if (target !== twinOf(path)) assert.ok(!CHINESE.map(twinOf).includes(target), `${link} has a Chinese page`);
      if (anchor !== undefined) assert.ok(anchorsOf(target).includes(anchor), link);
    }
  });
}
