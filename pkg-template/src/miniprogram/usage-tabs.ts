/** In place of `usage-tabs.ts`: a mini-program is one page, so there is nobody to tell what is used. */
export const TELL_MS = Infinity;

export class Tabs {
  readonly areReachable = false;

  tell(): void {}

  tellAll(): void {}

  tellExit(): void {}

  leave(): void {}
}
