/** In place of `dom/attachments.ts`: mini-programs have no document. */
import { GuardError } from '../error.js';

export class Attachments {
  attach(): never {
    throw new GuardError('attach/root', 'mini-programs have no elements of a page');
  }

  load(): void {}

  veil(): void {}

  end(): void {}
}
