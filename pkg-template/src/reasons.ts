/** Why text is held: for pages and tools on which policies are tried. */
import { compile } from './compiler.js';
import { GuardError } from './error.js';
import { assertBytes } from './inspect.js';
import type { Channel, HoldReason } from './types.js';

/**
 * Why the end of `text` is held when more may come, by where it begins; empty if nothing is held or
 * the message is over. Rules of all jurisdictions count. Needs the policy compiler, and reads the
 * text from its beginning at each call: it is for trying policies, not for products. Throws
 * `init/…`, `pack/…`, `guard/no-policy`, `message/channel` and `message/not-text`.
 */
export function explainHold(packs: Uint8Array[], text: string, channel: Channel = 'text'): HoldReason[] {
  for (const pack of packs) assertBytes(pack, 'pack/not-bytes', 'a pack is a Uint8Array');
  if (typeof text !== 'string') throw new GuardError('message/not-text', 'a text is a string');
  // Not as a string, which would replace half of a surrogate pair.
  const units = Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return compile((compiler) => compiler.explain_hold(packs, channel, units) as HoldReason[]);
}
