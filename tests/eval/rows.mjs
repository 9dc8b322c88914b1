// Reads a folder of labelled rows.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const LABELS = ['safe', 'unsafe'];

/** Rows of all `.jsonl` files under `directory`, files in order of their names; names the line of anything that is not a row. */
export async function readLabelled(directory) {
  const names = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.jsonl')).sort();
  if (names.length === 0) throw new Error(`${directory} holds no .jsonl file`);
  const rows = [];
  for (const name of names) {
    const lines = (await readFile(join(directory, name), 'utf8')).split('\n');
    for (const [at, line] of lines.entries()) {
      if (line.trim() !== '') rows.push(check(line, `${name}:${at + 1}`));
    }
  }
  return rows;
}

function check(line, where) {
  let row;
  try {
    row = JSON.parse(line);
  } catch {
    // Said below.
  }
  const { id, text, label, source, category = 'unnamed', lang } = Object(row);
  if (typeof id !== 'string' || typeof text !== 'string' || typeof source !== 'string' || !LABELS.includes(label)) {
    throw new Error(`${where} is not a row {id, text, label: "safe" or "unsafe", source}`);
  }
  return { id, text, label, source, category, lang };
}
