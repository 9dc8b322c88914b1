//! A subject's ledger as the collector keeps it.

use serde::{Deserialize, Serialize};
use tidegate::usage::ledger::{self, Ledger};
use tidegate::usage::{DAY_MS, UsageError, Zone};

/// Days before today of which intervals are kept, so that a device that was
/// offline for so long is still merged by union; older days are totals.
const KEEP_DAYS: i64 = 7;
/// Days before today whose totals clients are told.
const ANSWER_DAYS: i64 = 31;

/// What is kept: `[start, end]` in ms since the epoch, and totals, `[civil day,
/// ms]`, which come on top.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) intervals: Vec<(i64, i64)>,
    pub(crate) days: Vec<(i64, i64)>,
}

impl Kept {
    fn of(ledger: &Ledger) -> Self {
        let intervals = ledger.intervals().iter();
        Self {
            intervals: intervals.map(|one| (one.start(), one.end())).collect(),
            days: ledger.days().to_vec(),
        }
    }
}

/// What one heartbeat tells.
#[derive(Debug)]
pub(crate) struct Sent {
    intervals: Vec<(i64, i64)>,
    totals: Ledger,
}

impl Sent {
    /// # Errors
    /// `usage/ledger`: see [`Ledger::from_parts`].
    pub(crate) fn new(
        zone: Zone,
        intervals: Vec<(i64, i64)>,
        days: &[(i64, i64)],
    ) -> Result<Self, UsageError> {
        Ledger::from_parts(zone, &intervals, &[])?;
        Ok(Self {
            intervals,
            totals: Ledger::from_parts(zone, &[], days)?,
        })
    }
}

/// The ledger of one subject.
#[derive(Debug)]
pub(crate) struct Account {
    ledger: Ledger,
}

impl Account {
    /// # Errors
    /// What is kept is damaged.
    pub(crate) fn open(zone: Zone, kept: &Kept, now_ms: i64) -> Result<Self, UsageError> {
        let ledger = Ledger::from_parts(zone, &kept.intervals, &kept.days)?;
        let mut ledger = ledger.keeping(KEEP_DAYS);
        ledger.advance(now_ms);
        Ok(Self { ledger })
    }

    /// Takes the union with what a client sent. Its totals are of days that it
    /// settled, except those of today and yesterday, of which it has intervals
    /// too.
    pub(crate) fn merge(&mut self, sent: &Sent, now_ms: i64) {
        for &(start, end) in &sent.intervals {
            self.ledger.insert(start, end);
        }
        self.ledger.merge(&sent.totals, now_ms);
    }

    pub(crate) fn kept(&self) -> Kept {
        Kept::of(&self.ledger)
    }

    /// What clients are told: as much as they keep themselves, and a month of
    /// totals.
    pub(crate) fn told(&self, now_ms: i64) -> Kept {
        let mut ledger = self.ledger.clone().keeping(ledger::KEEP_DAYS);
        ledger.advance(now_ms);
        let mut told = Kept::of(&ledger);
        let oldest = ledger.zone().day(now_ms) - ANSWER_DAYS;
        told.days.retain(|(day, _)| *day >= oldest);
        told
    }

    /// Time used on a civil day, in ms.
    pub(crate) fn used_on(&self, day: i64) -> i64 {
        self.ledger.used_on(self.ledger.zone(), day)
    }
}

/// Oldest moment of which anything is kept.
pub(crate) fn oldest_kept(now_ms: i64) -> i64 {
    now_ms - ledger::MAX_DAYS as i64 * DAY_MS
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use tidegate::usage::MINUTE_MS;
    use tidegate::usage::civil::SHANGHAI;

    /// Noon on some day in Shanghai.
    const NOON: i64 = 20_600 * DAY_MS + 4 * 60 * MINUTE_MS;
    const HOUR: i64 = 60 * MINUTE_MS;

    fn minutes(first: i64, last: i64) -> (i64, i64) {
        (NOON + first * MINUTE_MS, NOON + last * MINUTE_MS)
    }

    fn kept(intervals: &[(i64, i64)], days: &[(i64, i64)]) -> Kept {
        Kept {
            intervals: intervals.to_vec(),
            days: days.to_vec(),
        }
    }

    fn open(kept: &Kept, now_ms: i64) -> Account {
        Account::open(SHANGHAI, kept, now_ms).unwrap()
    }

    fn sent(intervals: &[(i64, i64)], days: &[(i64, i64)]) -> Sent {
        Sent::new(SHANGHAI, intervals.to_vec(), days).unwrap()
    }

    #[test]
    fn what_arrives_a_week_late_is_still_merged_by_union() {
        let day = SHANGHAI.day(NOON);
        for late_days in 0..=KEEP_DAYS {
            let now = NOON + late_days * DAY_MS + HOUR;
            let mut account = open(&kept(&[minutes(0, 30)], &[]), now);
            account.merge(&sent(&[minutes(20, 50)], &[]), now);
            assert_eq!(account.used_on(day), 50 * MINUTE_MS, "{late_days}");
        }
        let now = NOON + (KEEP_DAYS + 1) * DAY_MS;
        let mut account = open(&kept(&[minutes(0, 30)], &[]), now);
        account.merge(&sent(&[minutes(20, 50)], &[]), now);
        assert_eq!(account.used_on(day), 30 * MINUTE_MS);
    }

    #[test]
    fn totals_of_days_count_once_however_often_they_come() {
        let day = SHANGHAI.day(NOON);
        let now = NOON + 3 * DAY_MS;
        let mut account = open(&kept(&[minutes(0, 30)], &[]), now);
        for total in [10, 30, 45, 45, 20] {
            account.merge(&sent(&[], &[(day, total * MINUTE_MS)]), now);
        }
        assert_eq!(account.used_on(day), 45 * MINUTE_MS);
        let again = open(&account.kept(), now + 60 * DAY_MS);
        assert_eq!(again.used_on(day), 45 * MINUTE_MS);
    }

    #[test]
    fn what_a_client_counted_under_a_false_clock_comes_on_top_of_today() {
        let day = SHANGHAI.day(NOON);
        let now = NOON + HOUR;
        let (intervals, days) = ([minutes(0, 10)], [(day, 20 * MINUTE_MS)]);
        let mut account = open(&Kept::default(), now);
        account.merge(&sent(&intervals, &days), now);
        account.merge(&sent(&intervals, &days), now);
        assert_eq!(account.used_on(day), 30 * MINUTE_MS);
        assert_eq!(account.told(now), kept(&intervals, &days));
    }

    #[test]
    fn clients_are_told_two_days_of_intervals_and_a_month_of_totals() {
        let day = SHANGHAI.day(NOON);
        let now = NOON + 2 * DAY_MS + HOUR;
        let (start, end) = minutes(0, 5);
        let today = (start + 2 * DAY_MS, end + 2 * DAY_MS);
        let all = kept(&[minutes(0, 30), today], &[(day - 40, MINUTE_MS)]);
        let account = open(&all, now);
        assert_eq!(account.kept(), all);
        let told = kept(&[today], &[(day, 30 * MINUTE_MS)]);
        assert_eq!(account.told(now), told);
    }
}
