// Streams the rows of a file through collector → `openai` client → guard, and
// reports what was shown, what was flagged, and what the collector stored.
//   node replay.mjs FILE.jsonl --collector URL --upstream URL --pack FILE
//     --public-key KEY --store DIR [--limit N] [--json FILE]
// Exits with 1 when a row failed, when another way of cutting shows another
// text, or when a record was lost or stored twice.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import OpenAI from 'openai';
import { createGuard, init, memoryHost, nodeHost } from 'tidegate';
import { storedRecords } from './records.mjs';
import { readRows } from './rows.mjs';
import { pushTimes } from './timing.mjs';
import { printRow, printTotals, summarize } from './summary.mjs';

/** Rows under way at once. */
const TOGETHER = 4;
/** Rows between two signs of life. */
const SIGN_OF_LIFE = 50;
/** How often the outbox is asked to send before records count as lost. */
const FLUSHES = 20;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    collector: { type: 'string' }, upstream: { type: 'string' }, pack: { type: 'string' },
    'public-key': { type: 'string' }, store: { type: 'string' }, limit: { type: 'string' }, json: { type: 'string' },
  },
});
const rows = await readRows(positionals[0], options.limit === undefined ? Infinity : Number(options.limit));
await init();
const packs = [new Uint8Array(await readFile(options.pack))];
const policy = { packs, publicKeys: [options['public-key']] };
const guard = await createGuard({
  ...policy, host: nodeHost({ directory: options.store }), reports: { endpoint: `${options.collector}/v1/reports` },
});
const client = new OpenAI({ baseURL: `${options.collector}/v1`, apiKey: 'replay', maxRetries: 0, fetch: guard.fetch });

const results = await replayAll();
await flush();
const stats = guard.reports.stats();
await guard.dispose();
const stored = await storedRecords(options.collector, process.env.TIDEGATE_ADMIN_TOKEN);
for (const result of results) result.reported = stored.filter((record) => record.data.message === result.message).length;

const direct = await createGuard({ ...policy, host: memoryHost() });
const timing = pushTimes(direct, rows);
await direct.dispose();
for (const [at, result] of results.entries()) result.sameWhenPushed = result.shown === timing.shown[at];

const upstream = await (await fetch(`${options.upstream}/stats`)).json();
const summary = summarize({ results, stats, stored, timing, upstream });
for (const result of results) printRow(result);
printTotals(summary);
if (options.json) await writeFile(options.json, JSON.stringify({ rows: results, ...summary }, null, 1));
process.exitCode = summary.isSound ? 0 : 1;

async function replayAll() {
  const done = new Array(rows.length);
  let next = 0;
  let finished = 0;
  const worker = async () => {
    for (let at = next++; at < rows.length; at = next++) {
      done[at] = await replay(rows[at]);
      finished += 1;
      if (finished % SIGN_OF_LIFE === 0) console.error(`  ${finished} of ${rows.length} rows`);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  return done;
}

/** Asks for one row's text as an application would. */
async function replay({ id, label, text }) {
  const result = { id, label, state: 'failed', verdicts: [], shown: '', total: text.length, message: undefined };
  try {
    const stream = await client.chat.completions.create({
      model: 'replay', stream: true, messages: [{ role: 'user', content: id }],
    });
    for await (const chunk of stream) {
      result.message ??= chunk.id;
      result.shown += chunk.choices[0]?.delta?.content ?? '';
      result.verdicts.push(...(chunk.tidegate?.verdicts ?? []));
      if (chunk.tidegate?.state) result.state = chunk.tidegate.state;
      else if (chunk.choices[0]?.finish_reason) result.state = 'finished';
    }
  } catch (error) {
    result.error = error instanceof Error ? error.message : String(error);
  }
  return result;
}

async function flush() {
  for (let attempt = 0; attempt < FLUSHES && guard.reports.stats().pending > 0; attempt += 1) await guard.reports.flush();
}
