//! What holds, and why.

use super::Meter;
use crate::calendar::CalendarStatus;
use crate::civil::day_text;
use crate::limits::CloseReason;
use crate::reminder::{Reminder, ReminderKind, Start};

/// How it is known who the user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// An assertion that holds says the age.
    Assertion,
    /// The options say the age.
    Declared,
    /// Nobody says; the options say what to assume.
    Assumed,
}

impl Identity {
    /// The word that crosses to JavaScript.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assertion => "assertion",
            Self::Declared => "declared",
            Self::Assumed => "assumed",
        }
    }
}

/// What holds at one instant, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Why the service is closed; `None` while it is open.
    pub closed: Option<CloseReason>,
    /// Used on this civil day.
    pub used_ms: i64,
    /// Left on this civil day; `None` if no quota applies.
    pub remaining_ms: Option<i64>,
    /// Used without a break of the idle gap or longer.
    pub continuous_ms: i64,
    /// When it closes (while the user stays as active as now) or opens; `None`
    /// if never.
    pub next_change_at: Option<i64>,
    /// When it opens; `None` while it is open, or if it never does.
    pub opens_at: Option<i64>,
    /// Reminders to show, at most one of a kind. None while it is closed.
    pub due: Vec<Reminder>,
    /// How it is known who the user is.
    pub identity: Identity,
    /// Bits of [`DENY`](crate::preset::DENY): what may not be offered.
    pub deny: u8,
    /// Bits of [`REQUIRE`](crate::preset::REQUIRE): what has to be there.
    pub require: u8,
    /// What is known of this year's holidays; `None` if no preset asks.
    pub calendar: Option<CalendarStatus>,
    /// The civil day of the service.
    pub day: String,
}

impl Meter {
    /// What holds `now`; the user stays as active as the last tick said.
    #[inline(never)]
    pub fn status(&mut self, now: i64) -> Status {
        self.tick(now, self.active);
        let now = self.forward(now);
        let limits = self.limits(now);
        let zone = self.ledger.zone();
        let closed = self.closed(now);
        let opens_at = closed.and_then(|_| self.opens_at(now));
        let next_change_at = match closed {
            Some(_) => opens_at,
            None => self.closes_at(now, self.active),
        };
        Status {
            closed,
            used_ms: self.ledger.used_on(zone, zone.day(now)),
            remaining_ms: limits.remaining(&self.ledger, now),
            continuous_ms: self.run(now).map_or(0, |(_, used)| used),
            next_change_at,
            opens_at,
            due: match closed {
                Some(_) => Vec::new(),
                None => self.due(now),
            },
            identity: match self.identified(now) {
                Some(known) if known.ages => Identity::Assertion,
                _ if self.options.age.is_some() => Identity::Declared,
                _ => Identity::Assumed,
            },
            deny: limits.deny(),
            require: limits.require(),
            calendar: limits.calendar(now),
            day: day_text(zone.day(now)),
        }
    }

    /// What would hold at `now`; nothing is counted, and time does not go on.
    #[inline(never)]
    pub fn peek(&self, now: i64) -> Status {
        self.clone().status(now)
    }

    fn due(&self, now: i64) -> Vec<Reminder> {
        let kinds = ReminderKind::ALL.into_iter();
        let due = kinds.filter_map(|kind| match kind {
            ReminderKind::Remaining => self.remaining_due(now),
            _ => self.reminder_due(kind, now),
        });
        due.collect()
    }

    fn remaining_due(&self, now: i64) -> Option<Reminder> {
        let (at, value_ms, preset) = self.limits(now).warning(&self.ledger, now)?;
        let kind = ReminderKind::Remaining;
        (at > self.shown[kind as usize]).then_some(Reminder {
            kind,
            at,
            value_ms,
            preset,
        })
    }

    fn reminder_due(&self, kind: ReminderKind, now: i64) -> Option<Reminder> {
        let shown = self.shown[kind as usize];
        let (every, start) = self.limits(now).reminder(kind, now);
        // At the very start nothing is counted yet.
        let beginning = self.active.then_some((now, 0));
        let (began, used) = self.run(now).or(beginning)?;
        let repeated = every.and_then(|rule| {
            let times = used / rule.every_ms.max(1);
            let at = self.ledger.intervals().reach(began, times * rule.every_ms);
            at.filter(|&at| times > 0 && at > shown)
                .map(|at| (at, rule.preset))
        });
        let started = start.and_then(|rule| {
            let midnight = rule.zone.day_start(rule.zone.day(now));
            let (since, at) = match rule.start? {
                Start::First => (0, began),
                Start::Daily => (midnight, began.max(midnight)),
                Start::Session => (began, began),
            };
            (shown < since).then_some((at, rule.preset))
        });
        let (at, preset) = repeated.or(started)?;
        Some(Reminder {
            kind,
            at,
            value_ms: used,
            preset,
        })
    }
}
