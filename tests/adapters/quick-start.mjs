/** Blocks of the documents in docs/adapters, run as they stand there. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
mkdirSync(join(ROOT, 'target'), { recursive: true });
// In the repository, so that packages are found.
const place = mkdtempSync(join(ROOT, 'target', 'quick-starts-'));
after(() => rmSync(place, { recursive: true }));

/** The code of the block with this mark. */
export function codeOf(document, mark) {
  const text = readFileSync(join(ROOT, 'docs/adapters', document), 'utf8');
  const [, code] = new RegExp(`^\`\`\`js ${mark}\n([^]*?)^\`\`\`$`, 'm').exec(text) ?? assert.fail(`${document} has no block ${mark}`);
  return code;
}

/** The block as a module. */
export async function quickStart(document, mark) {
  const file = join(place, `${document}-${mark}.mjs`);
  writeFileSync(file, codeOf(document, mark).replaceAll("from 'ai'", "from 'ai6'"));
  return import(pathToFileURL(file).href);
}
