//! Every order of events in a small world, and random orders in a larger one:
//! nothing is lost, nothing is stored twice, every loss is counted once.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "explore/mod.rs"]
mod explore;
#[path = "outbox/losses.rs"]
mod losses;
#[path = "outbox/promises.rs"]
mod promises;
#[path = "outbox/world.rs"]
mod world;

use explore::{explore, fingerprint};
use losses::{ROOMY, TIGHT};
use proptest::prelude::*;
use std::collections::HashSet;
use tidegate::report::OutboxLimits;
use world::{Budget, Poison, World};

/// Shorter than a lease: one hanging request is enough for records to expire.
const BRIEF: OutboxLimits = OutboxLimits {
    max_bytes: 10_000,
    max_age_ms: 2_000,
};

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
    let mut completed = HashSet::new();
    let worlds = explore(World::new(limits, poison, budget), |world| {
        world.check();
        // It ends well if nothing more goes wrong.
        if completed.insert(fingerprint(&world.calm())) {
            world.clone().complete();
            world.without_answers().complete();
        }
        world.successors()
    });
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
fn hiding_flushing_and_signing_out_at_any_moment_lose_nothing_uncounted() {
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

/// Lives one random event after the other, and then everything goes well.
fn live(limits: OutboxLimits, budget: Budget, choices: Vec<(u16, u8)>) {
    let mut world = World::new(limits, Poison::None, budget);
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

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 10_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// More lives than can be enumerated, with everything that can go wrong.
    #[test]
    fn ten_thousand_random_lives_lose_nothing(
        max_bytes in 300_u64..1_500,
        choices in prop::collection::vec((any::<u16>(), 0_u8..16), 1..24),
    ) {
        live(OutboxLimits { max_bytes, max_age_ms: 60_000 }, budget(10, 6, 2, 2), choices);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
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
        live(OutboxLimits { max_bytes, max_age_ms }, budget(40, 40, 6, 6), choices);
    }
}
