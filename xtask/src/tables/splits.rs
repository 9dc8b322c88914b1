//! Characters written as others, which stand in them side by side or above each
//! other.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::Section;
use super::fold::Folds;
use super::write::Column;

/// Forms that a part takes on one side of a character, and what people type for
/// them: the form itself, then the character that it is a form of.
const STAND_INS: &[(char, &str)] = &[
    ('亻', "亻人"),
    ('刂', "刂刀"),
    ('忄', "忄心"),
    ('扌', "扌才"),
    ('牜', "牜牛"),
    ('礻', "礻示"),
    ('纟', "纟丝"),
    ('衤', "衤衣"),
    ('讠', "讠言"),
    ('钅', "钅金"),
    ('饣', "饣食"),
];

/// The ways to write each `common` character.
pub(super) fn splits(
    all: &BTreeMap<char, Vec<char>>,
    common: &BTreeSet<char>,
    folds: &Folds,
) -> Result<BTreeMap<char, Vec<String>>> {
    let mut splits = BTreeMap::new();
    for (&whole, parts) in all {
        if !common.contains(&whole) || !(2..=3).contains(&parts.len()) {
            continue;
        }
        let mut ways = vec![String::new()];
        for part in parts {
            let stand_ins = STAND_INS.iter().find(|(form, _)| form == part);
            let typed: String = match stand_ins {
                Some((_, typed)) => (*typed).to_owned(),
                None => folds.text(&part.to_string()),
            };
            // A part that hardly anybody can type is no use.
            let usable = stand_ins.is_some() || typed.chars().all(|c| common.contains(&c));
            let next = ways
                .iter()
                .flat_map(|way| typed.chars().map(move |c| format!("{way}{c}")));
            ways = if usable { next.collect() } else { Vec::new() };
        }
        if !ways.is_empty() {
            splits.insert(whole, ways);
        }
    }
    Ok(splits)
}

pub(super) fn section(splits: &BTreeMap<char, Vec<String>>) -> Section {
    let mut bytes = Column::default();
    bytes.keys(splits.keys().copied());
    bytes.ints(splits.values().map(Vec::len));
    bytes.texts(splits.values().flatten().map(String::as_str));
    Section {
        name: "splits",
        holds: format!(
            "{} characters, {} ways",
            splits.len(),
            splits.values().map(Vec::len).sum::<usize>()
        ),
        bytes: bytes.into_bytes(),
    }
}
