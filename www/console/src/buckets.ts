/** Buckets of a trend: whose days they are, where they begin, and those without verdicts. */
import type { Period } from './api.js';
import type { Trend } from './api-types.js';
import { DAY_MS, HOUR_MS } from './format.js';

/** Where buckets begin. */
export interface Zone {
  /** Hours ahead of UTC. */
  offsetHours: number;
  /** The days are those of UTC because the reader's cannot be counted. */
  isUtc: boolean;
}

/** The reader's zone, if it is whole hours ahead of UTC all the time: counts are kept by the hour. */
export function zoneOf({ from_ms, to_ms }: Period): Zone {
  const offset = (ms: number): number => -new Date(ms).getTimezoneOffset() / 60;
  const now = offset(to_ms);
  let isSteady = Number.isInteger(now);
  // No zone keeps summer time for less than a month.
  for (let at = from_ms; isSteady && at < to_ms; at += 28 * DAY_MS) isSteady = offset(at) === now;
  return isSteady ? { offsetHours: now + 0, isUtc: false } : { offsetHours: 0, isUtc: true };
}

function lengthOf(bucket: Trend['bucket']): number {
  return bucket === 'day' ? DAY_MS : HOUR_MS;
}

/** The period from the first bucket that lies in it whole: a bar that is half there would look like a fall. */
export function wholeBuckets({ from_ms, to_ms }: Period, bucket: Trend['bucket'], { offsetHours }: Zone): Period {
  const length = lengthOf(bucket);
  const offset = offsetHours * HOUR_MS;
  return { from_ms: Math.min(to_ms - 1, Math.ceil((from_ms + offset) / length) * length - offset), to_ms };
}

/** The trend with a row for every bucket of the period, which begins with a whole one. */
export function withEmptyBuckets(trend: Trend, { from_ms, to_ms }: Period): Trend {
  const given = new Map(trend.rows.map((row) => [row.at_ms, row]));
  const rows: Trend['rows'] = [];
  for (let at = from_ms; at < to_ms; at += lengthOf(trend.bucket)) rows.push(given.get(at) ?? { at_ms: at, counts: {} });
  return { ...trend, rows };
}
