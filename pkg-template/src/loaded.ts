/** Packs that a worker has loaded: `loadInWorker` makes them, `createGuard({ packs })` takes them, for as many guards as you like. */
export class LoadedPacks {
  /** Tells them from packs that are bytes. */
  readonly isLoaded = true;
}
