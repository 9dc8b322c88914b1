//! Minors' time: a ledger of used intervals on a trusted time line, the presets
//! that limit it, and a status that explains itself.
//!
//! Every time is in milliseconds since the Unix epoch on the *trusted* time
//! line (the server's clock, or the wall clock at start, carried forward by a
//! monotonic clock); a name ending in `_ms` is a duration. All windows are
//! half-open: a curfew from 22:00 to 06:00 is closed at 22:00:00.000 and open at
//! 06:00:00.000, and a quota of 60 minutes closes when exactly 60 minutes are
//! used.
//!
//! [`Meter`] is sans-I/O: the shell tells it what time it is and whether the
//! user is active, and asks what holds. [`Meter::save`] gives bytes to keep;
//! [`Meter::merge`] takes the union with what another tab or device kept.

pub mod assertion;
pub mod calendar;
pub mod civil;
pub mod clock;
pub mod guardian;
pub mod interval;
pub mod ledger;
pub mod limits;
pub mod meter;
pub mod preset;
pub mod reminder;

mod codec;
mod error;
mod json;
mod signature;

pub use assertion::Claims;
pub use calendar::{Calendar, CalendarStatus};
pub use civil::Zone;
pub use clock::{TrustedClock, verify_time};
pub use error::UsageError;
pub use guardian::Guardian;
pub use interval::{Interval, IntervalSet};
pub use ledger::Ledger;
pub use limits::{CloseReason, Limits};
pub use meter::{Identity, Meter, MeterOptions, Status};
pub use preset::{Assume, PRESETS, Preset};
pub use reminder::{Reminder, ReminderKind};

/// Latest time that is taken, the end of the year 9999; later ones are clamped.
pub const MAX_TIME: i64 = 253_402_300_800_000;

/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60_000;

/// Milliseconds in a day.
pub const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
