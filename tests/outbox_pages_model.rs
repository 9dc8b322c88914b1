//! Several pages of one store, one of which sends: every order of events in a
//! small world, and ten thousand random lives in a larger one.
//!
//! A life is named by its seed, which a failure prints:
//! `TIDEGATE_SIMULATOR_SEED=7 cargo test --test outbox_pages_model`.
//! `TIDEGATE_SIMULATOR_RUNS` is how many lives there are, 10,000 by default.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "explore/mod.rs"]
mod explore;
#[path = "outbox/losses.rs"]
mod losses;
#[path = "outbox/pages.rs"]
mod pages;
#[path = "outbox/pages_promises.rs"]
mod pages_promises;
#[path = "outbox/pages_runtime.rs"]
mod pages_runtime;

use explore::explore;
use losses::{ROOMY, TIGHT};
use pages::{Budget, Pages};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tidegate::report::OutboxLimits;

const NOTHING: Budget = Budget {
    makes: 0,
    faults: 0,
    kills: 0,
    opens: 0,
    freezes: 0,
    fills: 0,
};
const RUNS: u64 = 10_000;
/// Most events of a life.
const EVENTS: u64 = 80;

fn assert_explored(limits: OutboxLimits, pages: usize, budget: Budget) {
    let worlds = explore(Pages::new(limits, pages, budget), |world| {
        world.clone().complete();
        let next = world.choices().into_iter().map(|choice| {
            let mut after = world.clone();
            after.apply(choice);
            (format!("{choice:?}"), after)
        });
        next.collect()
    });
    println!("{worlds} worlds");
    assert!(worlds > 100, "only {worlds} worlds: the model is broken");
}

#[test]
fn two_pages_lose_nothing_whichever_is_killed_whenever() {
    let budget = Budget {
        makes: 2,
        kills: 1,
        ..NOTHING
    };
    assert_explored(ROOMY, 2, budget);
    let budget = Budget {
        makes: 1,
        kills: 2,
        opens: 1,
        ..NOTHING
    };
    assert_explored(ROOMY, 2, budget);
}

#[test]
fn two_pages_lose_nothing_whatever_the_network_does() {
    let budget = Budget {
        makes: 1,
        faults: 1,
        kills: 1,
        ..NOTHING
    };
    assert_explored(ROOMY, 2, budget);
}

#[test]
fn what_does_not_fit_is_counted_once_whichever_page_is_killed() {
    let budget = Budget {
        makes: 3,
        kills: 1,
        ..NOTHING
    };
    assert_explored(TIGHT, 2, budget);
}

#[test]
fn a_page_that_wakes_and_still_believes_to_lead_loses_nothing() {
    let budget = Budget {
        makes: 1,
        faults: 1,
        freezes: 1,
        ..NOTHING
    };
    assert_explored(ROOMY, 2, budget);
}

#[test]
fn a_store_that_is_full_loses_nothing_while_the_pages_live() {
    let budget = Budget {
        makes: 2,
        fills: 1,
        ..NOTHING
    };
    assert_explored(ROOMY, 2, budget);
}

/// Steele, Lea and Flood's generator.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % count
    }
}

fn live(seed: u64) {
    let mut dice = Dice(seed);
    let limits = OutboxLimits {
        max_bytes: 250 + dice.below(2_000),
        max_age_ms: [86_400_000, 120_000][dice.below(2) as usize],
    };
    let budget = Budget {
        makes: 12,
        faults: 8,
        kills: 3,
        opens: 3,
        freezes: u8::from(dice.below(4) == 0),
        fills: u8::from(dice.below(4) == 0),
    };
    let mut world = Pages::new(limits, 1 + dice.below(3) as usize, budget);
    for _ in 0..1 + dice.below(EVENTS) {
        let choices = world.choices();
        if choices.is_empty() {
            break;
        }
        let at = dice.below(choices.len() as u64) as usize;
        world.apply(choices[at]);
    }
    world.complete();
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn random_lives_of_pages_lose_nothing() {
    if let Some(seed) = variable("TIDEGATE_SIMULATOR_SEED") {
        return live(seed);
    }
    for seed in 0..variable("TIDEGATE_SIMULATOR_RUNS").unwrap_or(RUNS) {
        if catch_unwind(AssertUnwindSafe(|| live(seed))).is_err() {
            panic!("TIDEGATE_SIMULATOR_SEED={seed}");
        }
    }
}
