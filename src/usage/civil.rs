//! Civil days and times of day at a fixed offset from UTC, in integers.

use super::{DAY_MS, MINUTE_MS};

/// A fixed offset from UTC. The service's zone decides days and curfews, never
/// the device's. The default is UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

    /// Reads `+08:00`, at most 18 hours either way; `None` if it is not written so.
    pub fn parse(text: &str) -> Option<Self> {
        let &[sign @ (b'+' | b'-'), h, i, b':', m, n] = text.as_bytes() else {
            return None;
        };
        let (hours, minutes) = (digits(&[h, i])?, digits(&[m, n])?);
        let east = hours * 60 + minutes;
        (minutes < 60 && east <= 1080)
            .then(|| Self::from_minutes(if sign == b'-' { -east } else { east }))
    }

    /// As [`parse`](Self::parse) reads it.
    pub fn text(self) -> String {
        let minutes = (self.offset_ms / MINUTE_MS).abs();
        let mut text = String::with_capacity(6);
        text.push(if self.offset_ms < 0 { '-' } else { '+' });
        push_digits(&mut text, minutes / 60, 2);
        text.push(':');
        push_digits(&mut text, minutes % 60, 2);
        text
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

/// Year, month and day of civil day `day`.
pub fn date(day: i64) -> (i64, i64, i64) {
    // Years from March again, in eras of 400 years.
    let day = day + 719_468;
    let (era, day_of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let first = (153 * month_from_march + 2) / 5;
    (year, month, day_of_year - first + 1)
}

/// Day of the week of civil day `day`, 0 is Monday.
pub fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// Reads the number of the day `YYYY-MM-DD`; `None` if it is not written so, or
/// there is no such day.
pub fn parse_day(text: &str) -> Option<i64> {
    let &[a, b, c, d, b'-', m, n, b'-', e, f] = text.as_bytes() else {
        return None;
    };
    day_number(digits(&[a, b, c, d])?, digits(&[m, n])?, digits(&[e, f])?)
}

/// Writes `YYYY-MM-DD`; years beyond 0 to 9999 as the nearest of these.
pub fn day_text(day: i64) -> String {
    let (year, month, day) = date(day);
    let mut text = String::with_capacity(10);
    for (number, width) in [(year.clamp(0, 9999), 4), (month, 2), (day, 2)] {
        if !text.is_empty() {
            text.push('-');
        }
        push_digits(&mut text, number, width);
    }
    text
}

/// The last `width` digits of a number.
fn push_digits(text: &mut String, number: i64, width: u32) {
    for place in (0..width).rev() {
        text.push(char::from(b'0' + (number / 10_i64.pow(place) % 10) as u8));
    }
}

/// Minutes since midnight of `HH:MM`, 0–1439; `None` if it is not written so.
pub fn parse_time(text: &str) -> Option<u16> {
    let &[h, i, b':', m, n] = text.as_bytes() else {
        return None;
    };
    let (hours, minutes) = (digits(&[h, i])?, digits(&[m, n])?);
    (hours < 24 && minutes < 60).then_some((hours * 60 + minutes) as u16)
}

/// The number that `text` writes, digits and nothing else.
pub(crate) fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i64::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_zone_is_written_as_it_is_read() {
        for text in ["+08:00", "-05:30", "+00:00", "+18:00", "-18:00"] {
            assert_eq!(Zone::parse(text).unwrap().text(), text);
        }
    }

    #[test]
    fn dates_are_read_back() {
        for day in -800_000..800_000 {
            let (year, month, of_month) = date(day);
            if (1..=9999).contains(&year) {
                assert_eq!(day_number(year, month, of_month), Some(day));
            }
        }
        assert_eq!(parse_day("2024-02-29"), Some(19_782));
        assert_eq!(day_text(19_782), "2024-02-29");
        for wrong in [
            "2023-02-29",
            "2024-2-29",
            "2024-02-29 ",
            "+024-02-29",
            "",
            "２024-1",
        ] {
            assert_eq!(parse_day(wrong), None, "{wrong}");
        }
        // 2026-03-05 was a Thursday.
        assert_eq!(weekday(day_number(2026, 3, 5).unwrap()), 3);
        assert_eq!(weekday(0), 3);
    }

    #[test]
    fn offsets_and_times_of_day_are_read_strictly() {
        assert_eq!(Zone::parse("+08:00"), Some(SHANGHAI));
        assert_eq!(Zone::parse("-05:30"), Some(Zone::from_minutes(-330)));
        assert_eq!(Zone::parse("+18:00"), Some(Zone::from_minutes(1080)));
        for wrong in ["08:00", "+8:00", "+18:01", "+00:60", "Z", "", "+０8:00"] {
            assert_eq!(Zone::parse(wrong), None, "{wrong}");
        }
        assert_eq!(parse_time("22:00"), Some(1320));
        for wrong in ["24:00", "22:60", "2:00", "22:00:00", "22.00"] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }

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
