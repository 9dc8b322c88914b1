/**
 * The floor: what a matcher in WebAssembly pays whatever it does. Copying the
 * string in, and walking the folded text through one automaton that counts.
 * The module is `benches/floor`, built by `cargo xtask bench`.
 */
import { readFileSync } from 'node:fs';

const MODULE = 'target/floor/wasm32-unknown-unknown/release/tidegate_floor.wasm';

/** An adapter; see adapters.mjs. `copy` and `walk` say what is paid for. */
export function floor({ copy, walk }) {
  return async () => {
    const { instance } = await WebAssembly.instantiate(readFileSync(MODULE));
    const core = instance.exports;
    let units = new Uint16Array(core.memory.buffer);
    const write = (byte, text) => {
      const at = byte >>> 1;
      if (units.buffer !== core.memory.buffer) units = new Uint16Array(core.memory.buffer);
      for (let i = 0; i < text.length; i += 1) units[at + i] = text.charCodeAt(i);
    };
    const step = (it, text) => {
      const at = copy ? core.text(it.floor, text.length) : it.ready.get(text);
      if (copy) write(at, text);
      return walk ? core.walk(it.floor, at, text.length) : 0;
    };
    return {
      linearBytes: () => core.memory.buffer.byteLength,
      build(terms, _, messages) {
        const list = new TextEncoder().encode(terms.join('\n'));
        const at = core.reserve(list.length);
        new Uint8Array(core.memory.buffer).set(list, at);
        const it = { floor: core.build(at, list.length), ready: new Map() };
        if (copy) return it;
        for (const text of messages) {
          const byte = core.reserve(2 * text.length + 2);
          const even = byte + (byte % 2);
          write(even, text);
          it.ready.set(text, even);
        }
        return it;
      },
      /** The text as one fold leaves it. */
      fold: (text) => text.normalize('NFKC').toLowerCase(),
      match: step,
      found: () => [],
      stream: copy
        ? (it, chunks, mark) => {
            for (const chunk of chunks) {
              step(it, chunk);
              mark(0);
            }
          }
        : undefined,
    };
  };
}
