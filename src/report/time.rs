//! RFC 3339 in UTC, to and from milliseconds since the epoch, in integers.

/// The last instant that four year digits can write: 9999-12-31T23:59:59.999Z.
pub(crate) const MAX_TIME_MS: u64 = 253_402_300_799_999;

const DAY_MS: u64 = 86_400_000;
const DAYS_PER_400_YEARS: u64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01; years counted from March have the leap
/// day at their end.
const EPOCH_FROM_MARCH_0: u64 = 719_468;

/// Writes `ms` since the epoch as `YYYY-MM-DDThh:mm:ss.mmmZ`; values past the
/// year 9999 are written as its last millisecond.
#[must_use]
pub fn format_utc(ms: u64) -> String {
    let ms = ms.min(MAX_TIME_MS);
    let (days, rest) = (ms / DAY_MS, ms % DAY_MS);
    let (year, month, day) = date_of(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        rest / 3_600_000,
        rest / 60_000 % 60,
        rest / 1_000 % 60,
        rest % 1_000
    )
}

/// Reads `YYYY-MM-DDThh:mm:ss[.fraction]Z` as milliseconds since the epoch.
///
/// Only UTC (`Z`) from the year 1970 on is read, which is what records carry;
/// digits of the fraction past milliseconds are cut off. Anything else, and
/// dates that do not exist, give `None`.
#[must_use]
pub fn parse_utc(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if bytes.len() < 20
        || separators
            .iter()
            .any(|&(at, byte)| bytes.get(at) != Some(&byte))
        || bytes.last() != Some(&b'Z')
    {
        return None;
    }
    let year = digits(bytes.get(0..4)?)?;
    let month = digits(bytes.get(5..7)?)?;
    let day = digits(bytes.get(8..10)?)?;
    let hour = digits(bytes.get(11..13)?)?;
    let minute = digits(bytes.get(14..16)?)?;
    let second = digits(bytes.get(17..19)?)?;
    let millis = match bytes.get(19..bytes.len() - 1)? {
        [] => 0,
        [b'.', fraction @ ..] if (1..=9).contains(&fraction.len()) => {
            digits(fraction)? * 1_000 / 10_u64.pow(u32::try_from(fraction.len()).ok()?)
        }
        _ => return None,
    };
    let days = days_of(year, month, day)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(days * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1_000 + millis)
}

fn digits(bytes: &[u8]) -> Option<u64> {
    bytes.iter().try_fold(0_u64, |number, &byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u64::from(byte - b'0'))
    })
}

fn date_of(days_since_epoch: u64) -> (u64, u64, u64) {
    let days = days_since_epoch + EPOCH_FROM_MARCH_0;
    let (era, of_era) = (days / DAYS_PER_400_YEARS, days % DAYS_PER_400_YEARS);
    let year_of_era =
        (of_era - of_era / 1_460 + of_era / 36_524 - of_era / (DAYS_PER_400_YEARS - 1)) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

fn days_of(year: u64, month: u64, day: u64) -> Option<u64> {
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let march_year = year - u64::from(month <= 2);
    let (era, year_of_era) = (march_year / 400, march_year % 400);
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * march_month + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    let days = era * DAYS_PER_400_YEARS + of_era - EPOCH_FROM_MARCH_0;
    // 31 April and 29 February of a common year land on another date.
    (date_of(days) == (year, month, day)).then_some(days)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn known_instants_are_written_and_read_back() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_827_696_789, "2000-02-29T12:34:56.789Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (1_795_520_000_000, "2026-11-24T11:33:20.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (MAX_TIME_MS, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(format_utc(ms), text);
            assert_eq!(parse_utc(text), Some(ms));
        }
        assert_eq!(format_utc(u64::MAX), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn every_day_until_2500_survives_the_round_trip() {
        for day in 0..193_600_u64 {
            let ms = day * DAY_MS + 1;
            assert_eq!(parse_utc(&format_utc(ms)), Some(ms));
        }
    }

    #[test]
    fn fractions_are_cut_to_milliseconds() {
        assert_eq!(parse_utc("1970-01-01T00:00:01Z"), Some(1_000));
        assert_eq!(parse_utc("1970-01-01T00:00:01.5Z"), Some(1_500));
        assert_eq!(parse_utc("1970-01-01T00:00:01.123999999Z"), Some(1_123));
    }

    #[test]
    fn what_is_not_an_instant_in_utc_is_refused() {
        for text in [
            "",
            "Z",
            "2026-11-24",
            "2026-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00+08:00",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.1234567890Z",
            "2026-01-01T00:00:00,5Z",
            "+026-01-01T00:00:00Z",
            "２026-01-01T00:00Z",
        ] {
            assert_eq!(parse_utc(text), None, "{text}");
        }
    }
}
