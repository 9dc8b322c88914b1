/** The core of mini-programs as JavaScript; each call makes an instance. */
import type { Glue } from './tidegate_glue.js';

export function createInstance(glue: Glue): WebAssembly.Exports;
