/** Starts the core in the WebAssembly of the platform; `engine-nowasm.ts` takes its place in the other build. */
import type { Load } from '../core.js';
import { GuardError } from '../error.js';
import { systemOf, type Platform } from '../hosts/platform.js';
import { exportsOf } from '../instantiate.js';

export function loader(platform: Platform, path: string): Load {
  return async (glue) => {
    const { wasm } = platform;
    if (!wasm) throw new GuardError('init/no-wasm', `${systemOf(platform)} has no WebAssembly: take 'tidegate/miniprogram/nowasm'`);
    let result: { exports: object } | { instance: { exports: object } };
    try {
      result = await wasm.instantiate(path, { './tidegate_bg.js': glue });
    } catch (cause) {
      throw new GuardError('init/wasm', `${path} could not be started; is it in the code package? (${systemOf(platform)})`, { cause });
    }
    // Documentation and clients do not agree on the shape.
    const { exports } = 'instance' in result ? result.instance : result;
    return exportsOf(exports as WebAssembly.Exports);
  };
}
