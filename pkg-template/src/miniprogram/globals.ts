/**
 * What the bundler puts in place of globals that mini-programs lack. No global
 * is written: the page's own code sees what its platform gives it.
 */
import { monotonic } from './clock.js';

export { fromBase64 as atob } from './base64.js';
export { crypto } from './entropy.js';
export { CustomEvent, EventTarget } from './events.js';
export { TextDecoder, TextEncoder } from './utf8.js';

export const performance = { now: monotonic };

/** For `globalThis`, which some platforms do not have or fill with a fake. */
export const ownGlobal = {};
