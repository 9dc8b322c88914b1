//! A small world: tables of two dozen characters in which everything meets.

use crate::small::Small;
use std::sync::OnceLock;
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
const SPLITS: [(char, &[&str]); 1] = [('彩', &["采彡"])];
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
    let small = Small {
        folds: FOLDS.to_vec(),
        syllables: SYLLABLES.to_vec(),
        readings: READINGS.map(|(c, ids)| (c, ids.to_vec())).to_vec(),
        splits: SPLITS.map(|(c, ways)| (c, ways.to_vec())).to_vec(),
        words: words.to_vec(),
    };
    small.build()
}
