//! The words and their costs.

use super::MAX_WORD_CHARS;
use super::column::keys;
use crate::lexicon::{LexiconError, Reader};

/// Ascending words in one string.
#[derive(Clone, Debug)]
pub(super) struct Words {
    all: String,
    /// Where each word ends, in bytes.
    ends: Vec<u32>,
    costs: Vec<u8>,
}

impl Words {
    pub(super) fn read(section: &[u8]) -> Result<Self, LexiconError> {
        let mut section = Reader::new(section);
        let alphabet = keys(&mut section)?;
        let shapes = section.block()?;
        let mut letters = Reader::new(section.block()?);
        let costs = section.block()?.to_vec();
        section.end()?;
        let mut words = Self {
            all: String::new(),
            ends: Vec::with_capacity(shapes.len()),
            costs,
        };
        // The word before, as places in the alphabet.
        let mut word: Vec<u32> = Vec::new();
        for shape in shapes {
            let shared = usize::from(shape >> 2);
            let more = usize::from(shape & 3) + 1;
            if shared > word.len() || shared + more > MAX_WORD_CHARS {
                return Err(LexiconError::Malformed("shape"));
            }
            let distance = letters.int()?;
            let place = match word.get(shared) {
                Some(before) if distance > 0 => before.saturating_add(distance),
                None if distance > 0 => distance - 1,
                _ => return Err(LexiconError::Malformed("order")),
            };
            word.truncate(shared);
            word.push(place);
            for _ in 1..more {
                word.push(letters.int()?);
            }
            for &place in &word {
                let letter = alphabet.get(place as usize);
                words
                    .all
                    .push(*letter.ok_or(LexiconError::Malformed("letter"))?);
            }
            words.ends.push(words.all.len() as u32);
        }
        letters.end()?;
        if words.costs.len() == words.ends.len() {
            Ok(words)
        } else {
            Err(LexiconError::Malformed("costs"))
        }
    }

    fn word(&self, place: usize) -> &str {
        self.all.get(super::range(&self.ends, place)).unwrap_or("")
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, u8)> {
        let words = (0..self.ends.len()).map(|place| self.word(place));
        words.zip(self.costs.iter().copied())
    }

    pub(super) fn cost(&self, word: &str) -> Option<u8> {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.word(middle).cmp(word) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return self.costs.get(middle).copied(),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}
