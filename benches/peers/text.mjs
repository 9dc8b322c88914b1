/**
 * The lexicons and the corpus of the benchmark: deterministic, made up, and the
 * same for every contender. No term occurs in the running text by chance, so
 * what is planted is what must be found.
 *
 *     node benches/peers/text.mjs FOLDER    writes 1k.json, 10k.json, 100k.json
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

/** Of lexicons, smallest first; each begins with the one before. */
export const SIZES = { '1k': 1_000, '10k': 10_000, '100k': 100_000 };
/** Part of the files' names: goes up when what is generated changes. */
const EDITION = 1;
const MESSAGES = 600;
const MESSAGE_UNITS = { least: 200, most: 3_900 };
/** Characters of running text for one planted term, on average. */
const UNITS_PER_PLANT = 634;
/** Share of the running text in which a term may stand: not at a sentence's ends. */
const PLANTABLE = 0.8;
/** Candidates beyond the largest lexicon, for those that occur by chance. */
const SPARE_TERMS = 20_000;
const CHINESE_TERMS = 0.85;
const CHINESE_SENTENCES = 0.8;
const VOCABULARY = 5_000;
/** Characters of the longest terms: six, and four syllables of three letters. */
const LONGEST = { chinese: 6, latin: 12 };

/** sfc32: small, fast, the same everywhere. */
export function random(seed) {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, seed >>> 0];
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t | 0;
    return (t >>> 0) / 4_294_967_296;
  };
  for (let i = 0; i < 12; i += 1) next();
  return next;
}

const between = (rng, least, most) => least + Math.floor(rng() * (most - least + 1));
const isLatin = (term) => term.charCodeAt(0) < 128;
const pick = (rng, list) => list[Math.floor(rng() * list.length)];

/** Draws places in a list, the earlier ones more often. */
function skewed(length, weight) {
  const sums = new Float64Array(length);
  let sum = 0;
  for (let i = 0; i < length; i += 1) sums[i] = sum += weight(i);
  return (rng) => {
    const wanted = rng() * sum;
    let [low, high] = [0, length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** The 3,755 characters of GB 2312 level 1, in an order of our own. */
function characters() {
  const decoder = new TextDecoder('gb2312');
  const all = [];
  for (let row = 0xb0; row <= 0xd7; row += 1) {
    const last = row === 0xd7 ? 0xf9 : 0xfe;
    for (let cell = 0xa1; cell <= last; cell += 1) all.push(decoder.decode(Uint8Array.of(row, cell)));
  }
  const rng = random(1);
  for (let i = all.length - 1; i > 0; i -= 1) {
    const other = between(rng, 0, i);
    [all[i], all[other]] = [all[other], all[i]];
  }
  return all;
}

function word(rng, syllables) {
  let text = '';
  for (let i = 0; i < syllables; i += 1) text += pick(rng, 'bcdfghjklmnprstvw') + pick(rng, 'aeiou') + pick(rng, ['', '', '', 'n', 's', 'r']);
  return text;
}

function candidates(hanzi) {
  const rng = random(2);
  const draw = skewed(hanzi.length, (i) => 1 / Math.sqrt(i + 1));
  const terms = new Set();
  while (terms.size < SIZES['100k'] + SPARE_TERMS) {
    if (rng() >= CHINESE_TERMS) {
      terms.add(word(rng, between(rng, 2, 4)));
      continue;
    }
    const length = pick(rng, [2, 2, 2, 3, 3, 4, 4, 4, 5, 6]);
    let term = '';
    while (term.length < length) {
      const next = hanzi[draw(rng)];
      // Doubled characters are one character where repeats are seen through.
      if (!term.endsWith(next)) term += next;
    }
    terms.add(term);
  }
  return terms;
}

/** One message as [text, slot, text, …, text]; a slot is `zh` or `en`, where a term may be planted. */
function message(rng, { hanzi, drawHanzi, vocabulary, drawWord }) {
  const units = between(rng, MESSAGE_UNITS.least, MESSAGE_UNITS.most);
  const parts = [];
  let text = '';
  let total = 0;
  const slot = (kind, chance) => {
    if (rng() >= chance / (UNITS_PER_PLANT * PLANTABLE)) return;
    parts.push(text, kind);
    total += text.length;
    text = '';
  };
  while (total + text.length < units) {
    if (rng() < CHINESE_SENTENCES) {
      const length = between(rng, 6, 26);
      for (let i = 0; i < length; i += 1) {
        text += hanzi[drawHanzi(rng)];
        if (i > 0 && i < length - 1) {
          slot('zh', 1);
          if (rng() < 0.06) text += '，';
        }
      }
      text += pick(rng, '。。。！？；');
    } else {
      const length = between(rng, 4, 14);
      for (let i = 0; i < length; i += 1) {
        const next = vocabulary[drawWord(rng)];
        text += i === 0 ? next[0].toUpperCase() + next.slice(1) : next;
        if (i < length - 1) {
          text += ' ';
          slot('en', next.length + 1);
        }
      }
      text += '. ';
    }
    if (rng() < 0.05) text += '\n\n';
  }
  parts.push(text);
  return parts;
}

/** The text with everything but letters left out and repeats collapsed. */
const squeeze = (text) => text.replace(/[^\p{L}]/gu, '').replace(/(.)\1+/gu, '$1');

/** Takes out every term that occurs in the text, as it is or squeezed. */
function dropOccurring(terms, texts) {
  for (const text of texts) {
    for (const form of [text, squeeze(text)]) {
      for (let at = 0; at < form.length; at += 1) {
        const longest = isLatin(form[at]) ? LONGEST.latin : LONGEST.chinese;
        for (let length = 2; length <= longest; length += 1) terms.delete(form.slice(at, at + length));
      }
    }
  }
}

function plant(messages, terms) {
  const rng = random(4);
  const known = new Set(terms);
  const kinds = { zh: terms.filter((term) => !isLatin(term)), en: terms.filter(isLatin) };
  const planted = [];
  const texts = messages.map((parts) => {
    const found = [];
    let text = '';
    parts.forEach((part, index) => {
      if (index % 2 === 0) {
        text += part;
        return;
      }
      let term;
      do term = pick(rng, kinds[part]);
      while (part === 'zh' && isBlurred(term, text, parts[index + 1], known));
      found.push([text.length, term]);
      text += part === 'en' ? `${term} ` : term;
    });
    planted.push(found);
    return text;
  });
  return { terms, messages: texts, planted };
}

/** Whether the term repeats a neighbour, or makes another term with its neighbours. */
function isBlurred(term, before, after, known) {
  const head = squeeze(before.slice(-2 * LONGEST.chinese)).slice(1 - LONGEST.chinese);
  const tail = squeeze(after.slice(0, 2 * LONGEST.chinese)).slice(0, LONGEST.chinese - 1);
  if (head.endsWith(term[0]) || tail.startsWith(term.at(-1))) return true;
  const text = head + term + tail;
  const [start, end] = [head.length, head.length + term.length];
  for (let from = 0; from < end; from += 1) {
    for (let to = Math.max(from + 2, start + 1); to <= Math.min(from + LONGEST.chinese, text.length); to += 1) {
      if ((from < start || to > end) && known.has(text.slice(from, to))) return true;
    }
  }
  return false;
}

function generate(folder) {
  const hanzi = characters();
  const rng = random(3);
  const vocabulary = Array.from({ length: VOCABULARY }, () => word(rng, between(rng, 1, 4)));
  const source = {
    hanzi,
    drawHanzi: skewed(hanzi.length, (i) => 1 / (i + 3)),
    vocabulary,
    drawWord: skewed(vocabulary.length, (i) => 1 / (i + 3)),
  };
  const messages = Array.from({ length: MESSAGES }, () => message(rng, source));
  const left = candidates(hanzi);
  dropOccurring(left, messages.map((parts) => parts.filter((_, index) => index % 2 === 0).join('')));
  const terms = [...left];
  if (terms.length < SIZES['100k']) throw new Error('too few terms are left; raise SPARE_TERMS');
  mkdirSync(folder, { recursive: true });
  for (const [name, size] of Object.entries(SIZES)) {
    const file = fileOf(folder, name);
    // Renamed into place, so that a file that is there is whole.
    writeFileSync(`${file}.part`, JSON.stringify(plant(messages, terms.slice(0, size))));
    renameSync(`${file}.part`, file);
  }
}

const fileOf = (folder, size) => join(folder, `${size}-${EDITION}.json`);

/** `{ terms, messages, planted: [[start, term], …] by message }` of one size, made when missing. */
export function load(folder, size) {
  const file = fileOf(folder, size);
  if (!existsSync(file)) generate(folder);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Cuts a text into chunks of 4–20 UTF-16 units, as flat strings like those of a network. */
export function cut(text, rng) {
  const chunks = [];
  for (let at = 0; at < text.length; ) {
    const next = at + between(rng, 4, 20);
    chunks.push(text.slice(at, next));
    at = next;
  }
  return JSON.parse(JSON.stringify(chunks));
}

if (argv[1] === fileURLToPath(import.meta.url)) load(argv[2] ?? 'target/bench', '1k');
