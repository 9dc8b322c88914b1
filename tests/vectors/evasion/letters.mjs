// Letters that look like, or are another form of, the letters a to z.

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i));
const alphabet = range(0x61, 0x7a);
const from = (start) => Object.fromEntries(alphabet.map((letter, i) => [letter, String.fromCodePoint(start + i)]));
const pairs = (text) => Object.fromEntries(text.split(' ').map((pair) => [pair[0], pair.slice(1)]));

/** The letter in a block, with the places that Unicode had filled already. */
const block = (start, holes = '') => ({ ...from(start), ...(holes && pairs(holes)) });

export const forms = {
  fullwidth: from(0xff41),
  bold: from(0x1d41a),
  italic: block(0x1d44e, 'hℎ'),
  script: block(0x1d4b6, 'eℯ gℊ oℴ'),
  fraktur: from(0x1d51e),
  double: from(0x1d552),
  sans: from(0x1d5ba),
  monospace: from(0x1d68a),
  circled: from(0x24d0),
  parenthesized: from(0x249c),
  squared: from(0x1f130),
  negative: from(0x1f150),
  regional: from(0x1f1e6),
  smallCaps: pairs('aᴀ bʙ cᴄ dᴅ eᴇ fꜰ gɢ hʜ iɪ jᴊ kᴋ lʟ mᴍ nɴ oᴏ pᴘ rʀ sꜱ tᴛ uᴜ vᴠ wᴡ xx yʏ zᴢ'),
  superscript: pairs('aᵃ bᵇ cᶜ dᵈ eᵉ fᶠ gᵍ hʰ iⁱ jʲ kᵏ lˡ mᵐ nⁿ oᵒ pᵖ rʳ sˢ tᵗ uᵘ vᵛ wʷ xˣ yʸ zᶻ'),
  cyrillic: pairs('aа cс eе iі kк oо pр sѕ xх yу hһ jј'),
  greek: pairs('aα iι kκ oο pρ tτ uυ vν wω nη'),
  armenian: pairs('oօ uս nո hհ gց'),
  ipa: pairs('aɑ gɡ iɩ lɭ oɵ uʊ bɓ dɗ eɛ kƙ pƥ tƭ'),
  accents: pairs('aä cç eé iï nñ oô sš uù yý gğ kķ lļ rř tţ zž dď hĥ wŵ'),
  strokes: pairs('bƀ dđ gǥ hħ iɨ lł oø tŧ pᵽ rɍ zƶ eɇ aⱥ'),
  digits: pairs('a4 e3 i1 o0 s5 t7'),
  symbols: pairs('a@ i! s$ e€'),
};

/** Every letter of `text` that the table knows, replaced. */
export const replaced = (text, table) => [...text].map((c) => table[c] ?? c).join('');

/**
 * The same, but a word that would leave its script altogether keeps its last
 * letter: a word wholly in Cyrillic is for its own language to judge.
 */
export const mostlyReplaced = (text, table) =>
  text
    .split(' ')
    .map((word) => {
      const out = replaced(word, table);
      return [...word].every((c) => c in table) ? out.slice(0, -1) + word.at(-1) : out;
    })
    .join(' ');

/**
 * Characters whose NFKC form is `c`: Kangxi radicals and compatibility
 * ideographs. U+2E9F, U+2EF3; U+2F00–2FD5; U+F900–FAD9; U+2F800–2FA1D.
 */
export function compatible(c) {
  for (const [first, last] of [
    [0x2e9f, 0x2ef3],
    [0x2f00, 0x2fd5],
    [0xf900, 0xfad9],
    [0x2f800, 0x2fa1d],
  ]) {
    for (let code = first; code <= last; code++) {
      const other = String.fromCodePoint(code);
      if (other !== c && other.normalize('NFKC') === c) return other;
    }
  }
  return undefined;
}
