//! What the policy compiler knows about characters and words: what folds to
//! what, how Chinese is read, how characters come apart, and how common words
//! are.
//!
//! The tables are one file, `data/tables/tables.bin`, that the compiler is
//! given; a pack carries only what its own terms need. `cargo xtask tables`
//! makes the file; `data/tables/README.md` says from what.
//!
//! # The file
//!
//! `TGTB`, the format number (1), then four sections, each a length and bytes:
//! fold, readings, splits, words. Integers are LEB128. A *column* is a length
//! and that many bytes, so that values of one kind stand together; gzip likes
//! that. A *key column* holds ascending code points, each as the difference
//! from the one before (the first from 0). A *text column* holds the number of
//! characters of each text in one column and all texts as UTF-8 in the next.
//!
//! | Section | Columns |
//! |---|---|
//! | fold | keys; texts: what each key folds to |
//! | readings | texts: the syllables by id; keys; a count per key; the ids of all keys |
//! | splits | keys; a count per key; texts: the ways of all keys |
//! | words | alphabet as keys; shapes; letters; costs |
//!
//! Words ascend. The shape of a word is one byte: the letters it shares with
//! the word before × 4 + the further letters − 1. The first further letter
//! follows as the distance in the alphabet from the letter that stood there in
//! the word before (from −1 if none did), the others as places in the alphabet.
//! Costs are one byte each.

mod column;
mod words;

use std::fmt;

use column::{Texts, integers, keys};
use words::Words;

use crate::lexicon::{LexiconError, Reader};

const MAGIC: &[u8; 4] = b"TGTB";
const FORMAT: u32 = 1;
/// Most letters that one character folds to.
pub const MAX_FOLD_CHARS: usize = 8;
/// Most characters of a word.
pub const MAX_WORD_CHARS: usize = 4;

/// The tables of the policy compiler.
#[derive(Clone, Debug)]
pub struct Tables {
    fold_keys: Vec<char>,
    fold_texts: Texts,
    syllables: Texts,
    reading_keys: Vec<char>,
    reading_ends: Vec<u32>,
    readings: Vec<u16>,
    split_keys: Vec<char>,
    split_ends: Vec<u32>,
    split_texts: Texts,
    words: Words,
}

impl Tables {
    /// Reads `tables.bin`.
    ///
    /// # Errors
    ///
    /// If `bytes` are not such a file, or one of another format.
    pub fn read(bytes: &[u8]) -> Result<Self, TablesError> {
        Self::parse(bytes).map_err(|_| TablesError(()))
    }

    fn parse(bytes: &[u8]) -> Result<Self, LexiconError> {
        let mut reader = Reader::new(bytes);
        if reader.raw(MAGIC.len())? != MAGIC || reader.int()? != FORMAT {
            return Err(LexiconError::Malformed("format"));
        }

        let mut section = Reader::new(reader.block()?);
        let fold_keys = keys(&mut section)?;
        let fold_texts = Texts::read(&mut section, fold_keys.len(), MAX_FOLD_CHARS)?;
        section.end()?;

        let mut section = Reader::new(reader.block()?);
        let syllables = Texts::read_any(&mut section)?;
        let reading_keys = keys(&mut section)?;
        let reading_ends = ends(&mut section, reading_keys.len())?;
        let readings = integers(&mut section, total(&reading_ends))?
            .into_iter()
            .map(|id| u16::try_from(id).ok())
            .collect::<Option<_>>()
            .ok_or(LexiconError::Malformed("syllable"))?;
        section.end()?;

        let mut section = Reader::new(reader.block()?);
        let split_keys = keys(&mut section)?;
        let split_ends = ends(&mut section, split_keys.len())?;
        let split_texts = Texts::read(&mut section, total(&split_ends), MAX_FOLD_CHARS)?;
        section.end()?;

        let words = Words::read(reader.block()?)?;
        reader.end()?;
        Ok(Self {
            fold_keys,
            fold_texts,
            syllables,
            reading_keys,
            reading_ends,
            readings,
            split_keys,
            split_ends,
            split_texts,
            words,
        })
    }

    /// The tables of this version.
    #[cfg(not(target_arch = "wasm32"))]
    #[expect(clippy::expect_used, reason = "the tests read the same bytes")]
    pub fn builtin() -> &'static Self {
        static BUILTIN: std::sync::OnceLock<Tables> = std::sync::OnceLock::new();
        let bytes = include_bytes!("../../data/tables/tables.bin");
        BUILTIN.get_or_init(|| Self::read(bytes).expect("the tables of this version"))
    }

    /// What a character folds to when that is not itself: 1 to
    /// [`MAX_FOLD_CHARS`] letters or digits, which fold to themselves.
    pub fn fold(&self, c: char) -> Option<&str> {
        let place = self.fold_keys.binary_search(&c).ok()?;
        Some(self.fold_texts.get(place))
    }

    /// All characters that fold to something else, ascending.
    pub fn folds(&self) -> impl Iterator<Item = (char, &str)> {
        let texts = (0..self.fold_texts.len()).map(|place| self.fold_texts.get(place));
        self.fold_keys.iter().copied().zip(texts)
    }

    /// The toneless pinyin of a folded Chinese character as syllable ids, the
    /// most common first; ü is v. Empty if there is none.
    pub fn readings(&self, c: char) -> &[u16] {
        match self.reading_keys.binary_search(&c) {
            Ok(place) => self.readings_at(place),
            Err(_) => &[],
        }
    }

    /// All characters that have readings, ascending.
    pub fn all_readings(&self) -> impl Iterator<Item = (char, &[u16])> {
        let readings = (0..self.reading_keys.len()).map(|place| self.readings_at(place));
        self.reading_keys.iter().copied().zip(readings)
    }

    fn readings_at(&self, place: usize) -> &[u16] {
        let range = range(&self.reading_ends, place);
        self.readings.get(range).unwrap_or(&[])
    }

    /// How many syllables there are; ids are smaller.
    pub fn syllables(&self) -> usize {
        self.syllables.len()
    }

    /// The letters of a syllable, such as `zhuang`; empty if `id` is unknown.
    pub fn syllable(&self, id: u16) -> &str {
        self.syllables.get(usize::from(id))
    }

    /// The ways to write a folded character as two or three others side by
    /// side or above each other: 强 as 弓虽, 男 as 田力.
    pub fn splits(&self, c: char) -> impl Iterator<Item = &str> {
        let range = match self.split_keys.binary_search(&c) {
            Ok(place) => range(&self.split_ends, place),
            Err(_) => 0..0,
        };
        range.map(|way| self.split_texts.get(way))
    }

    /// Folded words of Chinese, 1 to [`MAX_WORD_CHARS`] characters, ascending,
    /// with their cost: 8 · ln(all occurrences / those of the word), rounded
    /// and at most 255. The lower, the more common.
    pub fn words(&self) -> impl Iterator<Item = (&str, u8)> {
        self.words.iter()
    }

    /// The cost of a word; none if it is unknown.
    pub fn word_cost(&self, word: &str) -> Option<u8> {
        self.words.cost(word)
    }
}

/// A count per key, as the ends of the keys' ranges.
fn ends(section: &mut Reader<'_>, keys: usize) -> Result<Vec<u32>, LexiconError> {
    let mut end = 0u32;
    let mut ends = integers(section, keys)?;
    for count in &mut ends {
        end = end
            .checked_add(*count)
            .ok_or(LexiconError::Malformed("count"))?;
        *count = end;
    }
    Ok(ends)
}

fn total(ends: &[u32]) -> usize {
    ends.last().map_or(0, |&end| end as usize)
}

/// The range of the values of the key at `place`.
fn range(ends: &[u32], place: usize) -> std::ops::Range<usize> {
    let start = match place.checked_sub(1) {
        Some(before) => ends.get(before).copied().unwrap_or(0),
        None => 0,
    };
    let end = ends.get(place).copied().unwrap_or(start);
    start as usize..end as usize
}

/// The bytes are not the tables of this format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TablesError(());

impl TablesError {
    /// A stable code: `tables/malformed`.
    pub fn code(&self) -> &'static str {
        "tables/malformed"
    }
}

impl fmt::Display for TablesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes are not the tables of this version")
    }
}

impl std::error::Error for TablesError {}
