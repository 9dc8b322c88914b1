//! What the presets ask of one subject, merged, and when it closes and opens.

mod merge;
mod rules;

pub use merge::Subject;

use super::calendar::{Calendar, CalendarStatus};
use super::reminder::{ReminderKind, Start};
use super::{Ledger, MINUTE_MS, Zone};
use rules::Rule;

/// Time left at which the user is told, longest first. No text asks for it; the
/// values are our choice.
pub const WARN_AT_MS: [i64; 3] = [10 * MINUTE_MS, 5 * MINUTE_MS, MINUTE_MS];

/// How many closed windows in a row are looked through for the next opening.
const MAX_WINDOWS: usize = 64;

/// Why the service is closed.
///
/// In order of gravity: if several hold, the last is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CloseReason {
    /// The day's time is used.
    Quota,
    /// A closed time of day.
    Curfew,
    /// A day of the week or year without service.
    Day,
    /// The guardian paused it, or has to agree first.
    Guardian,
}

impl CloseReason {
    /// The word that crosses to JavaScript.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Curfew => "curfew",
            Self::Quota => "quota",
            Self::Day => "day",
            Self::Guardian => "guardian",
        }
    }
}

/// A reminder of one kind.
#[derive(Clone, Copy, Debug)]
pub struct ReminderRule {
    /// What it says.
    pub kind: ReminderKind,
    /// The preset that asks for it.
    pub preset: &'static str,
    /// Decides the civil day of [`Start::Daily`].
    pub zone: Zone,
    /// At which start of use.
    pub start: Option<Start>,
    /// After so much use without a break, and again; 0 is never.
    pub every_ms: i64,
    /// A guardian's exit lifts it.
    pub default: bool,
}

/// The limits of one subject: curfews unite, windows intersect, the quota with
/// the least time left wins, the shortest reminder of a kind wins. None at all
/// for an adult under presets for minors.
#[derive(Debug)]
pub struct Limits {
    zone: Zone,
    calendar: Calendar,
    uses_calendar: bool,
    rules: Vec<Rule>,
    reminders: Vec<ReminderRule>,
    deny: u8,
    require: u8,
    /// Consent is required and not there.
    unconsented: bool,
    idle_ms: i64,
    exit_until: i64,
}

impl Limits {
    /// The zone of the day summary: that of the first preset.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The gap that ends use: the longest of the presets, which counts the most.
    pub fn idle_ms(&self) -> i64 {
        self.idle_ms
    }

    /// Bits of [`super::preset::DENY`].
    pub fn deny(&self) -> u8 {
        self.deny
    }

    /// Bits of [`super::preset::REQUIRE`].
    pub fn require(&self) -> u8 {
        self.require
    }

    /// What is known of the holidays at `time`; `None` if no limit asks.
    pub fn calendar(&self, time: i64) -> Option<CalendarStatus> {
        self.uses_calendar
            .then(|| self.calendar.status(super::civil::SHANGHAI.day(time)))
    }

    /// The reminder of `kind` that holds at `time`: the shortest interval, and the
    /// start that comes round most often, each with its preset's rule.
    pub fn reminder(
        &self,
        kind: ReminderKind,
        time: i64,
    ) -> (Option<&ReminderRule>, Option<&ReminderRule>) {
        let mut every: Option<&ReminderRule> = None;
        let mut start: Option<&ReminderRule> = None;
        for rule in self.reminders.iter().filter(|rule| rule.kind == kind) {
            if rule.default && time < self.exit_until {
                continue;
            }
            if rule.every_ms > 0 && every.is_none_or(|other| rule.every_ms < other.every_ms) {
                every = Some(rule);
            }
            if rule.start > start.and_then(|other| other.start) {
                start = Some(rule);
            }
        }
        (every, start)
    }

    /// Least time left on the day of `time`; `None` if no quota applies.
    pub fn remaining(&self, ledger: &Ledger, time: i64) -> Option<i64> {
        self.holding(time)
            .filter_map(|rule| rule.left(&self.calendar, ledger, time))
            .min()
    }

    /// The limit that closes first, and when; see [`closes_at`](Self::closes_at).
    fn nearest(&self, ledger: &Ledger, from: i64, since: Option<i64>) -> Option<(i64, &Rule)> {
        let closes = |rule: &'_ Rule| {
            // What an exit lifts closes once the exit is over.
            let from = match rule.default {
                true => from.max(self.exit_until),
                false => from,
            };
            rule.closes(&self.calendar, ledger, from, since)
        };
        let closing = |rule| closes(rule).map(|at| (at, rule));
        self.rules
            .iter()
            .filter_map(closing)
            .min_by_key(|near| near.0)
    }

    /// The latest warning passed, if it is open at `time`: the instant, the time
    /// left if use goes on without a break, and the preset that then closes.
    pub fn warning(&self, ledger: &Ledger, time: i64) -> Option<(i64, i64, &'static str)> {
        let (closes, rule) = self.nearest(ledger, time, Some(time))?;
        let left = closes - time;
        let mark = WARN_AT_MS.into_iter().filter(|&mark| left <= mark).min()?;
        let at = match rule.left(&self.calendar, ledger, time) {
            None => closes - mark,
            Some(_) => rule.marked(&self.calendar, ledger, time, mark)?,
        };
        Some((at, left, rule.preset))
    }

    /// When the next warning becomes due, if the user stays `active` or not.
    pub fn next_warning(&self, ledger: &Ledger, time: i64, active: bool) -> Option<i64> {
        let (closes, _) = self.nearest(ledger, time, active.then_some(time))?;
        let mark = WARN_AT_MS.into_iter().find(|&mark| mark < closes - time)?;
        Some(closes - mark)
    }

    /// Why it is closed at `time`, the gravest reason; `None` while it is open.
    pub fn closed(&self, ledger: &Ledger, time: i64) -> Option<CloseReason> {
        if self.unconsented {
            return Some(CloseReason::Guardian);
        }
        self.holding(time)
            .filter_map(|rule| rule.closed(&self.calendar, ledger, time))
            .max()
    }

    /// The first instant from `from` on at which it is closed, if the user has
    /// been active without a break since `since` (`None`: is not at all); `None`
    /// if never.
    pub fn closes_at(&self, ledger: &Ledger, from: i64, since: Option<i64>) -> Option<i64> {
        if self.unconsented {
            return Some(from);
        }
        self.nearest(ledger, from, since).map(|(at, _)| at)
    }

    /// When it opens, if it is closed at `time`; `None` if not within
    /// [`MAX_WINDOWS`] closed windows, as with a quota of 0.
    pub fn opens_at(&self, ledger: &Ledger, time: i64) -> Option<i64> {
        if self.unconsented {
            return None;
        }
        let mut at = time;
        for _ in 0..MAX_WINDOWS {
            let mut next = at;
            for rule in self.holding(at) {
                if rule.closed(&self.calendar, ledger, at).is_some() {
                    next = next.max(rule.opens(&self.calendar, at)?);
                }
            }
            if next == at {
                return Some(at);
            }
            at = next;
        }
        None
    }

    /// The next instant at which a closed service may be closed for another
    /// reason; `None` if there is none.
    pub fn edge(&self, time: i64) -> Option<i64> {
        let edges = self.rules.iter().map(|rule| rule.edge(time));
        let exit = Some(self.exit_until).filter(|&at| at > time);
        edges.chain(exit).min()
    }

    fn holding(&self, time: i64) -> impl Iterator<Item = &Rule> {
        let exited = time < self.exit_until;
        self.rules
            .iter()
            .filter(move |rule| !(exited && rule.default))
    }
}
