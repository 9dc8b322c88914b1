/** The records on the screen as a table for spreadsheets. */
import type { StoredRecord } from './api-types.js';
import { save } from './save.js';
import { plain } from './text.js';
import { kindOf } from './vocabulary.js';

const DATA = ['risk', 'rule', 'action', 'policy', 'revision', 'channel', 'direction', 'message', 'category', 'text', 'dropped', 'reason', 'ids'] as const;

/** Spreadsheets run what begins like a formula, and strangers wrote the cells. */
export function cell(value: unknown): string {
  const text = plain(value);
  const safe = /^[\s]*[=+\-@\t\r\n|%]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function csvOf(rows: StoredRecord[]): string {
  const head = ['id', 'received', 'time', 'kind', 'subject', ...DATA, 'lost', 'review', 'note', 'by'];
  const lines = rows.map((record) => [
    record.id, new Date(record.received_ms).toISOString(), record.time, kindOf(record.type), record.subject,
    ...DATA.map((name) => inOneCell(record.data[name])), record.lost, record.review?.verdict, record.review?.note, record.review?.by,
  ]);
  // The mark in front tells spreadsheets that this is UTF-8.
  return `\uFEFF${[head, ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

function inOneCell(value: unknown): unknown {
  return Array.isArray(value) ? value.map(plain).join(' ') : value;
}

export function saveCsv(rows: StoredRecord[]): void {
  save('tidegate-records.csv', new Blob([csvOf(rows)], { type: 'text/csv' }));
}
