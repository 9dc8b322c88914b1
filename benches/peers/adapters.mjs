/**
 * The contenders behind one interface. `load()` imports one, which is not part
 * of its time to ready, and returns
 *
 *     build(terms, pack)        ready to match; may be asynchronous
 *     match(it, text)           its own result for a whole text
 *     found(result, text)       what it found, as text
 *     stream(it, chunks, mark)  one message; calls `mark(held)` after each chunk. Absent: it has none.
 *     linearBytes()             its WebAssembly memory, if any
 *
 * English lists are emptied and parts of words count, since Chinese needs that.
 */
import { readFileSync } from 'node:fs';
import { floor } from './floor.mjs';

export const adapters = {
  tidegate: { pack: 'flag', load: tidegate },
  'tidegate/mask': { pack: 'mask', load: tidegate },

  '@monyone/aho-corasick/fast': {
    async load() {
      const { AhoCorasick } = await import('@monyone/aho-corasick/fast');
      return {
        build: (terms) => new AhoCorasick(terms),
        match: (it, text) => it.matchInText(text),
        found: (result) => result.map(({ keyword }) => keyword),
      };
    },
  },

  '@monyone/aho-corasick/stream': {
    async load() {
      const { AhoCorasick } = await import('@monyone/aho-corasick/stream');
      return {
        build: (terms) => new AhoCorasick(terms),
        match: (it, text) => [...it.matchInText(text)],
        found: (result) => result.map(({ keyword }) => keyword),
        stream(it, chunks, mark) {
          let [next, fed, shown] = [0, 0, 0];
          // It asks for the next chunk when it has said all it can about the last.
          const source = {
            next() {
              if (next > 0) mark(fed - shown);
              if (next === chunks.length) return { done: true, value: undefined };
              fed += chunks[next].length;
              return { done: false, value: chunks[next++] };
            },
            [Symbol.iterator]: () => source,
          };
          for (const text of it.replaceSync(source, (same) => same)) shown += text.length;
        },
      };
    },
  },

  'modern-ahocorasick': {
    async load() {
      const { default: AhoCorasick } = await import('modern-ahocorasick');
      const { createReplaceStream } = await import('modern-ahocorasick/stream');
      return {
        build: (terms) => new AhoCorasick(terms),
        match: (it, text) => it.search(text),
        found: (result) => result.map(({ pattern }) => pattern),
        stream(it, chunks, mark) {
          let held = 0;
          const stream = createReplaceStream(it, ({ pattern }) => pattern);
          for (const chunk of chunks) {
            held += chunk.length;
            for (const text of stream.write(chunk)) held -= text.length;
            mark(held);
          }
          stream.end();
        },
      };
    },
  },

  fastscan: {
    async load() {
      const { default: Scanner } = await import('fastscan');
      return {
        build: (terms) => new Scanner(terms),
        match: (it, text) => it.search(text),
        found: (result) => result.map(([, term]) => term),
      };
    },
  },

  'mint-filter': {
    async load() {
      const { Mint } = (await import('mint-filter')).default;
      return {
        build: (terms) => new Mint(terms),
        match: (it, text) => it.filter(text, { replace: false }),
        found: (result) => result.words,
      };
    },
  },

  'sensitive-word-tool': {
    async load() {
      const { SensitiveWordTool } = await import('sensitive-word-tool');
      return {
        build: (terms) => new SensitiveWordTool({ wordList: terms }),
        match: (it, text) => it.match(text),
        found: (result) => result,
      };
    },
  },

  allprofanity: {
    async load() {
      const { AllProfanity } = await import('allprofanity');
      return {
        build(terms) {
          const it = new AllProfanity({ silent: true, detectPartialWords: true });
          it.clearList();
          it.add(terms);
          return it;
        },
        match: (it, text) => it.detect(text),
        found: (result, text) => result.positions.map(({ start, end }) => text.slice(start, end)),
      };
    },
  },

  obscenity: {
    async load() {
      const { RegExpMatcher, englishRecommendedTransformers, parseRawPattern } = await import('obscenity');
      return {
        build: (terms) =>
          new RegExpMatcher({
            ...englishRecommendedTransformers,
            blacklistedTerms: terms.map((term, id) => ({ id, pattern: parseRawPattern(term) })),
          }),
        match: (it, text) => it.getAllMatches(text),
        // Both ends are inclusive.
        found: (result, text) => result.map(({ startIndex, endIndex }) => text.slice(startIndex, endIndex + 1)),
      };
    },
  },

  'RegExp alternation': {
    async load() {
      return {
        // Longest first, as alternation takes the first that fits.
        build: (terms) => new RegExp([...terms].sort((a, b) => b.length - a.length).join('|'), 'g'),
        match: (it, text) => text.match(it) ?? [],
        found: (result) => result,
      };
    },
  },

  'floor: copy into wasm': { isFloor: true, load: floor({ copy: true, walk: false }) },
  'floor: walk': { isFloor: true, load: floor({ copy: false, walk: true }) },
  'floor: copy and walk': { isFloor: true, load: floor({ copy: true, walk: true }) },
};

async function tidegate() {
  // The public interface does not show the core's memory; its instance does.
  const { instantiate } = WebAssembly;
  let memory;
  WebAssembly.instantiate = async (...given) => {
    const made = await instantiate(...given);
    memory = (made.instance ?? made).exports.memory;
    return made;
  };
  const { init, createGuard } = await import('tidegate');
  const wasm = readFileSync(new URL(import.meta.resolve('tidegate/tidegate_bg.wasm')));
  const started = performance.now();
  await init({ wasm, compiler: false });
  const initMs = performance.now() - started;
  WebAssembly.instantiate = instantiate;
  return {
    initMs,
    linearBytes: () => memory.buffer.byteLength,
    build: (_, pack) => createGuard({ packs: [pack] }),
    match(it, text) {
      const message = it.message();
      return [message.push(text), message.finish()];
    },
    found: (outcomes, text) => outcomes.flatMap(({ verdicts }) => verdicts.map(({ start, end }) => text.slice(start, end))),
    stream(it, chunks, mark) {
      const message = it.message();
      for (const chunk of chunks) mark(message.push(chunk).held);
      message.finish();
    },
  };
}
