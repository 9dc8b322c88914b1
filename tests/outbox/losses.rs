//! What the models of the outbox share: small limits, and which records a count
//! of losses stands for.

use std::collections::{BTreeMap, BTreeSet};
use tidegate::report::{Drops, OutboxLimits};

pub(crate) const ROOMY: OutboxLimits = OutboxLimits {
    max_bytes: 10_000,
    max_age_ms: 86_400_000,
};
/// Two records of 100 bytes fit, a third drives the first out.
pub(crate) const TIGHT: OutboxLimits = OutboxLimits {
    max_bytes: 250,
    max_age_ms: 86_400_000,
};

/// The records that each count stands for, by its id.
pub(crate) type StandsFor = BTreeMap<String, BTreeSet<String>>;

/// Gives a new count its id, and notes what it stands for: the records that it
/// covers or that are `gone` with it, and those of counts among them. Returns
/// its id and how many they are.
pub(crate) fn note(
    counts: &mut StandsFor,
    drops: &Drops,
    gone: &BTreeSet<String>,
) -> (String, usize) {
    let mut lost = BTreeSet::new();
    for covered in drops.covers.iter().chain(gone) {
        match counts.get(covered) {
            Some(earlier) => lost.extend(earlier.iter().cloned()),
            None => drop(lost.insert(covered.clone())),
        }
    }
    let (id, many) = (format!("d{}", counts.len() + 1), lost.len());
    counts.insert(id.clone(), lost);
    (id, many)
}
