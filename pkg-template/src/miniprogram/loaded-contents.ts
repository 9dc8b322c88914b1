/** In place of `loaded-contents.ts`: mini-programs load no packs in a worker. */
import type { Loaded } from '../loaded-contents.js';

export function packsIn(): Loaded | undefined {
  return undefined;
}
