//! Used time: intervals for the last days, a total for each day before.

use super::codec::{Reader, Writer};
use super::interval::MAX_INTERVALS;
use super::{DAY_MS, Interval, IntervalSet, MAX_TIME, UsageError, Zone};

/// Days before today of which the intervals are kept, unless
/// [`keeping`](Ledger::keeping) says more; older ones become totals.
pub const KEEP_DAYS: i64 = 1;

/// Most day totals kept, the newest.
pub const MAX_DAYS: usize = 400;

/// Time used by one subject. Merging is a union, so n tabs that overlap count
/// once, and the order of merges does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    zone: Zone,
    keep_days: i64,
    used: IntervalSet,
    /// `(civil day, ms)`, by day.
    days: Vec<(i64, i64)>,
    /// Before this instant there are only totals.
    floor: i64,
}

impl Ledger {
    /// An empty ledger whose old days are those of `zone`.
    pub fn new(zone: Zone) -> Self {
        Self {
            zone,
            keep_days: KEEP_DAYS,
            used: IntervalSet::default(),
            days: Vec::new(),
            floor: 0,
        }
    }

    /// The same, but it keeps the intervals of `days` days before today. A server
    /// keeps more than its clients, who may have been offline.
    #[must_use]
    pub fn keeping(mut self, days: i64) -> Self {
        self.keep_days = days.clamp(0, MAX_DAYS as i64);
        self
    }

    /// A ledger of `(start, end)` in milliseconds and of `(civil day, total)`, in
    /// any order, as another device sends it.
    ///
    /// # Errors
    /// `usage/ledger`: an interval that is empty, turned round or outside the
    /// years 1970 to 9999, a total outside 0..=[`DAY_MS`], a day outside these
    /// years or twice, or more than [`MAX_INTERVALS`] or [`MAX_DAYS`].
    pub fn from_parts(
        zone: Zone,
        intervals: &[(i64, i64)],
        days: &[(i64, i64)],
    ) -> Result<Self, UsageError> {
        if intervals.len() > MAX_INTERVALS || days.len() > MAX_DAYS {
            return Err(UsageError::Ledger);
        }
        let mut ledger = Self::new(zone);
        for &(start, end) in intervals {
            if start < 0 || end > MAX_TIME || start >= end {
                return Err(UsageError::Ledger);
            }
            ledger.insert(start, end);
        }
        for &(day, total) in days {
            let known = ledger.days.iter().any(|entry| entry.0 == day);
            if known
                || !(-1..=MAX_TIME / DAY_MS + 1).contains(&day)
                || !(0..=DAY_MS).contains(&total)
            {
                return Err(UsageError::Ledger);
            }
            ledger.add_total(day, total);
        }
        Ok(ledger)
    }

    /// The zone whose civil days the totals are of.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// `(civil day, milliseconds)` of each day that has a total, by day. Time of
    /// the last days is in [`intervals`](Self::intervals), and besides here only
    /// if a clock was wrong.
    pub fn days(&self) -> &[(i64, i64)] {
        &self.days
    }

    /// The end of the last interval; 0 if there is none.
    pub(super) fn end(&self) -> i64 {
        self.used.iter().next_back().map_or(0, Interval::end)
    }

    /// The intervals that are still kept.
    pub fn intervals(&self) -> &IntervalSet {
        &self.used
    }

    /// Counts `start..end` as used. Time before the kept days is settled: it no
    /// longer changes.
    pub fn insert(&mut self, start: i64, end: i64) {
        if let Some(interval) = Interval::new(start.max(self.floor), end.min(MAX_TIME)) {
            self.used.insert(interval);
        }
    }

    /// Takes the union with `other`, as far as it lies before `now`. Of days
    /// that `other` settled the larger measure holds.
    pub fn merge(&mut self, other: &Self, now: i64) {
        self.merge_until(other, now, now);
    }

    /// As [`merge`](Self::merge), as far as it lies before `until`, which may be
    /// after `now`.
    pub(super) fn merge_until(&mut self, other: &Self, now: i64, until: i64) {
        // Both settle what they do not keep first, or a day could count as a total
        // here and as intervals there.
        let mut other = other.clone();
        other.advance(now);
        self.advance(now);
        for interval in other.used.iter() {
            self.insert(interval.start(), interval.end().min(until));
        }
        let today = self.zone.day(until);
        for &(day, total) in other.days.iter().filter(|(day, _)| *day <= today) {
            // The total of a day that is settled there is all that was used; of
            // another day it comes on top of the intervals.
            let measured = if self.zone.day_start(day) < other.floor {
                self.measure_on(self.zone, day)
            } else {
                0
            };
            let more = total - measured - self.total(day);
            self.add_total(day, more.max(0));
        }
    }

    /// Settles the days that `now` leaves behind.
    pub fn advance(&mut self, now: i64) {
        let floor = self
            .zone
            .day_start(self.zone.day(now) - self.keep_days)
            .max(0);
        if floor <= self.floor {
            return;
        }
        self.floor = floor;
        let oldest = floor - MAX_DAYS as i64 * DAY_MS;
        for interval in self.used.take_before(floor).iter() {
            let mut from = interval.start().max(oldest);
            while from < interval.end() {
                let to = self.zone.next_midnight(from).min(interval.end());
                self.add_total(self.zone.day(from), to - from);
                from = to;
            }
        }
    }

    /// A trustworthy clock says it is `now`, earlier than what was recorded.
    /// Time recorded later than that was used, only not then: it counts for
    /// today, also what is a total by now, so that putting a clock forward and
    /// back again gains nothing.
    pub fn rewind(&mut self, now: i64) {
        let today = self.zone.day(now);
        let misplaced = self.used.take_from(now).measure(i64::MIN, i64::MAX);
        let settled = self.take_days_after(today);
        self.add_total(today, misplaced + settled);
        self.floor = self
            .floor
            .min(self.zone.day_start(today - self.keep_days).max(0));
    }

    /// Deletes what was recorded from `time` on.
    pub(super) fn forget(&mut self, time: i64) {
        self.used.take_from(time);
        self.take_days_after(self.zone.day(time));
    }

    /// Removes the totals of the days after `day` and returns their sum.
    fn take_days_after(&mut self, day: i64) -> i64 {
        let later = self.days.partition_point(|entry| entry.0 <= day);
        let sum = self.days[later..].iter().map(|entry| entry.1).sum();
        self.days.truncate(later);
        sum
    }

    /// Time used on civil day `day` of `zone`, at most [`DAY_MS`].
    pub fn used_on(&self, zone: Zone, day: i64) -> i64 {
        (self.measure_on(zone, day) + self.total(day)).min(DAY_MS)
    }

    /// The instant on `day` of `zone` at which `amount_ms` were used.
    pub fn reach_on(&self, zone: Zone, day: i64, amount_ms: i64) -> Option<i64> {
        let start = zone.day_start(day);
        let rest = amount_ms - self.total(day);
        if rest <= 0 {
            Some(start)
        } else {
            self.used.reach(start, rest)
        }
    }

    fn measure_on(&self, zone: Zone, day: i64) -> i64 {
        let (start, end) = (zone.day_start(day), zone.day_start(day + 1));
        self.used.measure(start, end)
    }

    fn total(&self, day: i64) -> i64 {
        self.days
            .binary_search_by_key(&day, |entry| entry.0)
            .map_or(0, |at| self.days[at].1)
    }

    fn add_total(&mut self, day: i64, more: i64) {
        if more <= 0 {
            return;
        }
        match self.days.binary_search_by_key(&day, |entry| entry.0) {
            Ok(at) => self.days[at].1 = (self.days[at].1 + more).min(DAY_MS),
            Err(at) => self.days.insert(at, (day, more.min(DAY_MS))),
        }
        if self.days.len() > MAX_DAYS {
            self.days.remove(0);
        }
    }

    pub(super) fn write(&self, to: &mut Writer) {
        to.int(self.floor as u64);
        to.int(self.days.len() as u64);
        let mut last = 0;
        for &(day, total) in &self.days {
            to.signed(day - last);
            to.int(total as u64);
            last = day;
        }
        to.int(self.used.len() as u64);
        let mut last = 0;
        for interval in self.used.iter() {
            to.int((interval.start() - last) as u64);
            to.int(interval.measure() as u64);
            last = interval.end();
        }
    }

    /// Reads intervals up to `until` and nothing beyond.
    pub(super) fn read(from: &mut Reader<'_>, zone: Zone, until: i64) -> Result<Self, UsageError> {
        let mut ledger = Self::new(zone);
        ledger.floor = from.within(MAX_TIME, "floor")?;
        let mut day = 0i64;
        for nth in 0..from.within(MAX_DAYS as i64, "days")? {
            let step = from.signed()?;
            let next = day
                .checked_add(step)
                .filter(|next| next.abs() <= MAX_TIME / DAY_MS + 1);
            day = next
                .filter(|_| nth == 0 || step > 0)
                .ok_or(UsageError::Saved("day"))?;
            let total = from.within(DAY_MS, "day total")?;
            ledger.days.push((day, total));
        }
        let mut last = 0;
        for _ in 0..from.within(MAX_INTERVALS as i64, "intervals")? {
            let start = last + from.within(until - last, "interval start")?;
            let measure = from.within(until - start, "interval end")?;
            last = start + measure;
            ledger.insert(start, last);
        }
        Ok(ledger)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::MINUTE_MS;
    use super::super::civil::SHANGHAI;
    use super::*;

    /// Noon on some day in Shanghai.
    const NOON: i64 = 20_600 * DAY_MS + 4 * 60 * MINUTE_MS;

    #[test]
    fn old_days_become_totals_and_keep_their_measure() {
        let mut ledger = Ledger::new(SHANGHAI);
        let midnight = SHANGHAI.next_midnight(NOON);
        ledger.insert(midnight - 10 * MINUTE_MS, midnight + 5 * MINUTE_MS);
        let day = SHANGHAI.day(NOON);
        ledger.advance(NOON + 10 * DAY_MS);
        assert!(ledger.intervals().is_empty());
        assert_eq!(ledger.used_on(SHANGHAI, day), 10 * MINUTE_MS);
        assert_eq!(ledger.used_on(SHANGHAI, day + 1), 5 * MINUTE_MS);
        ledger.insert(NOON, NOON + MINUTE_MS);
        assert_eq!(ledger.used_on(SHANGHAI, day), 10 * MINUTE_MS);
    }

    #[test]
    fn totals_are_bounded_and_the_newest_are_kept() {
        let mut ledger = Ledger::new(SHANGHAI);
        for day in 0..MAX_DAYS as i64 + 50 {
            let noon = NOON + day * DAY_MS;
            ledger.insert(noon, noon + MINUTE_MS);
            ledger.advance(noon);
        }
        assert!(ledger.days.len() <= MAX_DAYS);
        let last = SHANGHAI.day(NOON) + MAX_DAYS as i64 + 49;
        assert_eq!(ledger.used_on(SHANGHAI, last - KEEP_DAYS - 1), MINUTE_MS);
        assert_eq!(ledger.used_on(SHANGHAI, SHANGHAI.day(NOON)), 0);
    }

    #[test]
    fn a_ledger_that_keeps_more_days_takes_late_intervals_and_counts_totals_once() {
        let day = SHANGHAI.day(NOON);
        let later = NOON + 3 * DAY_MS;
        let ledger = |parts: &[(i64, i64)], days: &[(i64, i64)]| {
            let minutes = |minute: i64| NOON + minute * MINUTE_MS;
            let parts: Vec<_> = parts.iter().map(|p| (minutes(p.0), minutes(p.1))).collect();
            Ledger::from_parts(SHANGHAI, &parts, days).unwrap()
        };
        let mut kept = ledger(&[(0, 20)], &[]).keeping(7);
        // Another device settled the same day: it saw these 20 minutes and 5 more.
        for _ in 0..2 {
            kept.merge(&ledger(&[], &[(day, 25 * MINUTE_MS)]), later);
        }
        assert_eq!(kept.used_on(SHANGHAI, day), 25 * MINUTE_MS);
        kept.merge(&ledger(&[(10, 30)], &[]).keeping(7), later);
        assert_eq!(kept.used_on(SHANGHAI, day), 35 * MINUTE_MS);
        kept.advance(later + 30 * DAY_MS);
        assert!(kept.intervals().is_empty());
        assert_eq!(kept.days(), [(day, 35 * MINUTE_MS)]);
    }

    #[test]
    fn time_recorded_under_a_false_clock_counts_for_today() {
        let mut ledger = Ledger::new(SHANGHAI);
        let far = NOON + 365 * DAY_MS;
        ledger.advance(far);
        ledger.insert(far, far + 20 * MINUTE_MS);
        ledger.rewind(NOON);
        let day = SHANGHAI.day(NOON);
        assert_eq!(ledger.used_on(SHANGHAI, day), 20 * MINUTE_MS);
        ledger.insert(NOON, NOON + MINUTE_MS);
        assert_eq!(ledger.used_on(SHANGHAI, day), 21 * MINUTE_MS);
        assert_eq!(
            ledger.reach_on(SHANGHAI, day, 21 * MINUTE_MS),
            Some(NOON + MINUTE_MS)
        );
    }

    #[test]
    fn whole_days_recorded_under_a_false_clock_count_for_today_too() {
        let day = SHANGHAI.day(NOON);
        let far = NOON + 365 * DAY_MS;
        let mut ledger = Ledger::new(SHANGHAI);
        // Put forward, then forward again: the first false day is a total by then.
        ledger.insert(far, far + 20 * MINUTE_MS);
        let further = far + 9 * DAY_MS;
        ledger.advance(further);
        ledger.insert(further, further + 5 * MINUTE_MS);
        ledger.rewind(NOON);
        assert_eq!(ledger.days(), [(day, 25 * MINUTE_MS)]);
        // A sum of many days is a day at most.
        ledger.insert(far, far + DAY_MS);
        ledger.advance(further);
        ledger.rewind(NOON);
        assert_eq!(ledger.used_on(SHANGHAI, day), DAY_MS);
    }
}
