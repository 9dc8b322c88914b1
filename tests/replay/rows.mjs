// Reads a file of rows, one JSON object `{id, text, label}` a line.
import { readFile } from 'node:fs/promises';

/** Rows of `file` with their place in it, at most `limit`; names the line of anything that is not a row. */
export async function readRows(file, limit = Infinity) {
  const rows = [];
  const seen = new Set();
  const lines = (await readFile(file, 'utf8')).split('\n');
  for (const [at, line] of lines.entries()) {
    if (rows.length >= limit) break;
    if (line.trim() === '') continue;
    const row = parse(line);
    if (typeof row?.id !== 'string' || typeof row.text !== 'string' || seen.has(row.id)) {
      throw new Error(`${file}:${at + 1} is not a row {id, text, label} with an id of its own`);
    }
    seen.add(row.id);
    rows.push({ number: rows.length, id: row.id, text: row.text, label: String(row.label ?? 'unlabelled') });
  }
  return rows;
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
