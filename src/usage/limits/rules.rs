//! One limit of one preset, and when it closes and opens. It does not look at
//! the others.

use super::CloseReason;
use crate::calendar::{Calendar, DayKind};
use crate::civil::weekday;
use crate::preset::{Hours, Window};
use crate::{DAY_MS, Ledger, Zone};

/// How many days are looked through for one on which a window opens. The longest
/// run of closed days in the calendar's rules is nine.
const LOOK_AHEAD_DAYS: i64 = 40;

/// How many days are looked through for one on which a quota runs out.
const QUOTA_DAYS: i64 = 3;

/// What is limited.
#[derive(Clone, Copy, Debug)]
pub(super) enum Limit {
    /// Time of use per civil day.
    Quota(Quota),
    /// A closed time of day.
    Curfew(Hours),
    /// The only time of service.
    Window(Window),
}

/// Time of use per civil day, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quota {
    pub(super) daily_ms: i64,
    pub(super) holiday_ms: i64,
    /// Civil day and amount on top.
    pub(super) extra: (i64, i64),
}

/// A limit and where it comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub(super) preset: &'static str,
    pub(super) zone: Zone,
    /// A guardian's exit lifts it.
    pub(super) default: bool,
    pub(super) limit: Limit,
}

impl Rule {
    /// The time of a quota that is left on the day of `time`.
    pub(super) fn left(&self, calendar: &Calendar, ledger: &Ledger, time: i64) -> Option<i64> {
        let Limit::Quota(quota) = &self.limit else {
            return None;
        };
        let day = self.zone.day(time);
        Some((quota.daily(calendar, day) - ledger.used_on(self.zone, day)).max(0))
    }

    /// Why it closes at `time`.
    pub(super) fn closed(
        &self,
        calendar: &Calendar,
        ledger: &Ledger,
        time: i64,
    ) -> Option<CloseReason> {
        let now = self.zone.time_of_day(time);
        match &self.limit {
            Limit::Quota(_) => {
                (self.left(calendar, ledger, time) == Some(0)).then_some(CloseReason::Quota)
            }
            Limit::Curfew(hours) => contains(*hours, now).then_some(CloseReason::Curfew),
            Limit::Window(window) if !allows(window, calendar, self.zone.day(time)) => {
                Some(CloseReason::Day)
            }
            Limit::Window(window) => (!contains(window.hours, now)).then_some(CloseReason::Curfew),
        }
    }

    /// The first instant from `time` on at which it may not close, if it does at
    /// `time`; `None` if there is none within reach.
    pub(super) fn opens(&self, calendar: &Calendar, time: i64) -> Option<i64> {
        match &self.limit {
            Limit::Quota(_) => Some(self.zone.next_midnight(time)),
            Limit::Curfew(hours) => Some(self.next(hours.to_ms(), time)),
            Limit::Window(window) => {
                let today = self.zone.day(time);
                (today..today + LOOK_AHEAD_DAYS)
                    .filter(|&day| allows(window, calendar, day))
                    .map(|day| self.zone.day_start(day))
                    .find(|start| time < start + window.hours.to_ms())
                    .map(|start| time.max(start + window.hours.from_ms()))
            }
        }
    }

    /// The first instant from `from` on at which it closes, if the user has been
    /// active without a break since `since` (`None`: is not at all). What midnight
    /// forgives does not run out: the next day's time is counted afresh.
    pub(super) fn closes(
        &self,
        calendar: &Calendar,
        ledger: &Ledger,
        from: i64,
        since: Option<i64>,
    ) -> Option<i64> {
        if self.closed(calendar, ledger, from).is_some() {
            return Some(from);
        }
        let quota = match &self.limit {
            Limit::Curfew(hours) => return Some(self.next(hours.from_ms(), from)),
            Limit::Window(window) => return Some(self.next(window.hours.to_ms(), from)),
            Limit::Quota(quota) => quota,
        };
        let mut at = from;
        let first = self.zone.day(from);
        for day in first..first + QUOTA_DAYS {
            let start = self.zone.day_start(day);
            let active = since.map_or(0, |since| at - since.max(start));
            let used = ledger.used_on(self.zone, day) + active;
            let left = quota.daily(calendar, day) - used;
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

    /// The next instant at which its reason may change for no use.
    pub(super) fn edge(&self, time: i64) -> i64 {
        let midnight = self.zone.next_midnight(time);
        match &self.limit {
            Limit::Quota(_) => midnight,
            Limit::Curfew(hours) | Limit::Window(Window { hours, .. }) => self
                .next(hours.from_ms(), time)
                .min(self.next(hours.to_ms(), time))
                .min(midnight),
        }
    }

    /// The next instant after `time` at which it is `time_of_day`.
    fn next(&self, time_of_day: i64, time: i64) -> i64 {
        let wait = time_of_day - self.zone.time_of_day(time);
        time + if wait > 0 { wait } else { wait + DAY_MS }
    }

    /// The instant on the day of `time` at which all but `mark` of a quota were
    /// used; `None` for other limits, and if the quota is no longer than that.
    pub(super) fn marked(
        &self,
        calendar: &Calendar,
        ledger: &Ledger,
        time: i64,
        mark: i64,
    ) -> Option<i64> {
        let Limit::Quota(quota) = &self.limit else {
            return None;
        };
        let day = self.zone.day(time);
        let daily = quota.daily(calendar, day);
        (mark < daily).then(|| ledger.reach_on(self.zone, day, daily - mark))?
    }
}

impl Quota {
    fn daily(&self, calendar: &Calendar, day: i64) -> i64 {
        let different = self.holiday_ms != self.daily_ms;
        let base = if different && calendar.kind(day) == DayKind::Holiday {
            self.holiday_ms
        } else {
            self.daily_ms
        };
        let extra = if self.extra.0 == day { self.extra.1 } else { 0 };
        (base + extra).min(DAY_MS)
    }
}

fn contains(hours: Hours, now: i64) -> bool {
    let (from, to) = (hours.from_ms(), hours.to_ms());
    if from < to {
        (from..to).contains(&now)
    } else {
        now >= from || now < to
    }
}

fn allows(window: &Window, calendar: &Calendar, day: i64) -> bool {
    match calendar.kind(day) {
        DayKind::Holiday => true,
        DayKind::Makeup => false,
        DayKind::Ordinary => window.weekdays >> weekday(day) & 1 == 1,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::MINUTE_MS;
    use crate::civil::{SHANGHAI, parse_day};

    fn midnight(day: &str) -> i64 {
        SHANGHAI.day_start(parse_day(day).unwrap())
    }

    fn rule(limit: Limit) -> Rule {
        Rule {
            preset: "",
            zone: SHANGHAI,
            default: false,
            limit,
        }
    }

    #[test]
    fn an_active_user_is_foreseen_to_run_out_of_a_shorter_day() {
        // The holidays end; at midnight use goes on into a day of 90 minutes.
        let quota = rule(Limit::Quota(Quota {
            daily_ms: 90 * MINUTE_MS,
            holiday_ms: 180 * MINUTE_MS,
            extra: (i64::MIN, 0),
        }));
        let (calendar, ledger) = (Calendar::default(), Ledger::new(SHANGHAI));
        let day = midnight("2026-02-24");
        let eve = day - 60 * MINUTE_MS;
        let closes = |since| quota.closes(&calendar, &ledger, eve, since);
        assert_eq!(closes(Some(eve)), Some(day + 90 * MINUTE_MS));
        assert_eq!(closes(None), None);
    }

    #[test]
    fn a_curfew_of_equal_ends_never_opens_and_a_window_without_days_on_holidays_only() {
        let (calendar, ledger) = (Calendar::default(), Ledger::new(SHANGHAI));
        let hours = Hours { from: 600, to: 600 };
        let always = rule(Limit::Curfew(hours));
        let noon = midnight("2026-03-05") + 720 * MINUTE_MS;
        for time in [noon, noon + 600 * MINUTE_MS, 0] {
            assert!(always.closed(&calendar, &ledger, time).is_some());
            assert!(always.opens(&calendar, time).unwrap() > time);
        }
        let window = rule(Limit::Window(Window {
            weekdays: 0,
            hours: Hours { from: 0, to: 60 },
        }));
        let opens = window.opens(&calendar, noon);
        assert_eq!(opens, Some(midnight("2026-04-04")));
        // The next holiday is further away than anybody looks.
        assert_eq!(window.opens(&calendar, midnight("2026-06-22")), None);
    }
}
