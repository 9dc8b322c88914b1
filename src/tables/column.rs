//! The columns of the tables' file.

use crate::lexicon::{Ascending, LexiconError, Reader};

/// Reads ascending characters.
pub(super) fn keys(section: &mut Reader<'_>) -> Result<Vec<char>, LexiconError> {
    let mut column = Reader::new(section.block()?);
    let mut keys = Vec::new();
    let mut ascending = Ascending::default();
    while column.remaining() > 0 {
        let step = column.int()?;
        if step == 0 {
            return Err(LexiconError::Malformed("key"));
        }
        keys.push(ascending.advance(step, "key")?);
    }
    Ok(keys)
}

/// Reads a column of exactly `count` integers.
pub(super) fn integers(section: &mut Reader<'_>, count: usize) -> Result<Vec<u32>, LexiconError> {
    let mut column = Reader::new(section.block()?);
    let mut integers = Vec::new();
    while column.remaining() > 0 {
        integers.push(column.int()?);
    }
    if integers.len() == count {
        Ok(integers)
    } else {
        Err(LexiconError::Malformed("count"))
    }
}

/// Many short texts in one string.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    all: String,
    /// Where each text ends, in bytes.
    ends: Vec<u32>,
}

impl Texts {
    /// Reads `count` texts of 1 to `most` characters.
    pub(super) fn read(
        section: &mut Reader<'_>,
        count: usize,
        most: usize,
    ) -> Result<Self, LexiconError> {
        let texts = Self::read_any(section)?;
        let fits = |place| (1..=most).contains(&texts.get(place).chars().count());
        if texts.len() == count && (0..count).all(fits) {
            Ok(texts)
        } else {
            Err(LexiconError::Malformed("texts"))
        }
    }

    /// Reads as many texts as there are.
    pub(super) fn read_any(section: &mut Reader<'_>) -> Result<Self, LexiconError> {
        let mut lengths = Reader::new(section.block()?);
        let all = section.text()?;
        let mut texts = Self {
            all: all.to_owned(),
            ends: Vec::new(),
        };
        let mut chars = all.chars();
        while lengths.remaining() > 0 {
            for _ in 0..lengths.int()? {
                chars.next().ok_or(LexiconError::Malformed("text"))?;
            }
            texts.ends.push((all.len() - chars.as_str().len()) as u32);
        }
        if chars.as_str().is_empty() {
            Ok(texts)
        } else {
            Err(LexiconError::Malformed("text"))
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text at `place`; empty if there is none.
    pub(super) fn get(&self, place: usize) -> &str {
        self.all.get(super::range(&self.ends, place)).unwrap_or("")
    }
}
