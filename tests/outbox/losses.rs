//! What the models of the outbox share: small limits, which records a count of
//! losses stands for, and what the collector makes of the counts.

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

/// Gives a new count its id, and notes the records that it stands for.
pub(crate) fn note(counts: &mut StandsFor, drops: &Drops) -> String {
    let lost: BTreeSet<String> = drops.ids.iter().cloned().collect();
    assert_eq!(lost.len(), drops.ids.len(), "{drops:?}");
    assert_eq!(lost.len(), drops.count as usize, "{drops:?}");
    assert!(
        lost.is_disjoint(&counts.keys().cloned().collect()),
        "{drops:?}"
    );
    let id = format!("d{}", counts.len() + 1);
    counts.insert(id.clone(), lost);
    id
}

/// What is lost, as the collector tells it: named by a count that has arrived, however many do, and
/// not there.
pub(crate) fn lost(collector: &BTreeSet<String>, counts: &StandsFor) -> BTreeSet<String> {
    let arrived = collector.iter().filter_map(|id| counts.get(id));
    let named: BTreeSet<String> = arrived.flatten().cloned().collect();
    &named - collector
}
