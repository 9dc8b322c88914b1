/** The reader of event streams in mini-programs reads what the package does that it stands for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { createParser } from 'eventsource-parser';
import { randomOf } from '../random.mjs';

const ROUNDS = Number(process.env.TIDEGATE_EVENT_ROUNDS ?? 2_000);
const PIECES = [
  '\n', '\n', '\n', '\r\n', '\r', '\r\n\r\n', 'data:', 'data: ', 'data', 'data:  two', 'data: {"a":"b:c"}', 'event:', 'event: error',
  'event', ':', ': still there', 'id: 7', 'retry: 10', 'other: field', 'dat', 'a: ', ' ', 'x', '字', '\u2028', '\0',
];

const source = fileURLToPath(new URL('../../pkg-template/src/miniprogram/eventsource-parser.ts', import.meta.url));
const { outputFiles: [{ text: built }] } = buildSync({ entryPoints: [source], write: false, format: 'esm' });
const ours = await import(`data:text/javascript;base64,${Buffer.from(built).toString('base64')}`);

/** What one of them tells of a stream that comes in `chunks`. */
function told(create, chunks, maxBufferSize = 1_000_000) {
  const all = [];
  const parser = create({
    maxBufferSize,
    onEvent: ({ event, data }) => all.push(['event', event, data]),
    onComment: (comment) => all.push(['comment', comment]),
    onError: ({ type }) => type === 'max-buffer-size-exceeded' && all.push(['too large']),
  });
  for (const chunk of chunks) {
    parser.feed(chunk);
    if (all.at(-1)?.[0] === 'too large') break;
  }
  return all;
}

function cut(text, random) {
  const chunks = [];
  for (let at = 0; at < text.length;) {
    const end = at + Math.floor(random() * 6);
    chunks.push(text.slice(at, end));
    at = end;
  }
  return chunks;
}

test('events and comments of any stream, cut anywhere, are those that the package reads', () => {
  let events = 0;
  for (let seed = 0; seed < ROUNDS; seed += 1) {
    const random = randomOf(seed);
    const text = Array.from({ length: 30 }, () => PIECES[Math.floor(random() * PIECES.length)]).join('');
    const whole = told(createParser, [text, '\n\n']);
    events += whole.length;
    assert.deepEqual(told(ours.createParser, [text, '\n\n']), whole, JSON.stringify(text));
    const chunks = cut(text, random);
    assert.deepEqual(told(ours.createParser, [...chunks, '\n\n']), whole, JSON.stringify(chunks));
  }
  assert.ok(events > ROUNDS, `${events} are too few`);
});

test('an event that grows past the limit is told at the same chunk', () => {
  for (const chunks of [['data: 1234', '5678', '90'], ['data: 12\n', 'data: 34\n', 'data: 56\n\n'], ['data: 1\n\n', 'event: a', 'bcdefgh']]) {
    for (let limit = 1; limit < 20; limit += 1) assert.deepEqual(told(ours.createParser, chunks, limit), told(createParser, chunks, limit), `${chunks} ${limit}`);
  }
});
