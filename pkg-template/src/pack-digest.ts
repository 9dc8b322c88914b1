/**
 * Digests of packs by the platform's own SHA-512, which is many times faster than the core's. Where it is
 * not (pages that are not secure contexts, mini-programs) the core makes them.
 */

/** "TGPK", u16 format, u16 0. */
const HEAD = 8;
/** Tag [4], u8 flags, u32 length. */
const SECTION_HEAD = 9;
const HASH = 0x4841_5348;
const MUST_UNDERSTAND = 1;
const DIGEST = 32;
/** What is smaller the core has digested sooner than the platform answers. */
const LEAST_BYTES = 8_192;

const digests = new WeakMap<Uint8Array, Uint8Array>();

/** Copies that nobody can change any more, with their digests made where the platform can. */
export function digested(packs: Uint8Array[]): Promise<Uint8Array<ArrayBuffer>[]> {
  return Promise.all(packs.map(async (given) => {
    const pack = new Uint8Array(given);
    const covered = pack.length < LEAST_BYTES ? undefined : beforeHash(pack);
    const digest = covered && await digestOf(covered);
    if (digest) digests.set(pack, new Uint8Array(digest, 0, DIGEST));
    return pack;
  }));
}

/** Makes one of nothing: the platform's first takes several times as long as the next. */
export async function warmDigest(): Promise<void> {
  await digestOf(new Uint8Array(LEAST_BYTES));
}

/** Without this platform's SHA-512 the core has its own, so why it failed does not matter. */
function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer | undefined> | undefined {
  return globalThis.crypto?.subtle?.digest('SHA-512', bytes).catch(() => undefined);
}

/** What the core takes beside packs. */
export function digestsOf(packs: Uint8Array[]): (Uint8Array | undefined)[] {
  return packs.map((pack) => digests.get(pack));
}

/** What a pack's digest is of (docs/pack.md); `undefined`: nothing of which it could be. */
function beforeHash(pack: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  const view = new DataView(pack.buffer);
  for (let at = HEAD; at + SECTION_HEAD <= pack.length; at += SECTION_HEAD + view.getUint32(at + 5, true)) {
    if (view.getUint32(at) === HASH && pack[at + 4] === MUST_UNDERSTAND) return pack.subarray(0, at);
  }
  return undefined;
}
