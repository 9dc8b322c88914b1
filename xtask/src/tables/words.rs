//! The words of Chinese and how common they are.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use unicode_script::{Script, UnicodeScript};

use super::Section;
use super::fold::Folds;
use super::write::Column;

/// Words of two to four characters that occur less often are left out: the
/// section has to stay below 260 kB gzip.
const MIN_OCCURRENCES: u64 = 15;
const MAX_CHARS: usize = 4;

/// Words with their cost, 8 · ln(all occurrences / its own).
pub(super) type Words = BTreeMap<String, u8>;

/// Folds and chooses among the dictionary's words.
pub(super) fn words(dictionary: &[(String, u32)], folds: &Folds) -> Words {
    let mut occurrences: BTreeMap<String, u64> = BTreeMap::new();
    for (word, count) in dictionary {
        let folded = folds.text(word);
        if folded.chars().all(|c| c.script() == Script::Han) {
            *occurrences.entry(folded).or_default() += u64::from((*count).max(1));
        }
    }
    let all: u64 = occurrences.values().sum();
    let enough = |word: &str, count: u64| match word.chars().count() {
        1 => true,
        2..=MAX_CHARS => count >= MIN_OCCURRENCES,
        _ => false,
    };
    occurrences
        .into_iter()
        .filter(|(word, count)| enough(word, *count))
        .map(|(word, count)| {
            let cost = 8.0 * (all as f64 / count as f64).ln();
            (word, cost.round().clamp(0.0, 255.0) as u8)
        })
        .collect()
}

/// The words of one character.
pub(super) fn singles(words: &Words) -> impl Iterator<Item = char> {
    words.keys().filter_map(|word| super::sources::single(word))
}

pub(super) fn section(words: &Words) -> Result<Section> {
    let letters: BTreeSet<char> = words.keys().flat_map(|word| word.chars()).collect();
    let letters: Vec<char> = letters.into_iter().collect();
    let mut shapes = Column::default();
    let mut places = Column::default();
    let mut costs = Column::default();
    let mut before: Vec<usize> = Vec::new();
    for (word, cost) in words {
        let place = |c| letters.binary_search(&c).ok();
        let word: Option<Vec<usize>> = word.chars().map(place).collect();
        let word = word.context("a letter was lost")?;
        let shared = before.iter().zip(&word).take_while(|(a, b)| a == b).count();
        let more = word.len() - shared;
        shapes.byte((shared * 4 + more - 1) as u8);
        let distance = match before.get(shared) {
            Some(there) => word[shared] - there,
            None => word[shared] + 1,
        };
        places.int(distance as u32);
        for &place in &word[shared + 1..] {
            places.int(place as u32);
        }
        costs.byte(*cost);
        before = word;
    }
    let mut bytes = Column::default();
    bytes.keys(letters.iter().copied());
    bytes.column(shapes);
    bytes.column(places);
    bytes.column(costs);
    Ok(Section {
        name: "words",
        holds: format!("{} words of {} letters", words.len(), letters.len()),
        bytes: bytes.into_bytes(),
    })
}
