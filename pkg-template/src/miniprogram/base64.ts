/** Base64 in place of `atob`, and bytes as text for stores that keep text only. */
import { GuardError } from '../error.js';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** As `atob`: a string of one character for each byte; padding may be left out. */
export function fromBase64(text: string): string {
  const letters = text.replace(/[\s=]/g, '');
  let binary = '';
  let bits = 0;
  let count = 0;
  for (let at = 0; at < letters.length; at += 1) {
    const value = LETTERS.indexOf(letters.charAt(at));
    if (value < 0 || letters.length % 4 === 1) throw new GuardError('core/base64', 'this is not base64');
    bits = (bits << 6 | value) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      binary += String.fromCharCode(bits >> count & 0xff);
    }
  }
  return binary;
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second, third] = [bytes[at], bytes[at + 1], bytes[at + 2]];
    const bits = first << 16 | (second ?? 0) << 8 | (third ?? 0);
    text += LETTERS.charAt(bits >> 18) + LETTERS.charAt(bits >> 12 & 63)
      + (second === undefined ? '=' : LETTERS.charAt(bits >> 6 & 63)) + (third === undefined ? '=' : LETTERS.charAt(bits & 63));
  }
  return text;
}

export function bytesOfBase64(text: string): Uint8Array {
  const binary = fromBase64(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
