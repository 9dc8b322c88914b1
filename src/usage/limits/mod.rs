//! What the presets ask of one subject, merged, and when it closes and opens.

mod merge;
mod rules;

pub use merge::Subject;

use super::calendar::{Calendar, CalendarStatus};
use super::reminder::{ReminderKind, Start};
use super::{Ledger, MINUTE_MS, Zone};
use rules::{Curfew, Open, Quota};

/// Time left at which the user is told, longest first. No text asks for it; the
/// values are our choice.
pub const WARN_AT_MS: [i64; 3] = [10 * MINUTE_MS, 5 * MINUTE_MS, MINUTE_MS];

/// How many closed windows in a row are looked through for the next opening.
const MAX_WINDOWS: usize = 64;

/// Why the service is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// A closed time of day.
    Curfew,
    /// The day's time is used.
    Quota,
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

/// A limit, and whether a guardian's exit lifts it.
#[derive(Clone, Copy, Debug)]
struct Rule<T> {
    limit: T,
    default: bool,
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
}

/// The limits of one subject: curfews unite, windows intersect, the quota with
/// the least time left wins, the shortest reminder of a kind wins. None at all
/// for an adult under presets for minors.
#[derive(Clone, Debug)]
pub struct Limits {
    zone: Zone,
    calendar: Calendar,
    uses_calendar: bool,
    quotas: Vec<Rule<Quota>>,
    curfews: Vec<Rule<Curfew>>,
    windows: Vec<Rule<Open>>,
    reminders: Vec<Rule<ReminderRule>>,
    deny: u8,
    require: u8,
    /// Consent is required and not there.
    unconsented: bool,
    paused_until: i64,
    exit_until: i64,
}

impl Limits {
    /// The zone of the day summary: that of the first preset.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Bits of [`super::preset::DENY`].
    pub fn deny(&self) -> u8 {
        self.deny
    }

    /// Bits of [`super::preset::REQUIRE`].
    pub fn require(&self) -> u8 {
        self.require
    }

    /// Closed before this instant, whatever else holds; 0 is never.
    pub fn pause(&mut self, until: i64) {
        self.paused_until = until;
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
        let of_kind = || {
            self.holding(&self.reminders, time)
                .filter(move |rule| rule.kind == kind)
        };
        let every = of_kind()
            .filter(|rule| rule.every_ms > 0)
            .min_by_key(|rule| rule.every_ms);
        let mut start: Option<&ReminderRule> = None;
        for rule in of_kind() {
            if rule.start > start.and_then(|other| other.start) {
                start = Some(rule);
            }
        }
        (every, start)
    }

    /// Least time left on the day of `time`; `None` if no quota applies.
    pub fn remaining(&self, ledger: &Ledger, time: i64) -> Option<i64> {
        self.holding(&self.quotas, time)
            .map(|quota| quota.left(&self.calendar, ledger, time))
            .min()
    }

    /// The limit that closes first if use goes on without a break; without
    /// `quotas`, if it does not.
    fn nearest<'a>(&'a self, ledger: &'a Ledger, time: i64, quotas: bool) -> Option<Nearest<'a>> {
        let quotas = self.holding(&self.quotas, time).filter(move |_| quotas);
        let quotas = quotas.map(|quota| Nearest {
            left: quota.left(&self.calendar, ledger, time),
            preset: quota.preset,
            quota: Some(quota),
        });
        let curfews = self.holding(&self.curfews, time).map(|curfew| Nearest {
            left: curfew.begins(time) - time,
            preset: curfew.preset,
            quota: None,
        });
        let windows = self.holding(&self.windows, time).map(|open| Nearest {
            left: open.closes(&self.calendar, time) - time,
            preset: open.preset,
            quota: None,
        });
        quotas
            .chain(curfews)
            .chain(windows)
            .min_by_key(|near| near.left)
    }

    /// The latest warning passed, if it is open at `time`: the instant, the time
    /// left, and the preset that soon closes.
    pub fn warning(&self, ledger: &Ledger, time: i64) -> Option<(i64, i64, &'static str)> {
        let near = self.nearest(ledger, time, true)?;
        let mark = WARN_AT_MS.into_iter().filter(|&mark| near.left <= mark);
        let mark = mark.min()?;
        let at = match near.quota {
            None => time + near.left - mark,
            Some(quota) => {
                let day = quota.zone.day(time);
                let daily = quota.daily(&self.calendar, day);
                // A quota that is no longer than the mark warns of nothing.
                (mark < daily).then(|| ledger.reach_on(quota.zone, day, daily - mark))??
            }
        };
        Some((at, near.left, near.preset))
    }

    /// When the next warning becomes due, if the user stays `active` or not.
    pub fn next_warning(&self, ledger: &Ledger, time: i64, active: bool) -> Option<i64> {
        let near = self.nearest(ledger, time, active)?;
        let mark = WARN_AT_MS.into_iter().find(|&mark| mark < near.left)?;
        Some(time + near.left - mark)
    }

    /// Why it is closed at `time`; `None` while it is open.
    pub fn closed(&self, ledger: &Ledger, time: i64) -> Option<CloseReason> {
        if self.unconsented || time < self.paused_until {
            return Some(CloseReason::Guardian);
        }
        let mut closed = None;
        for open in self.holding(&self.windows, time) {
            let reason = open.closed(&self.calendar, time);
            if reason == Some(CloseReason::Day) {
                return reason;
            }
            closed = closed.or(reason);
        }
        if closed.is_some() || self.holding(&self.curfews, time).any(|c| c.left(time) > 0) {
            Some(CloseReason::Curfew)
        } else if self.remaining(ledger, time) == Some(0) {
            Some(CloseReason::Quota)
        } else {
            None
        }
    }

    /// The first instant from `from` on at which it is closed, if the user has
    /// been active without a break since `since` (`None`: is not at all); `None`
    /// if never. The pause is not looked at: it only ends.
    pub fn closes_at(&self, ledger: &Ledger, from: i64, since: Option<i64>) -> Option<i64> {
        // What an exit lifts closes once the exit is over.
        let from_of = |default: bool| match default {
            true => from.max(self.exit_until),
            false => from,
        };
        let curfews = self
            .curfews
            .iter()
            .map(|rule| rule.limit.begins(from_of(rule.default)));
        let windows = self
            .windows
            .iter()
            .map(|rule| rule.limit.closes(&self.calendar, from_of(rule.default)));
        let quotas = self.quotas.iter().filter_map(|rule| {
            let from = from_of(rule.default);
            rule.limit.runs_out(&self.calendar, ledger, from, since)
        });
        curfews.chain(windows).chain(quotas).min()
    }

    /// As [`closes_at`](Self::closes_at), with the pause.
    pub fn closes_or_is(&self, ledger: &Ledger, from: i64, since: Option<i64>) -> Option<i64> {
        if self.unconsented || from < self.paused_until {
            return Some(from);
        }
        self.closes_at(ledger, from, since)
    }

    /// When it opens, if it is closed at `time`; `None` if not within
    /// [`MAX_WINDOWS`] closed windows, as with a quota of 0.
    pub fn opens_at(&self, ledger: &Ledger, time: i64) -> Option<i64> {
        if self.unconsented {
            return None;
        }
        let mut at = time;
        for _ in 0..MAX_WINDOWS {
            let mut next = at.max(self.paused_until);
            for curfew in self.holding(&self.curfews, at) {
                next = next.max(at + curfew.left(at));
            }
            for open in self.holding(&self.windows, at) {
                next = next.max(open.opens(&self.calendar, at)?);
            }
            for quota in self.holding(&self.quotas, at) {
                if quota.left(&self.calendar, ledger, at) == 0 {
                    next = next.max(quota.zone.next_midnight(at));
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
        let curfews = self.curfews.iter().map(|rule| match rule.limit.left(time) {
            0 => rule.limit.begins(time),
            left => time + left,
        });
        let windows = self.windows.iter().map(|rule| rule.limit.edge(time));
        [self.paused_until, self.exit_until]
            .into_iter()
            .chain(curfews)
            .chain(windows)
            .filter(|&at| at > time)
            .min()
    }

    /// When the quotas alone close an active user.
    #[cfg(test)]
    pub(super) fn quotas_for_tests(&self, ledger: &Ledger, time: i64) -> Option<i64> {
        let run_out = |rule: &Rule<Quota>| {
            rule.limit
                .runs_out(&self.calendar, ledger, time, Some(time))
        };
        self.quotas.iter().filter_map(run_out).min()
    }

    fn holding<'a, T>(&self, rules: &'a [Rule<T>], time: i64) -> impl Iterator<Item = &'a T> {
        let exited = time < self.exit_until;
        rules
            .iter()
            .filter(move |rule| !(exited && rule.default))
            .map(|rule| &rule.limit)
    }
}

/// See [`Limits::nearest`].
struct Nearest<'a> {
    left: i64,
    preset: &'static str,
    quota: Option<&'a Quota>,
}
