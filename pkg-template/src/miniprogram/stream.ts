/** In place of `stream.ts`: mini-programs have no streams. */
import { GuardError } from '../error.js';

export function createStream(): never {
  throw new GuardError('host/platform', 'mini-programs have no streams: use guardTexts()');
}
