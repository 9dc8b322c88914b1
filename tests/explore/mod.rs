//! Visits every world that can be reached from one, by any order of events.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Visits every reachable world once; returns how many there are. `visit`
/// panics if something does not hold that always must, and says what may happen
/// next, each with its name.
pub(crate) fn explore<W: Hash>(start: W, mut visit: impl FnMut(&W) -> Vec<(String, W)>) -> usize {
    // Fingerprints of 64 bits: among a million worlds the chance that two share
    // one is below one in ten million.
    let mut seen = HashSet::new();
    let mut trails: Vec<(usize, String)> = vec![(0, String::new())];
    let mut open = vec![(start, 0)];
    while let Some((world, trail)) = open.pop() {
        if !seen.insert(fingerprint(&world)) {
            continue;
        }
        let Ok(next) = catch_unwind(AssertUnwindSafe(|| visit(&world))) else {
            panic!("after {:#?}", follow(&trails, trail));
        };
        for (label, world) in next {
            trails.push((trail, label));
            open.push((world, trails.len() - 1));
        }
    }
    seen.len()
}

/// The same for equal worlds.
pub(crate) fn fingerprint(world: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    world.hash(&mut hasher);
    hasher.finish()
}

/// The events that led here, first to last.
fn follow(trails: &[(usize, String)], mut at: usize) -> Vec<&str> {
    let mut labels = Vec::new();
    while at != 0 {
        labels.push(trails[at].1.as_str());
        at = trails[at].0;
    }
    labels.reverse();
    labels
}
