/** In place of `pack-digest.ts`: mini-programs have no SHA-512 of their own. */

export async function digested(packs: Uint8Array[]): Promise<Uint8Array[]> {
  return packs;
}

export function digestsOf(): [] {
  return [];
}
