/**
 * What a kill in the middle of a write leaves of Chromium's IndexedDB: the head of a record of LevelDB's
 * log without the record. Chromium writes the two one after the other; it goes on behind the head when
 * it starts again, and finds the log damaged at the start after that.
 */
import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Four bytes of a checksum, two of a length, and that the record is whole. */
const HEAD = Buffer.from([1, 2, 3, 4, 206, 0, 1]);

/** Tears the log of every store in the profile of a browser that is dead; says how many. */
export async function tear(profile) {
  const names = await readdir(join(profile, 'Default/IndexedDB'), { recursive: true }).catch(() => []);
  const logs = names.filter((name) => /\.leveldb.\d+\.log$/.test(name));
  for (const log of logs) await appendFile(join(profile, 'Default/IndexedDB', log), HEAD);
  return logs.length;
}
