//! How characters are read.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::Section;
use super::fold::Folds;
use super::write::Column;

/// Further readings are rare ones.
const MAX_READINGS: usize = 4;

/// Toneless syllables, and which characters are read so.
#[derive(Debug)]
pub(super) struct Readings {
    syllables: Vec<String>,
    readings: BTreeMap<char, Vec<usize>>,
}

/// The readings of the `common` characters: their own, then those of the
/// characters of GB 2312 that fold to them (着 is also 著, zhu).
pub(super) fn readings(
    all: &BTreeMap<char, Vec<String>>,
    common: &BTreeSet<char>,
    folds: &Folds,
    gb2312: &BTreeSet<char>,
) -> Result<Readings> {
    let sources = folds.sources();
    let mut chosen: BTreeMap<char, Vec<&str>> = BTreeMap::new();
    for &c in common {
        let others = sources.get(&c).into_iter().flatten().copied();
        let others = others.filter(|from| gb2312.contains(from));
        let mut own: Vec<&str> = Vec::new();
        for syllable in std::iter::once(c)
            .chain(others)
            .filter_map(|c| all.get(&c))
            .flatten()
        {
            if own.len() < MAX_READINGS && !own.contains(&syllable.as_str()) {
                own.push(syllable);
            }
        }
        if !own.is_empty() {
            chosen.insert(c, own);
        }
    }
    let syllables: BTreeSet<&str> = chosen.values().flatten().copied().collect();
    let syllables: Vec<String> = syllables.into_iter().map(str::to_owned).collect();
    let mut readings = BTreeMap::new();
    for (c, own) in chosen {
        let find =
            |syllable: &str| syllables.binary_search_by(|other| other.as_str().cmp(syllable));
        let ids: Option<Vec<usize>> = own
            .into_iter()
            .map(|syllable| find(syllable).ok())
            .collect();
        readings.insert(c, ids.context("a syllable was lost")?);
    }
    Ok(Readings {
        syllables,
        readings,
    })
}

impl Readings {
    pub(super) fn section(&self) -> Section {
        let mut bytes = Column::default();
        bytes.texts(self.syllables.iter().map(String::as_str));
        bytes.keys(self.readings.keys().copied());
        bytes.ints(self.readings.values().map(Vec::len));
        bytes.ints(self.readings.values().flatten().copied());
        Section {
            name: "readings",
            holds: format!(
                "{} characters, {} syllables",
                self.readings.len(),
                self.syllables.len()
            ),
            bytes: bytes.into_bytes(),
        }
    }
}
