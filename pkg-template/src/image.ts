/**
 * A core at rest, as a value that another thread can go on with: its module and a copy of its
 * memory. There is nothing else to it: its stack is empty, and of JavaScript's values it holds none,
 * which is checked. So loading, which checks a pack and builds tables out of it, is done in a worker,
 * and the page copies what came of it.
 */
import { startBeside, type Instance } from './core.js';
import { GuardError } from './error.js';
import type { Filtering } from './guard.js';
import { link, type Exports } from './instantiate.js';

export interface Image {
  module: WebAssembly.Module;
  memory: ArrayBuffer;
  /** Entries of the table of JavaScript's values. */
  values: number;
  /** Where the filter is. */
  filter: number;
}

/** Bytes of a page of WebAssembly's memory. */
const PAGE_BYTES = 65_536;
const GLUE = './tidegate_bg.js';

/** An instance of the module, and what it exports. */
export async function instantiated(module: WebAssembly.Module): Promise<{ instance: Instance; exports: Exports }> {
  let kept: Exports | undefined;
  const instance = await startBeside((glue) => link(module, GLUE, glue), (exports) => {
    kept = exports;
  });
  return { instance, exports: kept as Exports };
}

/** Of an instance that has made this filter and nothing else. */
export function imageOf(module: WebAssembly.Module, fresh: number, { memory, __wbindgen_externrefs: table }: Exports, filter: Filtering['filter']): Image {
  for (let at = fresh; at < table.length; at += 1) {
    if (table.get(at) != null) throw new GuardError('worker/image', 'the core holds a value of JavaScript, which no other thread can have');
  }
  return { module, memory: memory.buffer.slice(0), values: table.length, filter: pointerOf(filter) };
}

/** A new instance that goes on where the one of the image was. */
export async function resume({ module, memory: saved, values, filter: at }: Image): Promise<Filtering> {
  const instance = await startBeside((glue) => link(module, GLUE, glue), ({ memory, __wbindgen_externrefs: table }) => {
    memory.grow((saved.byteLength - memory.buffer.byteLength) / PAGE_BYTES);
    new Uint8Array(memory.buffer).set(new Uint8Array(saved));
    table.grow(values - table.length);
  });
  // As the glue makes what Rust returns.
  const filter = Object.assign(Object.create(instance.glue.Filter.prototype) as Filtering['filter'], { __wbg_ptr: at });
  return { instance, filter };
}

function pointerOf(filter: Filtering['filter']): number {
  return (filter as unknown as { __wbg_ptr: number }).__wbg_ptr;
}
