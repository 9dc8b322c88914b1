//! A small world: tables of two dozen characters in which everything meets, in
//! the format of `data/tables/tables.bin`.

use std::sync::OnceLock;
use tidegate::lexicon::Writer;
use tidegate::tables::Tables;

/// Ascending. Widths, capitals, a traditional character, one character that
/// stands for two letters, a symbol that stands for one, and look-alikes.
const FOLDS: [(char, &str); 19] = [
    ('A', "a"),
    ('B', "b"),
    ('L', "l"),
    ('O', "o"),
    ('S', "s"),
    ('ß', "ss"),
    ('А', "a"),
    ('О', "o"),
    ('а', "a"),
    ('в', "b"),
    ('о', "o"),
    ('ѕ', "s"),
    ('①', "1"),
    ('賭', "赌"),
    ('１', "1"),
    ('Ａ', "a"),
    ('ａ', "a"),
    ('ｓ', "s"),
    ('🅰', "a"),
];
/// Made up, of letters that the terms have too.
const SYLLABLES: [&str; 3] = ["ba", "la", "so"];
const READINGS: [(char, &[u16]); 6] = [
    ('博', &[2]),
    ('彩', &[1, 2]),
    ('波', &[2]),
    ('菜', &[1]),
    ('赌', &[0]),
    ('都', &[0]),
];
const SPLITS: [(char, &str); 1] = [('彩', "采彡")];
/// Ascending, with their costs: the rarer, the dearer.
const WORDS: [(&str, u8); 13] = [
    ("博", 60),
    ("博彩", 80),
    ("博彩都", 70),
    ("彩", 75),
    ("彩波", 95),
    ("彩都", 80),
    ("赌", 60),
    ("赌博", 90),
    ("赌赌", 85),
    ("都", 40),
    ("都波", 70),
    ("都赌", 85),
    ("都赌波", 90),
];

/// The tables, with the dictionary.
pub(crate) fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| build(&WORDS))
}

/// Without it: no word dismisses a match.
pub(crate) fn tables_without_words() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| build(&[]))
}

fn build(words: &[(&str, u8)]) -> Tables {
    let mut out = Writer::default();
    out.raw(b"TGTB");
    out.int(1);
    let mut fold = Writer::default();
    keys(FOLDS.iter().map(|row| row.0), &mut fold);
    texts(FOLDS.iter().map(|row| row.1), &mut fold);
    out.block(&fold.into_bytes());
    let mut readings = Writer::default();
    texts(SYLLABLES.iter().copied(), &mut readings);
    keys(READINGS.iter().map(|row| row.0), &mut readings);
    column(READINGS.iter().map(|row| row.1.len() as u32), &mut readings);
    column(
        READINGS
            .iter()
            .flat_map(|row| row.1)
            .map(|&id| u32::from(id)),
        &mut readings,
    );
    out.block(&readings.into_bytes());
    let mut splits = Writer::default();
    keys(SPLITS.iter().map(|row| row.0), &mut splits);
    column(SPLITS.iter().map(|_| 1), &mut splits);
    texts(SPLITS.iter().map(|row| row.1), &mut splits);
    out.block(&splits.into_bytes());
    out.block(&word_section(words));
    Tables::read(&out.into_bytes()).unwrap()
}

fn keys(keys: impl Iterator<Item = char>, out: &mut Writer) {
    let mut previous = 0;
    let steps = keys.map(|key| {
        let step = key as u32 - previous;
        previous = key as u32;
        step
    });
    column(steps, out);
}

fn column(integers: impl Iterator<Item = u32>, out: &mut Writer) {
    let mut column = Writer::default();
    integers.for_each(|integer| column.int(integer));
    out.block(&column.into_bytes());
}

fn texts<'a>(texts: impl Iterator<Item = &'a str> + Clone, out: &mut Writer) {
    column(texts.clone().map(|text| text.chars().count() as u32), out);
    out.block(texts.collect::<String>().as_bytes());
}

fn word_section(words: &[(&str, u8)]) -> Vec<u8> {
    let mut alphabet: Vec<char> = words.iter().flat_map(|(word, _)| word.chars()).collect();
    alphabet.sort_unstable();
    alphabet.dedup();
    let place = |c: char| alphabet.binary_search(&c).unwrap() as u32;
    let (mut shapes, mut letters, mut costs) = (Vec::new(), Writer::default(), Vec::new());
    let mut before: Vec<u32> = Vec::new();
    for (word, cost) in words {
        let now: Vec<u32> = word.chars().map(place).collect();
        let shared = now.iter().zip(&before).take_while(|(a, b)| a == b).count();
        shapes.push((shared * 4 + now.len() - shared - 1) as u8);
        letters.int(match before.get(shared) {
            Some(&stood) => now[shared] - stood,
            None => now[shared] + 1,
        });
        now[shared + 1..]
            .iter()
            .for_each(|&letter| letters.int(letter));
        costs.push(*cost);
        before = now;
    }
    let mut out = Writer::default();
    keys(alphabet.iter().copied(), &mut out);
    out.block(&shapes);
    out.block(&letters.into_bytes());
    out.block(&costs);
    out.into_bytes()
}
