/** The modules inside the JavaScript, for places that cannot serve a file. */
import base64 from '../wasm/tidegate_bg.wasm';
import { startCompilerOnce } from './compiler.js';
import { startCore } from './start.js';
import type { InitOptions } from './types.js';

/** Starts from the inlined modules unless others are given; the compiler is a chunk of its own. */
export async function init({ wasm, compiler }: InitOptions = {}): Promise<void> {
  const core = startCore(async () => await wasm ?? bytes(base64));
  if (compiler === false) return core;
  const second = startCompilerOnce(async () => {
    const inlined = await import('./inlined-compiler.js');
    return {
      wasm: await compiler?.wasm ?? bytes(inlined.wasm),
      tables: await compiler?.tables ?? bytes(inlined.tables),
    };
  });
  await Promise.all([core, second]);
}

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
