/** The layouts in which lists of terms are published. */
import { basename, extname } from 'node:path';
import { GuardError } from '../../error.js';
import { parseCsv } from './csv.js';

/**
 * lines: a term a line, `#` begins a comment (houbb/sensitive-word, LDNOOBW and most others).
 * separated: several a line, between commas, 、 or semicolons.
 * base64: a term a line, in base64.
 * pipe: `term|category|weight`. tab: `term<TAB>label`.
 * tags: `term 1,2`, houbb's sensitive_word_tags.txt.
 * json: strings in lists and objects, however deep. csv: a column.
 */
export const FORMATS = ['auto', 'lines', 'separated', 'base64', 'pipe', 'tab', 'tags', 'json', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** Share of the lines that must look like a format for it to be taken. */
const ENOUGH = 0.8;
/** Lines that are looked at. */
const SAMPLE = 500;
/** Names of columns and fields that hold the term. */
const TERM_FIELDS = ['term', 'word', 'words', 'text', 'keyword', 'keywords', 'match', 'value', '词', '词语', '敏感词', '关键词'];
const SEPARATORS = /[,，、;；]/;
const TAGS = /^(.+?) +\d+(,\d+)*$/;

/** houbb/sensitive-word keeps innocent phrases in `sensitive_word_allow.txt`. */
export function isAllowList(file: string): boolean {
  return /^sensitive_word_allow/.test(basename(file));
}

/** What the file is, by its name and by what most of its lines look like. */
export function guess(file: string, text: string): Format {
  const extension = extname(file).toLowerCase();
  if (extension === '.json' || /^\s*[[{]\s*["[{]/.test(text)) return 'json';
  if (extension === '.csv' || extension === '.tsv') return 'csv';
  const sample = linesOf(text).slice(0, SAMPLE);
  const most = (looks: (line: string) => boolean): boolean => sample.length > 0 && sample.filter(looks).length >= sample.length * ENOUGH;
  if (most((line) => line.includes('\t'))) return 'tab';
  if (most((line) => line.includes('|'))) return 'pipe';
  if (/tags/.test(basename(file)) && most((line) => TAGS.test(line))) return 'tags';
  if (most((line) => fromBase64(line) !== undefined)) return 'base64';
  if (most((line) => SEPARATORS.test(line))) return 'separated';
  return 'lines';
}

/** The terms as they stand there, untrimmed, also empty ones. */
export function parseTerms(text: string, format: Format, file: string, column: string | undefined): string[] {
  const first = (separator: string | RegExp) => (line: string): string => line.split(separator)[0] as string;
  switch (format) {
    case 'json': return fromJson(text, file);
    case 'csv': return fromCsv(text, file, column);
    case 'tab': return linesOf(text).map(first('\t'));
    case 'pipe': return linesOf(text).map(first('|'));
    case 'tags': return linesOf(text).map((line) => TAGS.exec(line)?.[1] ?? line);
    // A line that ends with a separator is the usual way to write one a line.
    case 'separated': return linesOf(text).flatMap((line) => line.trim().replace(/[,，、;；]$/, '').split(SEPARATORS));
    case 'base64': return linesOf(text).map((line) => decoded(line, file));
    default: return linesOf(text);
  }
}

/** Without blank lines and comments. */
function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
}

function decoded(line: string, file: string): string {
  const term = fromBase64(line);
  if (term === undefined) throw new GuardError('import/base64', `${file}: ${JSON.stringify(line.trim())} is not base64 of UTF-8`);
  return term;
}

/** `undefined` for what is not the canonical base64 of a text that can be read. */
function fromBase64(line: string): string | undefined {
  const given = line.trim().replace(/,$/, '');
  const bytes = Buffer.from(given, 'base64');
  if (bytes.length === 0 || bytes.toString('base64').replace(/=+$/, '') !== given.replace(/=+$/, '')) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return /\p{C}/u.test(text.trim()) ? undefined : text;
  } catch {
    return undefined;
  }
}

function fromJson(text: string, file: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new GuardError('import/json', `${file}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  return strings(value);
}

/** Strings of lists; of objects in a list the field that holds the term, of other objects all lists. */
function strings(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => (typeof item === 'string' ? [item] : strings(item)));
  if (typeof value !== 'object' || value === null) return [];
  const field = TERM_FIELDS.find((name) => typeof (value as Record<string, unknown>)[name] === 'string');
  if (field !== undefined) return [(value as Record<string, string>)[field] as string];
  return Object.values(value).flatMap(strings);
}

function fromCsv(text: string, file: string, column: string | undefined): string[] {
  const separator = extname(file).toLowerCase() === '.tsv' ? '\t' : ',';
  const [head = [], ...rows] = parseCsv(text, separator);
  const names = head.map((name) => name.trim().toLowerCase());
  if (column !== undefined && /^\d+$/.test(column)) {
    // By number there need be no heading; one that is known is not a term.
    const at = Number(column) - 1;
    const all = TERM_FIELDS.includes(names[at] ?? '') ? rows : [head, ...rows];
    return all.map((row) => row[at] ?? '');
  }
  const at = column === undefined ? names.findIndex((name) => TERM_FIELDS.includes(name)) : names.indexOf(column.trim().toLowerCase());
  if (at < 0) {
    throw new GuardError('import/column', `${file}: no column ${column ?? 'of terms'} among ${head.join(', ')}; --column names one`);
  }
  return rows.map((row) => row[at] ?? '');
}
