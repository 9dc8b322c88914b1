//! The single limits, and when each closes and opens. None of them looks at the
//! others.

use crate::usage::calendar::{Calendar, DayKind};
use crate::usage::preset::{Hours, Window};
use crate::usage::{CloseReason, DAY_MS, Ledger, MINUTE_MS, Zone};

/// How many days are looked through for one on which a window opens. The longest
/// run of closed days in the calendar's rules is nine.
const LOOK_AHEAD_DAYS: i64 = 40;

/// How many days are looked through for one on which a quota runs out.
const QUOTA_DAYS: i64 = 3;

/// Time of use per civil day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quota {
    pub(super) preset: &'static str,
    pub(super) zone: Zone,
    pub(super) daily_ms: i64,
    pub(super) holiday_ms: i64,
    /// Civil day and amount on top.
    pub(super) extra: (i64, i64),
}

impl Quota {
    pub(super) fn daily(&self, calendar: &Calendar, day: i64) -> i64 {
        let different = self.holiday_ms != self.daily_ms;
        let base = if different && calendar.kind(day) == DayKind::Holiday {
            self.holiday_ms
        } else {
            self.daily_ms
        };
        let extra = if self.extra.0 == day { self.extra.1 } else { 0 };
        (base + extra).min(DAY_MS)
    }

    pub(super) fn left(&self, calendar: &Calendar, ledger: &Ledger, time: i64) -> i64 {
        let day = self.zone.day(time);
        (self.daily(calendar, day) - ledger.used_on(self.zone, day)).max(0)
    }

    /// The first instant from `from` on at which nothing is left, if the user has
    /// been active without a break since `since` (`None`: is not at all). What
    /// midnight forgives does not run out: the next day's time is counted afresh.
    pub(super) fn runs_out(
        &self,
        calendar: &Calendar,
        ledger: &Ledger,
        from: i64,
        since: Option<i64>,
    ) -> Option<i64> {
        let mut at = from;
        let first = self.zone.day(from);
        for day in first..first + QUOTA_DAYS {
            let start = self.zone.day_start(day);
            let active = since.map_or(0, |since| at - since.max(start));
            let used = ledger.used_on(self.zone, day) + active;
            let left = self.daily(calendar, day) - used;
            if left <= 0 {
                return Some(at);
            }
            let midnight = start + DAY_MS;
            if since.is_some() && at + left < midnight {
                return Some(at + left);
            }
            at = midnight;
        }
        None
    }
}

/// A closed time of day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Curfew {
    pub(super) preset: &'static str,
    pub(super) zone: Zone,
    pub(super) hours: Hours,
}

impl Curfew {
    /// Time until it ends, if it holds at `time`; 0 if it does not.
    pub(super) fn left(&self, time: i64) -> i64 {
        let now = self.zone.time_of_day(time);
        let (from, to) = (self.hours.from_ms(), self.hours.to_ms());
        let inside = if from < to {
            (from..to).contains(&now)
        } else {
            now >= from || now < to
        };
        match inside {
            false => 0,
            true if now < to => to - now,
            true => to + DAY_MS - now,
        }
    }

    /// The first instant from `from` on at which it holds.
    pub(super) fn begins(&self, from: i64) -> i64 {
        if self.left(from) > 0 {
            return from;
        }
        let wait = self.hours.from_ms() - self.zone.time_of_day(from);
        from + if wait >= 0 { wait } else { wait + DAY_MS }
    }
}

/// The only time of service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) preset: &'static str,
    pub(super) zone: Zone,
    pub(super) window: Window,
}

impl Open {
    fn allows(&self, calendar: &Calendar, day: i64) -> bool {
        match calendar.kind(day) {
            DayKind::Holiday => true,
            DayKind::Makeup => false,
            DayKind::Ordinary => {
                let weekday = crate::usage::civil::weekday(day);
                self.window.weekdays >> weekday & 1 == 1
            }
        }
    }

    /// Why it is closed at `time`.
    pub(super) fn closed(&self, calendar: &Calendar, time: i64) -> Option<CloseReason> {
        if !self.allows(calendar, self.zone.day(time)) {
            return Some(CloseReason::Day);
        }
        let now = self.zone.time_of_day(time);
        let hours = self.window.hours.from_ms()..self.window.hours.to_ms();
        (!hours.contains(&now)).then_some(CloseReason::Curfew)
    }

    /// The first instant from `time` on at which it is open.
    pub(super) fn opens(&self, calendar: &Calendar, time: i64) -> Option<i64> {
        let today = self.zone.day(time);
        (today..today + LOOK_AHEAD_DAYS)
            .filter(|&day| self.allows(calendar, day))
            .map(|day| self.zone.day_start(day))
            .find(|start| time < start + self.window.hours.to_ms())
            .map(|start| time.max(start + self.window.hours.from_ms()))
    }

    /// The first instant from `from` on at which it is closed.
    pub(super) fn closes(&self, calendar: &Calendar, from: i64) -> i64 {
        if self.closed(calendar, from).is_some() {
            return from;
        }
        self.zone.day_start(self.zone.day(from)) + self.window.hours.to_ms()
    }

    /// The next instant at which the day or the hours change.
    pub(super) fn edge(&self, time: i64) -> i64 {
        let now = self.zone.time_of_day(time);
        let Hours { from, to } = self.window.hours;
        let edges = [
            i64::from(from) * MINUTE_MS,
            i64::from(to) * MINUTE_MS,
            DAY_MS,
        ];
        let next = edges.into_iter().find(|&edge| edge > now);
        time - now + next.unwrap_or(DAY_MS)
    }
}
