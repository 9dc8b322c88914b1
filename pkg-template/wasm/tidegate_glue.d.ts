/** The glue as the build wraps it: state of its own for each instance, so that none can call another's. */
import type * as glue from './tidegate_bg.js';

export type Glue = typeof glue;

/** Glue without an instance; `__wbg_set_wasm` gives it one. */
export function createGlue(): Glue;
