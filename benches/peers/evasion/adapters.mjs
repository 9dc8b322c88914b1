/**
 * Tidegate and its peers behind one question: is anything of this lexicon in
 * this text? Each is set up as its documentation recommends for evasion, its
 * own word list emptied, and parts of words counting, which Chinese needs;
 * rows that say "whole words" are the other choice.
 *
 *     await load()                     → make
 *     await make(terms, {views, zh})   → {hit(text), stream?(pieces)}
 *
 * `zh`: the lexicon is Chinese. `stream` takes one message in pieces; without
 * it the peer has no state to carry from one piece to the next.
 */
export const adapters = {
  async tidegate() {
    const { init, compilePolicy, createGuard, memoryHost } = await import('tidegate');
    await init();
    return async (terms, { views }) => {
      const rule = { id: 'r', risk: 'x_gambling', action: 'mask', terms, ...(views && { views }) };
      const packs = [compilePolicy({ policy: 'evasion', rules: [rule] })];
      const guard = await createGuard({ packs, host: memoryHost() });
      return {
        hit: (text) => guard.check(text).length > 0,
        stream(pieces) {
          const message = guard.message();
          return [...pieces.map((piece) => message.push(piece)), message.finish()].some(({ verdicts }) => verdicts.length > 0);
        },
      };
    };
  },

  async 'mint-filter'() {
    const { Mint } = (await import('mint-filter')).default;
    return (terms) => {
      const it = new Mint(terms);
      return { hit: (text) => !it.verify(text) };
    };
  },

  async 'sensitive-word-tool'() {
    const { SensitiveWordTool } = await import('sensitive-word-tool');
    return (terms) => {
      const it = new SensitiveWordTool({ wordList: terms });
      return { hit: (text) => it.verify(text) };
    };
  },

  async 'modern-ahocorasick'() {
    const { default: AhoCorasick } = await import('modern-ahocorasick');
    return (terms) => streaming(new AhoCorasick(terms));
  },

  async 'modern-ahocorasick/text'() {
    const { default: TextMatcher } = await import('modern-ahocorasick/text');
    return (terms) => streaming(new TextMatcher(terms, { normalization: 'NFKC', caseFold: true }));
  },

  async 'modern-ahocorasick, whole words'() {
    const { default: AhoCorasick } = await import('modern-ahocorasick');
    return (terms, { zh }) => streaming(new AhoCorasick(terms), { wholeWord: true, locale: zh ? 'zh' : 'en' });
  },

  async '@monyone/aho-corasick/stream'() {
    const { AhoCorasick } = await import('@monyone/aho-corasick/stream');
    return (terms) => {
      const it = new AhoCorasick(terms);
      return {
        hit: (text) => [...it.matchInText(text)].length > 0,
        stream(pieces) {
          let found = false;
          const note = (term) => ((found = true), term);
          // It works while it is read.
          for (const _ of it.replaceSync(pieces, note));
          return found;
        },
      };
    };
  },

  obscenity: () => obscenity({}),
  'obscenity, skipping': () => obscenity({ skip: true }),
  'obscenity, whole words': () => obscenity({ words: true }),

  '@2toad/profanity': () => twoToad({ wholeWord: false }),
  '@2toad/profanity, whole words': () => twoToad({ wholeWord: true, unicodeWordBoundaries: true }),

  'glin-profanity': () => glin({ wordBoundaries: false }),
  'glin-profanity, whole words': () => glin({ wordBoundaries: true }),

  async allprofanity() {
    const { AllProfanity } = await import('allprofanity');
    return (terms) => {
      const it = new AllProfanity({ silent: true, detectPartialWords: true });
      it.clearList();
      it.add(terms);
      return { hit: (text) => it.check(text) };
    };
  },

  async 'RegExp alternation'() {
    return (terms) => {
      const it = new RegExp(terms.join('|'), 'iu');
      return { hit: (text) => it.test(text) };
    };
  },
};

/** What the classes of modern-ahocorasick have in common. */
function streaming(it, options = {}) {
  return {
    hit: (text) => it.match(text, options),
    stream(pieces) {
      const stream = it.createStream(options);
      return [...pieces.map((piece) => [...stream.write(piece)]), [...stream.finish()]].some((found) => found.length > 0);
    },
  };
}

async function obscenity({ skip, words }) {
  const obscenity = await import('obscenity');
  const { englishRecommendedTransformers, parseRawPattern } = obscenity;
  // Its preset, with runs of letters as long as our terms have them, not its own.
  const usual = englishRecommendedTransformers.blacklistMatcherTransformers.slice(0, -1);
  if (skip) usual.push(obscenity.skipNonAlphabeticTransformer());
  return (terms) => {
    const customThresholds = new Map();
    for (const [run, c] of terms.join('\n').matchAll(/(.)\1+/gu)) {
      customThresholds.set(c, Math.max(run.length / c.length, customThresholds.get(c) ?? 1));
    }
    const collapse = obscenity.collapseDuplicatesTransformer({ defaultThreshold: 1, customThresholds });
    const it = new obscenity.RegExpMatcher({
      ...englishRecommendedTransformers,
      blacklistMatcherTransformers: [...usual, collapse],
      blacklistedTerms: terms.map((term, id) => {
        const seen = skip ? term.replaceAll(' ', '') : term;
        return { id, pattern: parseRawPattern(words ? `|${seen}|` : seen) };
      }),
    });
    return { hit: (text) => it.hasMatch(text) };
  };
}

async function twoToad(options) {
  const { Profanity, profaneWords } = await import('@2toad/profanity');
  return (terms) => {
    const it = new Profanity({ ...options, languages: ['en'] });
    it.removeWords([...profaneWords.get('en')]);
    it.addWords(terms);
    return { hit: (text) => it.exists(text) };
  };
}

async function glin(options) {
  const { Filter } = await import('glin-profanity');
  return (terms) => {
    const it = new Filter({
      ...options,
      languages: [],
      customWords: terms,
      detectLeetspeak: true,
      leetspeakLevel: 'aggressive',
      normalizeUnicode: true,
      allowObfuscatedMatch: true,
    });
    return { hit: (text) => it.isProfane(text) };
  };
}
