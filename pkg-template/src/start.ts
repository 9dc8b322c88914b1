/**
 * Starting the core, and making it warm: engines compile a function when it is
 * first called, which for the way of a pack and of a first message takes longer
 * than the work itself. So both are gone once while the page waits for its
 * policy anyway, with a pack of one term; one digest is made, because the first
 * of the platform takes several times as long as the next; and there is room for
 * a policy, because memory that is new takes longer to fill than the work does.
 */
import { call, startOnce } from './core.js';
import { createGuardOn } from './guard.js';
import { fromHex } from './hex.js';
import { memoryHost } from './hosts/memory.js';
import { compile, link } from './instantiate.js';
import { warmDigest } from './pack-digest.js';
import type { WasmInput } from './types.js';
import { WARM_KEY, WARM_PACK } from './warm-pack.js';

/** Something of everything: letters, a term with a gap, a tag, a reference, an ending. */
const TEXT = 'a b<i>\u3400 \u3401</i> &amp; 1. \u4e00\u3002';

/** Starts the core once from a WebAssembly module; see `startOnce`. Compiled, it serves further instances. */
export function startCore(source: () => Promise<WasmInput>): Promise<void> {
  let module: WebAssembly.Module | undefined;
  return startOnce(async (glue) => {
    module ??= await compile(await source());
    return link(module, './tidegate_bg.js', glue);
  }, warmUp);
}

async function warmUp(): Promise<void> {
  const options = { packs: [fromHex(WARM_PACK)], publicKeys: [fromHex(WARM_KEY)], host: memoryHost() };
  const guard = await createGuardOn(options, memoryHost);
  const message = guard.message();
  message.push(TEXT);
  message.finish();
  await guard.dispose();
  await warmDigest();
  call((glue) => glue.make_room());
}
