/**
 * UTF-8 for platforms without `TextEncoder` and `TextDecoder`, with the results
 * of the standard ones: a lone surrogate is encoded as U+FFFD, and so is every
 * maximal ill-formed part decoded. Not fatal, no other encodings.
 */

/** Most units of one `String.fromCharCode`; engines limit their arguments. */
const PART_UNITS = 8_192;
const REPLACEMENT = 0xfffd;
const BYTE_ORDER_MARK = 0xfeff;

export class TextEncoder {
  encode(text = ''): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(text.length * 3);
    return bytes.slice(0, this.encodeInto(text, bytes).written);
  }

  /** Whole characters only. */
  encodeInto(text: string, bytes: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    while (read < text.length) {
      const char = charAt(text, read);
      const size = sizeOf(char);
      if (written + size > bytes.length) break;
      write(bytes, written, char, size);
      written += size;
      read += char > 0xffff ? 2 : 1;
    }
    return { read, written };
  }
}

function charAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  const next = at + 1 < text.length ? text.charCodeAt(at + 1) : 0;
  const isPair = unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff;
  return isPair ? 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00) : REPLACEMENT;
}

function sizeOf(char: number): number {
  if (char < 0x80) return 1;
  if (char < 0x800) return 2;
  return char < 0x10000 ? 3 : 4;
}

function write(bytes: Uint8Array, at: number, char: number, size: number): void {
  if (size === 1) {
    bytes[at] = char;
    return;
  }
  for (let last = size - 1, rest = char; last > 0; last -= 1, rest >>= 6) bytes[at + last] = 0x80 | (rest & 0x3f);
  bytes[at] = (0xf00 >> size & 0xff) | (char >> 6 * (size - 1));
}

/** What a lead byte announces; `low` and `high` bound the byte after it. */
interface Lead {
  needed: number;
  bits: number;
  low: number;
  high: number;
}

/** Decodes UTF-8 in pieces, where the platform has no `TextDecoder`. */
export class TextDecoder {
  readonly #keepsMark: boolean;
  #char = 0;
  #needed = 0;
  #low = 0x80;
  #high = 0xbf;
  #isFirst = true;
  #units: number[] = [];
  #text = '';

  /** `ignoreBOM`: a byte order mark is kept; default it is left out. The label is not looked at. */
  constructor(_label = 'utf-8', { ignoreBOM = false }: { ignoreBOM?: boolean } = {}) {
    this.#keepsMark = ignoreBOM;
  }

  /** With `stream`, a character that is cut off waits for its rest. */
  decode(input?: ArrayBuffer | ArrayBufferView, { stream = false }: { stream?: boolean } = {}): string {
    const bytes = bytesOf(input);
    for (let at = 0; at < bytes.length;) {
      if (this.#take(bytes[at] as number)) at += 1;
    }
    if (!stream) {
      if (this.#needed > 0) this.#put(REPLACEMENT);
      this.#expect({ needed: 0, bits: 0, low: 0x80, high: 0xbf });
      this.#isFirst = true;
    }
    this.#flush();
    const text = this.#text;
    this.#text = '';
    return text;
  }

  /** Whether the byte was used; one that ends an ill-formed part is looked at again. */
  #take(byte: number): boolean {
    if (this.#needed === 0) {
      const lead = leadOf(byte);
      if (lead === undefined) this.#put(byte < 0x80 ? byte : REPLACEMENT);
      else this.#expect(lead);
      return true;
    }
    const isPart = byte >= this.#low && byte <= this.#high;
    this.#low = 0x80;
    this.#high = 0xbf;
    if (!isPart) {
      this.#needed = 0;
      this.#put(REPLACEMENT);
      return false;
    }
    this.#char = this.#char << 6 | (byte & 0x3f);
    this.#needed -= 1;
    if (this.#needed === 0) this.#put(this.#char);
    return true;
  }

  #expect({ needed, bits, low, high }: Lead): void {
    this.#needed = needed;
    this.#char = bits;
    this.#low = low;
    this.#high = high;
  }

  #put(char: number): void {
    const isMark = this.#isFirst && char === BYTE_ORDER_MARK;
    this.#isFirst = false;
    if (isMark && !this.#keepsMark) return;
    if (char > 0xffff) this.#units.push(0xd800 + (char - 0x10000 >> 10), 0xdc00 + (char & 0x3ff));
    else this.#units.push(char);
    if (this.#units.length >= PART_UNITS) this.#flush();
  }

  #flush(): void {
    this.#text += String.fromCharCode(...this.#units);
    this.#units = [];
  }
}

/** By shape, not by class: what a platform hands over may come from another realm. */
function bytesOf(input: ArrayBuffer | ArrayBufferView | undefined): Uint8Array {
  if (input === undefined) return new Uint8Array(0);
  if ('buffer' in input) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  return new Uint8Array(input);
}

function leadOf(byte: number): Lead | undefined {
  if (byte < 0xc2 || byte > 0xf4) return undefined;
  if (byte < 0xe0) return { needed: 1, bits: byte & 0x1f, low: 0x80, high: 0xbf };
  if (byte < 0xf0) return { needed: 2, bits: byte & 0x0f, low: byte === 0xe0 ? 0xa0 : 0x80, high: byte === 0xed ? 0x9f : 0xbf };
  return { needed: 3, bits: byte & 0x07, low: byte === 0xf0 ? 0x90 : 0x80, high: byte === 0xf4 ? 0x8f : 0xbf };
}
