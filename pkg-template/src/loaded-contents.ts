/** What a guard takes of loaded packs. */
import type { Filtering } from './guard.js';
import { LoadedPacks } from './loaded.js';

export interface Loaded {
  packs: Uint8Array[];
  /** One of which signed each; none: they may be unsigned. */
  keys: Uint8Array[];
  /** A filter in an instance of its own. */
  open(): Promise<Filtering>;
}

const contents = new WeakMap<object, Loaded>();

export function packsOf(loaded: Loaded): LoadedPacks {
  const packs = new LoadedPacks();
  contents.set(packs, loaded);
  return packs;
}

/** `undefined`: it is something else. */
export function packsIn(packs: unknown): Loaded | undefined {
  return typeof packs === 'object' && packs !== null ? contents.get(packs) : undefined;
}
