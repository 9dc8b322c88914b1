//! What a guardian changed, as the backend signed it.

use super::preset::Hours;

/// The name under which a guardian's limits appear where a preset is named.
pub const GUARDIAN: &str = "guardian";

/// Longest daily time, in minutes.
pub const MAX_DAILY_MIN: u16 = 1440;

/// Shortest time between reminders to rest, in minutes.
pub const MIN_REMIND_MIN: u16 = 5;

/// A guardian's settings. They replace what presets with `enforce: default` ask
/// for; beside other presets they can only tighten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guardian {
    /// Minutes of use a day, 0–1440; 0 closes always.
    pub daily_min: Option<u16>,
    /// Closed time of day; `Some(None)` is no curfew.
    pub curfew: Option<Option<Hours>>,
    /// Minutes without a break after which to remind, 5–1440.
    pub remind_min: Option<u16>,
    /// Civil day and minutes, 1–1440, that it gets on top of default quotas.
    pub extra: Option<(i64, u16)>,
    /// Closed before this instant; 0 is never. It outlives the assertion that
    /// set it, until another one says otherwise.
    pub paused_until: i64,
    /// Default presets do not hold before this instant; 0 is never.
    pub exit_until: i64,
}
