/** Getting a WebAssembly module and starting it with its glue. */
import { GuardError } from './error.js';
import type { BytesInput, WasmInput } from './types.js';

/** What every module of tidegate exports. */
export interface Exports {
  memory: WebAssembly.Memory;
  /** The values of JavaScript that it holds. */
  __wbindgen_externrefs: WebAssembly.Table;
  __wbindgen_start?: () => void;
}

export interface Glue {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

/** Compiles; what is wrong with the source has a code. */
export async function compile(source: WasmInput): Promise<WebAssembly.Module> {
  assertPlatform();
  return coded(async () => {
    if (source instanceof WebAssembly.Module) return source;
    const bytes = await read(source);
    assertModule(bytes, source);
    return WebAssembly.compile(bytes);
  });
}

/** Links with the glue under the name that the module asks for; the glue is not told of its instance yet. */
export async function link(module: WebAssembly.Module, name: string, glue: Glue): Promise<Exports> {
  const imports = { [name]: glue } as unknown as WebAssembly.Imports;
  const { exports } = await coded(() => WebAssembly.instantiate(module, imports));
  return exportsOf(exports);
}

/** The exports, if they are those of a module of tidegate. */
export function exportsOf(exports: WebAssembly.Exports): Exports {
  if (!(exports as Partial<Exports>).memory) throw new GuardError('init/wasm', 'the module is not one of tidegate');
  return exports as unknown as Exports;
}

function assertPlatform(): void {
  if (typeof WebAssembly !== 'object') throw new GuardError('init/no-wasm', 'this platform has no WebAssembly');
}

async function coded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (thrown) {
    if (thrown instanceof GuardError) throw thrown;
    const hint = 'the module could not be compiled or started';
    throw new GuardError('init/wasm', `${hint} (a Content-Security-Policy needs 'wasm-unsafe-eval')`, { cause: thrown });
  }
}

/** The bytes of a file, wherever it is. */
export async function read(source: BytesInput): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) {
    return new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength);
  }
  let response: Response;
  let bytes: ArrayBuffer;
  try {
    response = source instanceof Response ? source : await fetch(source);
    bytes = await response.arrayBuffer();
  } catch (cause) {
    throw new GuardError('init/network', `a file could not be loaded from ${String(source)}`, { cause });
  }
  if (!response.ok) throw new GuardError('init/network', `${response.url} answered ${response.status}`);
  return new Uint8Array(bytes);
}

/** A server that answers every address with its page is a common mistake: say so. */
function assertModule(bytes: Uint8Array, source: BytesInput): void {
  if (bytes.subarray(0, 4).join() === '0,97,115,109') return;
  const where = source instanceof Response ? source.url : ArrayBuffer.isView(source) || source instanceof ArrayBuffer ? 'what was given' : String(source);
  throw new GuardError(
    'init/wasm',
    `${where} is not WebAssembly; let your bundler serve the file, or import from 'tidegate/inline'`,
  );
}
