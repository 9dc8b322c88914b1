/** What a page and its worker say to each other. */
import type { Image } from './image.js';

/** The page asks once. */
export interface LoadRequest {
  /** The build that asks. */
  tidegate: string;
  /** Absolute addresses, or bytes. */
  packs: (string | Uint8Array)[];
  keys: Uint8Array[];
  /** Where the module is; absent: the worker knows. */
  wasm: string | WebAssembly.Module | undefined;
}

/** What came of it. */
export interface Loads {
  image: Image;
  /** As they were loaded. */
  packs: Uint8Array<ArrayBuffer>[];
}

/** What the worker answers; builds that differ do not understand each other any further. */
export type LoadAnswer = { tidegate: string } & (Loads | { error: { code: string; message: string } });
