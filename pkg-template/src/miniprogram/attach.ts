/** In place of `attach.ts`: mini-programs have no document. */
import { GuardError } from '../error.js';

export function attach(): never {
  throw new GuardError('attach/root', 'mini-programs have no elements of a page');
}
