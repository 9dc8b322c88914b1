//! The tests of what is stored once more, on PostgreSQL, and those of what only
//! it can do. Not among the tests
//! that `cargo test` runs by itself: `cargo test -p tidegate-collector --test
//! postgres`.

#[path = "crash.rs"]
mod crash;
#[path = "exports.rs"]
mod exports;
#[path = "guardian.rs"]
mod guardian;
#[path = "policies.rs"]
mod policies;
#[path = "reports.rs"]
mod reports;
#[path = "postgres/shared.rs"]
mod shared;
#[path = "staff.rs"]
mod staff;
#[path = "subjects.rs"]
mod subjects;
#[path = "usage.rs"]
mod usage;
