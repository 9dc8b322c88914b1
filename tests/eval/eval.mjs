// Checks labelled texts against a policy and counts who was hit.
//   node eval.mjs DIR --pack FILE [--benign SOURCE,SOURCE] [--json FILE]
// DIR holds JSONL files, also in folders, of rows {id, lang, text, label:
// "safe" | "unsafe", category, source, kind?}.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createGuard, init, memoryHost } from 'tidegate';
import { printReport } from './print.mjs';
import { readLabelled } from './rows.mjs';
import { summarize } from './summary.mjs';

/** Sources of innocent texts: encyclopedias, medicine, poetry, answers of people. */
const BENIGN = ['cmrc2018_wiki', 'drcd_wiki_hant', 'medical_qa', 'chinese_poetry', 'dolly'];
/** Rows between two signs of life on a terminal. */
const SIGN_OF_LIFE = 500;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { pack: { type: 'string' }, benign: { type: 'string' }, json: { type: 'string' } },
});
const rows = await readLabelled(positionals[0]);
await init();
const guard = await createGuard({ packs: [new Uint8Array(await readFile(options.pack))], host: memoryHost() });
const started = performance.now();
const results = rows.map(({ text, ...row }, at) => {
  if (process.stderr.isTTY && at % SIGN_OF_LIFE === 0) process.stderr.write(`\r${at} of ${rows.length} rows`);
  const verdicts = guard.check(text).map((verdict) => ({ ...verdict, found: text.slice(verdict.start, verdict.end) }));
  return { ...row, verdicts };
});
const ms = performance.now() - started;
if (process.stderr.isTTY) process.stderr.write('\r\u001B[K');
await guard.dispose();

const benign = options.benign === undefined ? BENIGN : options.benign.split(',');
const summary = { ...summarize(results, benign), ms };
printReport(summary);
if (options.json) await writeFile(options.json, `${JSON.stringify({ summary, hits: results.filter(({ verdicts }) => verdicts.length > 0) }, null, 1)}\n`);
