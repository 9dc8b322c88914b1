//! Every order of events in a small world of two devices and three pages: time
//! that was used counts once, none is lost but what a crash may lose, and no
//! quota is exceeded by more than a heartbeat.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "usage_model/events.rs"]
mod events;
#[path = "explore/mod.rs"]
mod explore;
#[path = "usage_model/known.rs"]
mod known;
#[path = "usage_model/promises.rs"]
mod promises;
#[path = "usage_model/world.rs"]
mod world;

use events::Budget;
use explore::explore;
use world::World;

/// Nothing but time.
const NONE: Budget = Budget {
    slots: 0,
    switches: 0,
    crashes: 0,
    doors: 0,
    lines: 0,
    jumps: 0,
    is_one_at_a_time: false,
};

/// Explores and guards against a model in which nothing can happen.
fn assert_explored(pages: [usize; 2], budget: Budget) {
    assert_explored_from(World::new(pages, budget));
}

fn assert_explored_from(start: World) {
    let worlds = explore(start, |world| {
        world.check();
        // It ends well if all meet again.
        if world.is_over() {
            world.clone().complete();
        }
        world.successors()
    });
    println!("{worlds} worlds");
    assert!(worlds > 100, "only {worlds} worlds: the model is broken");
}

#[test]
fn three_pages_on_two_devices_count_the_union() {
    assert_explored(
        [2, 1],
        Budget {
            slots: 8,
            switches: 4,
            ..NONE
        },
    );
}

#[test]
fn crashes_lose_a_heartbeat_at_most() {
    assert_explored(
        [2, 1],
        Budget {
            slots: 7,
            switches: 2,
            crashes: 1,
            doors: 1,
            ..NONE
        },
    );
    assert_explored(
        [1, 1],
        Budget {
            slots: 6,
            switches: 2,
            crashes: 2,
            doors: 2,
            ..NONE
        },
    );
}

#[test]
fn what_was_used_without_a_connection_counts_when_it_comes_back() {
    assert_explored(
        [2, 1],
        Budget {
            slots: 7,
            switches: 2,
            lines: 2,
            ..NONE
        },
    );
}

#[test]
fn clocks_that_jump_win_nothing() {
    let one = Budget {
        slots: 6,
        switches: 2,
        is_one_at_a_time: true,
        ..NONE
    };
    assert_explored(
        [1, 1],
        Budget {
            doors: 1,
            jumps: 1,
            lines: 1,
            ..one
        },
    );
}

#[test]
fn clocks_that_jump_twice_win_nothing() {
    let one = Budget {
        slots: 6,
        switches: 1,
        is_one_at_a_time: true,
        ..NONE
    };
    assert_explored(
        [1, 0],
        Budget {
            doors: 3,
            jumps: 2,
            lines: 2,
            ..one
        },
    );
}

#[test]
fn a_page_behind_keeps_what_a_page_ahead_wrote() {
    let one = Budget {
        slots: 6,
        switches: 1,
        is_one_at_a_time: true,
        ..NONE
    };
    assert_explored(
        [2, 0],
        Budget {
            doors: 2,
            jumps: 1,
            lines: 1,
            ..one
        },
    );
}

#[test]
fn two_devices_under_wrong_clocks_count_the_larger_and_no_more_than_real_time() {
    let budget = Budget {
        slots: 5,
        switches: 2,
        lines: 2,
        is_one_at_a_time: true,
        ..NONE
    };
    assert_explored_from(World::under_wrong_clocks([20, 30], budget));
}
