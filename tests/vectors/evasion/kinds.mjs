// How a term is disguised: every kind takes an entry of `terms.mjs` and gives
// the disguise, or undefined where the kind leaves the term as it is.
// `sound` kinds need a rule that opts in to the view of that name.

import { compatible, forms, mostlyReplaced, replaced } from './letters.mjs';

const words = (term) => term.split(' ');
/** Something between all the characters of each word; the word gap stays. */
const between = (term, pick) =>
  words(term)
    .map((word) => [...word].map((c, i) => (i === 0 ? c : pick(i) + c)).join(''))
    .join(' ');
const turns =
  (...marks) =>
  (i) =>
    marks[i % marks.length];
const each = (term, form) => [...term].map((c, i) => (c === ' ' ? c : form(c, i))).join('');
/** The middle of the term, put into something: p‹i›neapple, 蓝‹色›气球. */
function inside(term, open, close) {
  const all = [...term];
  const at = Math.min(2, all.length - 1) - (all.length < 4 ? 1 : 0);
  const from = Math.max(1, at);
  const to = Math.max(from + 1, Math.min(all.length - 1, from + 3));
  return all.slice(0, from).join('') + open + all.slice(from, to).join('') + close + all.slice(to).join('');
}
const half = ({ term, at }) => {
  const all = [...term];
  const cut = at ?? Math.ceil(all.length / 2);
  return [all.slice(0, cut).join(''), all.slice(cut).join('')];
};
const parted = (entry, mark) => half(entry).join(mark);
const code = (c) => c.codePointAt(0);
const percent = (term) =>
  each(term, (c) => [...new TextEncoder().encode(c)].map((b) => '%' + b.toString(16).toUpperCase().padStart(2, '0')).join('')).replaceAll(' ', '%20');
const tags = (term) => between(term, (i) => String.fromCodePoint(0xe0061 + i));
const plain = (pinyin) => pinyin.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
const syllables = ({ pinyin }) => plain(pinyin).split(' ');
const swap = (term, at, by) => [...term].map((c, i) => (i === at ? by : c)).join('');
const changed = (entry, text) => (text === entry.term ? undefined : text);

const ZERO_WIDTH = turns('\u200b', '\u200c', '\u2060', '\ufeff');
const MARKS = turns('\u0336', '\u0301\u0323', '\u20dd', '\u0334\u0308', '\u0489');

/** For both scripts. */
const both = [
  ['exact', 'as it is', ({ term }) => term],
  ['zero-width', 'ZWSP, ZWNJ, word joiner, BOM between', ({ term }) => between(term, ZERO_WIDTH)],
  [
    'invisible',
    'soft hyphen, ZWJ, variation selectors between',
    ({ term }) => between(term, turns('\u00ad', '\u200d', '\ufe0f', '\u{e0100}', '\u034f')),
  ],
  [
    'bidi',
    'direction marks, embeddings, isolates',
    ({ term }) => '\u202a' + between(term, turns('\u200e', '\u2066', '\u2069', '\u200f', '\u061c')) + '\u202c',
  ],
  [
    'filler',
    'Hangul fillers and other blank letters',
    ({ term }) => between(term, turns('\u3164', '\u115f', '\u1160', '\uffa0', '\u17b4', '\u180e')),
  ],
  ['tag-chars', 'tag characters U+E00xx between', ({ term }) => tags(term)],
  ['marks', 'combining marks heaped on every character', ({ term }) => each(term, (c, i) => c + MARKS(i))],
  ['space', 'a space between', ({ term }) => between(term, () => ' ').replaceAll('  ', '   ')],
  ['tab', 'tab, no-break, ideographic and thin space', ({ term }) => between(term, turns('\t', '\u00a0', '\u3000', '\u2009', '\u202f'))],
  ['newline', 'one character on a line', ({ term }) => between(term, () => '\n')],
  ['hyphen', 'a hyphen between', ({ term }) => between(term, () => '-')],
  ['dashes', 'dashes, minus, full-width hyphen', ({ term }) => between(term, turns('–', '—', '−', '‐', '－'))],
  ['dot', 'full stops between', ({ term }) => between(term, () => '.')],
  ['middle-dot', '·, ・, •, ‧', ({ term }) => between(term, turns('·', '・', '•', '‧'))],
  ['cjk-punct', '、 and *', ({ term }) => between(term, turns('、', '*'))],
  ['slash', '/ and |', ({ term }) => between(term, turns('/', '|'))],
  ['underscore', '_ and ~', ({ term }) => between(term, turns('_', '~'))],
  ['quotes', 'quotation marks between', ({ term }) => between(term, turns("'", '"', '’', '`'))],
  ['brackets', 'every character in brackets', ({ term }) => each(term, (c, i) => ['[' + c + ']', '(' + c + ')', '【' + c + '】'][i % 3])],
  ['symbols', '#, +, =, ^', ({ term }) => between(term, turns('#', '+', '=', '^'))],
  ['emoji', 'emoji between, with modifiers and joiners', ({ term }) => between(term, turns('😀', '🌟', '👍🏽', '❤️', '👨‍👩‍👧'))],
  ['repeat', 'characters repeated', ({ term }) => each(term, (c, i) => (i % 2 ? c.repeat(3) : c))],
  ['md-bold', '** around the inside', ({ term }) => inside(term, '**', '**')],
  [
    'md-emphasis',
    '_ * ~~ ` around the inside',
    ({ term }, i) => {
      const mark = ['*', '~~', '`', '***', '__'][i % 5];
      return inside(term, mark, mark);
    },
  ],
  ['md-link', 'an empty Markdown link on a part', ({ term }) => inside(term, '[', '](#)')],
  ['md-address', 'a Markdown link with an address on a part', ({ term }) => inside(term, '[', '](https://example.org/a)')],
  ['md-escape', 'escaped punctuation between', ({ term }) => between(term, turns('\\*', '\\_', '\\-'))],
  ['entity-decimal', '&#…;', ({ term }) => each(term, (c) => `&#${code(c)};`)],
  [
    'entity-hex',
    '&#x…;, padded, upper and lower case',
    ({ term }) => each(term, (c, i) => (i % 2 ? `&#x${code(c).toString(16)};` : `&#X00${code(c).toString(16).toUpperCase()};`)),
  ],
  ['entity-some', 'one character as an entity', ({ term: [first, second, ...rest] }) => `${first}&#${code(second)};${rest.join('')}`],
  ['entity-named', '&shy; &zwnj; &ZeroWidthSpace; between', ({ term }) => between(term, turns('&shy;', '&zwnj;', '&ZeroWidthSpace;', '&zwj;'))],
  [
    'tag',
    'an HTML tag around a part',
    ({ term }, i) => {
      const tag = ['b', 'i', 'span', 'em', 'u'][i % 5];
      return inside(term, `<${tag}>`, `</${tag}>`);
    },
  ],
  ['tag-attribute', 'a tag with attributes', ({ term }) => inside(term, '<span style="color: red" class=\'a\'>', '</span>')],
  ['tag-void', '<wbr> and <br/> between the halves', (entry, i) => parted(entry, ['<wbr>', '<br/>', '<wbr />'][i % 3])],
  ['comment', 'an HTML comment inside', (entry, i) => parted(entry, ['<!-- -->', '<!---->', '<!-- note -->'][i % 3])],
  ['percent', 'percent-encoded in an address', ({ term }, i) => `${['https://example.org/?q=', 'https://example.org/w/'][i % 2]}${percent(term)}`],
  ['mix-space-zero', 'spaces and zero-width characters', ({ term }) => between(term, turns(' \u200b', '\u200b ', ' '))],
  ['mix-bold-entity', '** and an entity', ({ term: [first, second, ...rest] }) => `&#${code(first)};**${second}**${rest.join('')}`],
  ['mix-punct-emoji', 'punctuation and emoji', ({ term }) => between(term, turns('-🌟', '*', '~😀'))],
  [
    'mix-repeat-space',
    'repeats with spaces',
    ({ term }) =>
      between(
        each(term, (c, i) => (i === 1 ? c + c : c)),
        () => ' ',
      ),
  ],
];

/** Han only. */
const han = [
  ['traditional', 'traditional characters', (entry) => changed(entry, entry.hant)],
  [
    'compatible',
    'Kangxi radicals and compatibility ideographs',
    (entry) =>
      [entry.term, entry.hant]
        .map((text) => replaced(text, Object.fromEntries([...text].map((c) => [c, compatible(c) ?? c]))))
        .find((text, i) => text !== [entry.term, entry.hant][i]),
  ],
  ['variant', 'Japanese and other variant characters', ({ variant }) => variant],
  [
    'split-one',
    'one character written apart',
    ({ term, parts }) => {
      const [c, by] = Object.entries(parts)[0];
      return term.replace(c, by);
    },
  ],
  ['split-all', 'all that can be, written apart', ({ term, parts }) => replaced(term, parts)],
  [
    'split-space',
    'written apart, with spaces',
    ({ term, parts }) => replaced(term, Object.fromEntries(Object.entries(parts).map(([c, by]) => [c, [...by].join(' ')]))),
  ],
  ['mix-hant-space', 'traditional with spaces', (entry) => between(entry.hant, () => ' ')],
  ['mix-hant-punct', 'traditional, punctuation and zero-width', (entry) => between(entry.hant, turns('、\u200b', '*', '\u2060'))],
  ['mix-hant-repeat', 'traditional with repeats', (entry) => each(entry.hant, (c, i) => (i === 1 ? c + c : c))],
  [
    'homophone-one',
    'one character of the same sound',
    (entry, i) => {
      const at = i % [...entry.term].length;
      return swap(entry.term, at, [...entry.same][at]);
    },
    'sound',
  ],
  ['homophone-all', 'all characters of the same sound', ({ same }) => same, 'sound'],
  [
    'pinyin-one',
    'one character in letters',
    (entry, i) => {
      const at = i % [...entry.term].length;
      return swap(entry.term, at, syllables(entry)[at]);
    },
    'sound',
  ],
  ['pinyin-all', 'all in letters', (entry) => syllables(entry).join(''), 'sound'],
  [
    'pinyin-capitals',
    'in letters, each syllable capitalised',
    (entry) =>
      syllables(entry)
        .map((s) => s[0].toUpperCase() + s.slice(1))
        .join(''),
    'sound',
  ],
  ['pinyin-spaced', 'in letters with spaces', (entry) => syllables(entry).join(' '), 'sound'],
  ['pinyin-tones', 'in letters with tone marks', ({ pinyin }) => pinyin, 'sound'],
  ['mix-sound-space', 'one of the same sound, with spaces', (entry) => between(swap(entry.term, 0, [...entry.same][0]), () => ' '), 'sound'],
];

/** Latin only. */
const latin = [
  ['upper', 'capitals', ({ term }) => term.toUpperCase()],
  ['mixed-case', 'capitals here and there', ({ term }) => each(term, (c, i) => (i % 2 ? c.toUpperCase() : c))],
  ...[
    ['fullwidth', 'full-width letters'],
    ['bold', 'mathematical bold'],
    ['italic', 'mathematical italic'],
    ['script', 'mathematical script'],
    ['fraktur', 'mathematical Fraktur'],
    ['double', 'double-struck'],
    ['sans', 'mathematical sans-serif'],
    ['monospace', 'mathematical monospace'],
    ['circled', 'circled letters'],
    ['parenthesized', 'parenthesized letters'],
    ['squared', 'squared letters'],
    ['negative', 'negative circled letters'],
    ['smallCaps', 'small capitals', 'small-caps'],
    ['superscript', 'superscript letters'],
    ['accents', 'letters with accents'],
    ['strokes', 'letters with strokes'],
    ['ipa', 'phonetic letters'],
  ].map(([table, about, id]) => [id ?? table, about, ({ term }) => replaced(term, forms[table])]),
  ['regional', 'regional indicators', ({ term }) => between(replaced(term, forms.regional), () => '\u200b')],
  ['cyrillic', 'Cyrillic look-alikes', ({ term }) => mostlyReplaced(term, forms.cyrillic)],
  ['greek', 'Greek look-alikes', (entry) => changed(entry, mostlyReplaced(entry.term, forms.greek))],
  ['armenian', 'Armenian look-alikes', (entry) => changed(entry, mostlyReplaced(entry.term, forms.armenian))],
  ['leet-digits', '4 3 1 0 5 7', ({ term }) => replaced(term, forms.digits)],
  [
    'leet-one',
    'one digit for a letter',
    ({ term }) => {
      const at = [...term].findIndex((c, i) => i > 0 && c in forms.digits);
      return swap(term, at, forms.digits[term[at]]);
    },
  ],
  ['leet-symbols', '@ ! $ €', ({ term }) => replaced(term, forms.symbols)],
  ['one-hyphen', 'parted by a hyphen', (entry) => parted(entry, '-')],
  ['one-dot', 'parted by a dot', (entry) => parted(entry, '.')],
  ['one-asterisk', 'parted by an asterisk', (entry) => parted(entry, '*')],
  ['mix-leet-hyphen', 'digits with hyphens', ({ term }) => between(replaced(term, forms.digits), () => '-')],
  ['mix-wide-zero', 'full width and zero width', ({ term }) => between(replaced(term, forms.fullwidth), ZERO_WIDTH)],
  [
    'mix-cyrillic-marks',
    'Cyrillic look-alikes with marks',
    ({ term }) => each(mostlyReplaced(term, forms.cyrillic), (c, i) => (i % 2 ? c + '\u0301' : c)),
  ],
  [
    'mix-upper-repeat',
    'capitals, bold, repeats',
    ({ term }) =>
      inside(
        each(term.toUpperCase(), (c, i) => (i === 1 ? c + c : c)),
        '**',
        '**',
      ),
  ],
  ['in-han', 'in Chinese running text', ({ term }) => `里面的${term}不错`],
];

const kinds = (list, scripts) => list.map(([id, about, disguise, view]) => ({ id, about, disguise, view, scripts }));

/** All kinds, with the scripts that each applies to. */
export const all = [...kinds(both, ['zh', 'en']), ...kinds(han, ['zh']), ...kinds(latin, ['en'])];
