//! Civil days and times of day at a fixed offset from UTC, in integers.

use super::{DAY_MS, MINUTE_MS};

/// A fixed offset from UTC. The service's zone decides days and curfews, never
/// the device's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    offset_ms: i64,
}

/// Asia/Shanghai, which has had no summer time since 1991.
pub const SHANGHAI: Zone = Zone::from_minutes(8 * 60);

impl Zone {
    /// `minutes` east of UTC, clamped to ±18 hours.
    pub const fn from_minutes(minutes: i64) -> Self {
        let clamped = if minutes > 1080 {
            1080
        } else if minutes < -1080 {
            -1080
        } else {
            minutes
        };
        Self {
            offset_ms: clamped * MINUTE_MS,
        }
    }

    /// Number of the civil day that contains `time`; day 0 is 1970-01-01.
    pub fn day(self, time: i64) -> i64 {
        time.saturating_add(self.offset_ms).div_euclid(DAY_MS)
    }

    /// Start of civil day `day`; its end is the start of `day + 1`.
    pub fn day_start(self, day: i64) -> i64 {
        day.saturating_mul(DAY_MS).saturating_sub(self.offset_ms)
    }

    /// Start of the day after the one that contains `time`.
    pub fn next_midnight(self, time: i64) -> i64 {
        self.day_start(self.day(time) + 1)
    }

    /// Milliseconds since midnight, 0..[`DAY_MS`].
    pub fn time_of_day(self, time: i64) -> i64 {
        time.saturating_add(self.offset_ms).rem_euclid(DAY_MS)
    }
}

/// Number of the day `year-month-day` of the proleptic Gregorian calendar;
/// `None` if there is no such day. Years 1 to 9999.
pub fn day_number(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years are counted from March, so that the leap day comes last.
    let y = year - i64::from(month <= 2);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    Some(365 * y + y / 4 - y / 100 + y / 400 + day_of_year - 719_468)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn day_numbers_agree_with_known_dates() {
        assert_eq!(day_number(1970, 1, 1), Some(0));
        assert_eq!(day_number(2000, 2, 29), Some(11_016));
        assert_eq!(day_number(2024, 11, 15), Some(20_042));
        assert_eq!(day_number(2100, 3, 1), Some(47_541));
        assert_eq!(day_number(2100, 2, 29), None);
        assert_eq!(day_number(2024, 13, 1), None);
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut last = day_number(1969, 12, 31).unwrap();
        for year in 1970..2110 {
            for month in 1..=12 {
                for day in 1..=31 {
                    if let Some(number) = day_number(year, month, day) {
                        assert_eq!(number, last + 1, "{year}-{month}-{day}");
                        last = number;
                    }
                }
            }
        }
    }

    #[test]
    fn a_day_in_shanghai_starts_at_sixteen_hundred_utc() {
        let day = day_number(2026, 3, 5).unwrap();
        let start = SHANGHAI.day_start(day);
        assert_eq!(start, day * DAY_MS - 8 * 60 * MINUTE_MS);
        assert_eq!(SHANGHAI.day(start), day);
        assert_eq!(SHANGHAI.day(start - 1), day - 1);
        assert_eq!(SHANGHAI.time_of_day(start), 0);
        assert_eq!(SHANGHAI.next_midnight(start), start + DAY_MS);
        assert_eq!(SHANGHAI.time_of_day(start - 1), DAY_MS - 1);
    }
}
