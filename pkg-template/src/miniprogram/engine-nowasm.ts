/** Starts the core that was translated to JavaScript, for platforms without WebAssembly. */
import type { Load } from '../core.js';
import type { Exports } from '../instantiate.js';
import { createInstance } from '../../wasm/tidegate_nowasm.js';

export function loader(): Load {
  return async (glue) => createInstance(glue) as unknown as Exports;
}
