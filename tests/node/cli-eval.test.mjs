import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLabelled } from '../eval/rows.mjs';
import { summarize } from '../eval/summary.mjs';
import { workshop } from './cli-support.mjs';

const verdict = (rule, action = 'mask') => ({ rule, risk: `risk of ${rule}`, action, found: 'x' });
const row = (id, label, source, ...verdicts) => ({ id, label, source, category: label === 'safe' ? 'benign' : 'c', verdicts });

test('an evaluation counts rows, not verdicts', () => {
  const summary = summarize([
    row('1', 'unsafe', 'posts', verdict('a'), verdict('a')), row('2', 'unsafe', 'posts'), row('3', 'safe', 'posts', verdict('b', 'flag')),
    row('4', 'safe', 'wiki', verdict('a')), row('5', 'safe', 'wiki'), row('6', 'unsafe', 'wiki'),
  ], ['wiki', 'elsewhere']);
  assert.deepEqual(summary.bySource.posts, {
    rows: 3, unsafe: 2, unsafeHit: 1, recall: 0.5, safe: 1, safeHit: 1, safeOnlyFlagged: 1, falsePositiveRate: 1, precision: 0.5,
  });
  const { sources, rows, hit, rate, hits, upTo } = summary.benign;
  assert.deepEqual([sources, rows, hit, rate, hits.map(({ id }) => id)], [['wiki'], 2, 1, 0.5, ['4']]);
  assert.ok(upTo > rate && upTo < 1);
  assert.deepEqual(summary.byRule, {
    a: { unsafeHit: 1, safeHit: 1, benignHit: 1, precision: 0.5 }, b: { unsafeHit: 0, safeHit: 1, benignHit: 0, precision: 0 },
  });
  assert.deepEqual(Object.keys(summary.byRisk), ['risk of a', 'risk of b']);
  assert.deepEqual(summary.byCategory, { c: summary.byCategory.c });
  assert.equal(summary.byCategory.c.precision, 1);
  assert.equal(summarize([], ['wiki']).benign.rate, null);
});

test('rows are read from all folders; what is no row is named by its line', async (t) => {
  const shop = await workshop();
  t.after(() => shop.close());
  await shop.write({
    'a.jsonl': '{"id": "1", "text": "t", "label": "safe", "source": "s", "category": "c", "lang": "zh"}\n\n',
    'deep/er/b.jsonl': '{"id": "2", "text": "t", "label": "unsafe", "source": "s"}', 'notes.md': 'no',
  });
  assert.deepEqual((await readLabelled(shop.path('.'))).map(({ id, category }) => [id, category]), [['1', 'c'], ['2', 'unnamed']]);
  await shop.write({ 'c.jsonl': '{"id": "3"}\n' });
  await assert.rejects(readLabelled(shop.path('.')), /c\.jsonl:1 is not a row/);
  await assert.rejects(readLabelled(shop.path('deep/er/../../deep/none')));
});
