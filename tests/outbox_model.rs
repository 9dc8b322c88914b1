//! Every order of events in a small world, and random orders in a larger one:
//! nothing is lost, nothing is stored twice, every loss is counted once.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "outbox/promises.rs"]
mod promises;
#[path = "outbox/world.rs"]
mod world;

use proptest::prelude::*;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tidegate::report::OutboxLimits;
use world::{Budget, Poison, World};

const ROOMY: OutboxLimits = OutboxLimits {
    max_bytes: 10_000,
    max_age_ms: 86_400_000,
};
/// Two records of 100 bytes fit, a third drives the first out.
const TIGHT: OutboxLimits = OutboxLimits {
    max_bytes: 250,
    max_age_ms: 86_400_000,
};
/// Shorter than a lease: one hanging request is enough for records to expire.
const BRIEF: OutboxLimits = OutboxLimits {
    max_bytes: 10_000,
    max_age_ms: 2_000,
};

/// Visits every reachable world once, checks it, and checks that it ends well
/// if nothing more goes wrong; returns how many worlds there are.
fn explore(start: World) -> usize {
    // Fingerprints of 64 bits: among a million worlds the chance that two
    // share one is below one in ten million.
    let (mut seen, mut completed) = (HashSet::new(), HashSet::new());
    let mut trails: Vec<(usize, String)> = vec![(0, String::new())];
    let mut open = vec![(start, 0)];
    while let Some((world, trail)) = open.pop() {
        if !seen.insert(fingerprint(&world)) {
            continue;
        }
        let verdict = catch_unwind(AssertUnwindSafe(|| {
            world.check();
            if completed.insert(fingerprint(&world.calm())) {
                world.clone().complete();
                world.without_answers().complete();
            }
            world.successors()
        }));
        let Ok(next) = verdict else {
            panic!("after {:?}", follow(&trails, trail));
        };
        for (label, world) in next {
            trails.push((trail, label));
            open.push((world, trails.len() - 1));
        }
    }
    seen.len()
}

fn fingerprint(world: &World) -> u64 {
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

fn budget(adds: u8, faults: u8, crashes: u8, hides: u8) -> Budget {
    Budget {
        adds,
        faults,
        crashes,
        hides,
    }
}

/// Explores and guards against a model in which nothing can happen.
fn assert_explored(limits: OutboxLimits, poison: Poison, budget: Budget) {
    let worlds = explore(World::new(limits, poison, budget));
    println!("{worlds} worlds");
    assert!(worlds > 100, "only {worlds} worlds: the model is broken");
}

#[test]
fn two_records_survive_any_two_faults() {
    assert_explored(ROOMY, Poison::None, budget(2, 2, 0, 0));
}

#[test]
fn one_record_survives_two_faults_and_two_crashes() {
    assert_explored(ROOMY, Poison::None, budget(1, 2, 2, 0));
}

#[test]
fn three_records_survive_any_fault_and_any_crash() {
    assert_explored(ROOMY, Poison::None, budget(3, 1, 1, 0));
}

#[test]
fn hiding_and_flushing_at_any_moment_loses_nothing() {
    assert_explored(ROOMY, Poison::None, budget(2, 1, 0, 1));
    assert_explored(ROOMY, Poison::None, budget(2, 0, 1, 1));
}

#[test]
fn what_does_not_fit_is_counted_once_whatever_crashes() {
    assert_explored(TIGHT, Poison::None, budget(3, 0, 2, 0));
    assert_explored(TIGHT, Poison::None, budget(3, 1, 0, 0));
    assert_explored(TIGHT, Poison::None, budget(3, 0, 1, 1));
}

#[test]
fn what_waits_too_long_is_counted_once_whatever_fails() {
    assert_explored(BRIEF, Poison::None, budget(2, 1, 0, 0));
    assert_explored(BRIEF, Poison::None, budget(2, 0, 1, 0));
    assert_explored(BRIEF, Poison::None, budget(1, 1, 1, 0));
}

#[test]
fn a_poison_record_is_set_aside_and_stops_no_other() {
    for poison in [
        Poison::Status(400),
        Poison::Status(413),
        Poison::Status(422),
        Poison::Status(500),
        Poison::Named,
    ] {
        assert_explored(ROOMY, poison, budget(3, 0, 0, 0));
        assert_explored(ROOMY, poison, budget(2, 0, 1, 0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Longer lives than can be enumerated: many records, faults and crashes
    /// in random order, with a wall clock that jumps.
    #[test]
    fn random_lives_lose_nothing(
        max_bytes in 300_u64..3_000,
        max_age_ms in prop_oneof![Just(86_400_000_u64), 1_000_u64..600_000],
        choices in prop::collection::vec((any::<u16>(), 0_u8..16), 1..120),
    ) {
        let limits = OutboxLimits { max_bytes, max_age_ms };
        let mut world = World::new(limits, Poison::None, budget(40, 40, 6, 6));
        for (choice, kind) in choices {
            if kind == 0 {
                world.jump_wall(i64::from(choice) * 1_000 - 30_000_000);
                continue;
            }
            let mut next = world.successors();
            if next.is_empty() {
                break;
            }
            let at = usize::from(choice) % next.len();
            world = next.swap_remove(at).1;
            world.check();
        }
        world.complete();
    }
}
