/** Bytes of a list → text. */
import { GuardError } from '../../error.js';

export const ENCODINGS = ['auto', 'utf-8', 'utf-16le', 'utf-16be', 'gbk'] as const;
export type Encoding = (typeof ENCODINGS)[number];

const MARKS: [Encoding, number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** By its byte order mark; else UTF-8 if the bytes are, else GBK. */
export function decode(bytes: Uint8Array, given: Encoding, file: string): { text: string; encoding: string } {
  const marked = MARKS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))?.[0];
  const candidates = given === 'auto' ? (marked ? [marked] : ['utf-8', 'gbk']) : [given];
  for (const encoding of candidates) {
    try {
      // GB 18030 has all of GBK in it.
      const label = encoding === 'gbk' ? 'gb18030' : encoding;
      return { text: new TextDecoder(label, { fatal: true }).decode(bytes), encoding };
    } catch (thrown) {
      if (!(thrown instanceof TypeError)) throw thrown;
    }
  }
  throw new GuardError('import/encoding', `${file} is not ${candidates.join(' or ')}`);
}
