/** The parts of a WebAssembly module, as far as the build looks into them. */

/** Of the sections. */
export const CUSTOM = 0;
export const IMPORT = 2;
export const EXPORT = 7;
export const DATA = 11;

/** Magic number and version. */
const HEAD = 8;
/** The instructions that say where a segment is loaded to: `i32.const`, a number, `end`. */
const CONST = 0x41;
const END = 0x0b;

/** Each section: its id, where it begins, and where its content begins and ends. */
export function* sectionsOf(bytes) {
  for (let at = HEAD; at < bytes.length;) {
    const [size, content] = readNumber(bytes, at + 1);
    yield { id: bytes[at], at, content, end: content + size };
    at = content + size;
  }
}

/** Each segment of data: the address it is loaded to, and where its bytes begin and end. */
export function* segmentsOf(bytes) {
  for (const { id, content } of sectionsOf(bytes)) {
    if (id !== DATA) continue;
    let [count, at] = readNumber(bytes, content);
    for (; count > 0; count -= 1) {
      if (bytes[at] !== 0 || bytes[at + 1] !== CONST) throw new Error('a segment of data is not at a fixed address');
      const [address, after] = readNumber(bytes, at + 2);
      if (bytes[after] !== END) throw new Error('a segment of data is not at a fixed address');
      const [length, from] = readNumber(bytes, after + 1);
      yield { address, from, to: from + length };
      at = from + length;
    }
  }
}

/** An unsigned number in LEB128, and where it ends. Addresses are signed there, but far below the sign. */
export function readNumber(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at];
    at += 1;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

export function numberBytes(value) {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 0x80)) bytes.push(value % 0x80 | 0x80);
  return Buffer.from([...bytes, value]);
}

export function textAt(bytes, at, length) {
  return Buffer.from(bytes.subarray(at, at + length)).toString();
}

/** A text behind its length, and where it ends. */
export function textOf(bytes, at) {
  const [length, from] = readNumber(bytes, at);
  return [textAt(bytes, from, length), from + length];
}

export function withLength(bytes) {
  return Buffer.concat([numberBytes(bytes.length), bytes]);
}
