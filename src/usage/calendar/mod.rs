//! Which days are holidays and make-up working days.

mod cn;

use super::UsageError;
use super::civil::{date, day_number, parse_day, weekday};
use super::json::Json;

/// Most years that options may bring.
pub const MAX_YEARS: usize = 32;

/// Most spans of holidays, and most make-up days, in a year.
pub const MAX_SPANS: usize = 64;

/// What kind of day it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// Neither of the others.
    Ordinary,
    /// Off by the calendar, whatever the day of the week.
    Holiday,
    /// A Saturday or Sunday that is worked.
    Makeup,
}

/// How far a year of the calendar can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarStatus {
    /// As the State Council published it.
    Official,
    /// The days that the law names; bridges and make-up days are not known yet.
    Statutory,
    /// The year is not there: only days of a fixed date are known.
    Missing,
}

impl CalendarStatus {
    /// The word that crosses to JavaScript.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Statutory => "statutory",
            Self::Missing => "missing",
        }
    }
}

/// Days of one year, counted from 0 on 1 January.
#[derive(Clone, Copy, Debug)]
struct Days<'a> {
    year: i64,
    official: bool,
    /// First and last, both included.
    holidays: &'a [(u16, u16)],
    makeup: &'a [u16],
}

/// Days off without a notice, by fixed date (month, first and last day):
/// 全国年节及纪念日放假办法 of 2024-11-10. Those of the lunar calendar are not here.
const FIXED: [(i64, i64, i64); 3] = [(1, 1, 1), (5, 1, 2), (10, 1, 3)];

/// One year that replaces or adds to what is built in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    year: i64,
    official: bool,
    holidays: Vec<(u16, u16)>,
    makeup: Vec<u16>,
}

impl Year {
    /// Days as numbers of civil days; spans with both ends.
    ///
    /// # Errors
    /// `usage/calendar`: a day of another year, a span turned round, overlapping
    /// spans, a day that is both, a make-up day within the week, a year outside
    /// 1970 to 9999, or more than [`MAX_SPANS`].
    pub fn new(
        year: i64,
        status: CalendarStatus,
        holidays: &[(i64, i64)],
        makeup: &[i64],
    ) -> Result<Self, UsageError> {
        let wrong = UsageError::Calendar;
        if !(1970..=9999).contains(&year) {
            return Err(wrong("a year is from 1970 to 9999"));
        }
        if holidays.len() > MAX_SPANS || makeup.len() > MAX_SPANS {
            return Err(wrong("more than 64 spans or make-up days in a year"));
        }
        let first = day_number(year, 1, 1).unwrap_or_default();
        let in_year = |day: i64| {
            let inside = date(day.clamp(first - 1, first + 400)).0 == year;
            inside
                .then(|| (day - first) as u16)
                .ok_or(wrong("a day of another year"))
        };
        let mut kept = Self {
            year,
            official: status == CalendarStatus::Official,
            holidays: Vec::new(),
            makeup: Vec::new(),
        };
        for &(from, to) in holidays {
            let span = (in_year(from)?, in_year(to)?);
            if span.0 > span.1 {
                return Err(wrong("a span ends before it starts"));
            }
            if kept.holidays.iter().any(|h| h.0 <= span.1 && span.0 <= h.1) {
                return Err(wrong("spans overlap"));
            }
            kept.holidays.push(span);
        }
        for &day in makeup {
            let at = in_year(day)?;
            if weekday(day) < 5 {
                return Err(wrong("a make-up day is a Saturday or Sunday"));
            }
            if kept.holidays.iter().any(|h| (h.0..=h.1).contains(&at)) {
                return Err(wrong("a day is a holiday and a make-up day"));
            }
            kept.makeup.push(at);
        }
        Ok(kept)
    }

    fn days(&self) -> Days<'_> {
        Days {
            year: self.year,
            official: self.official,
            holidays: &self.holidays,
            makeup: &self.makeup,
        }
    }
}

/// Holidays of mainland China: what is built in, and the years of the options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    years: Vec<Year>,
}

impl Calendar {
    /// `years` go before what is built in.
    ///
    /// # Errors
    /// `usage/calendar`: a year twice, or more than [`MAX_YEARS`].
    pub fn new(years: Vec<Year>) -> Result<Self, UsageError> {
        if years.len() > MAX_YEARS {
            return Err(UsageError::Calendar("more than 32 years"));
        }
        for (at, year) in years.iter().enumerate() {
            if years[..at].iter().any(|other| other.year == year.year) {
                return Err(UsageError::Calendar("a year is there twice"));
            }
        }
        Ok(Self { years })
    }

    /// Reads `{"years": [{"year", "status", "source"?, "holidays": [[first, last],
    /// …], "makeup": […]}]}` with days as `YYYY-MM-DD` and the status `official` or
    /// `statutory`. The source is for readers.
    ///
    /// # Errors
    /// `usage/calendar`: not of this shape, or as [`Year::new`] and [`Calendar::new`].
    pub fn read(text: &str) -> Result<Self, UsageError> {
        Self::of(&Json::read(text).unwrap_or(Json::Null))
    }

    #[inline(never)]
    pub(crate) fn of(root: &Json) -> Result<Self, UsageError> {
        let wrong = UsageError::Calendar("not of the documented shape");
        let years = read_years(root).ok_or(wrong)?;
        Self::new(years.into_iter().collect::<Result<_, _>>()?)
    }

    /// What kind of day `day` is.
    pub fn kind(&self, day: i64) -> DayKind {
        let (year, month, of_month) = date(day);
        let Some(days) = self.year(year) else {
            let fixed = |&(m, first, last): &(i64, i64, i64)| {
                m == month && (first..=last).contains(&of_month)
            };
            return if FIXED.iter().any(fixed) {
                DayKind::Holiday
            } else {
                DayKind::Ordinary
            };
        };
        let at = day - day_number(year, 1, 1).unwrap_or(day);
        let at = at as u16;
        if days.holidays.iter().any(|h| (h.0..=h.1).contains(&at)) {
            DayKind::Holiday
        } else if days.makeup.contains(&at) {
            DayKind::Makeup
        } else {
            DayKind::Ordinary
        }
    }

    /// What is known of the year of `day`.
    pub fn status(&self, day: i64) -> CalendarStatus {
        match self.year(date(day).0) {
            None => CalendarStatus::Missing,
            Some(days) if days.official => CalendarStatus::Official,
            Some(_) => CalendarStatus::Statutory,
        }
    }

    fn year(&self, year: i64) -> Option<Days<'_>> {
        let own = self.years.iter().map(Year::days);
        own.chain(cn::YEARS).find(|days| days.year == year)
    }
}

fn read_years(root: &Json) -> Option<Vec<Result<Year, UsageError>>> {
    let mut years = Vec::new();
    for of in root.get("years")?.list()? {
        let &Json::Whole(year) = of.get("year")? else {
            return None;
        };
        let status = match of.get("status")?.text()? {
            "official" => CalendarStatus::Official,
            "statutory" => CalendarStatus::Statutory,
            _ => return None,
        };
        let mut holidays = Vec::new();
        for span in of.get("holidays")?.list()? {
            let [first, last] = span.list()? else {
                return None;
            };
            holidays.push((read_day(first)?, read_day(last)?));
        }
        let mut makeup = Vec::new();
        for day in of.get("makeup")?.list()? {
            makeup.push(read_day(day)?);
        }
        years.push(Year::new(year, status, &holidays, &makeup));
    }
    Some(years)
}

fn read_day(day: &Json) -> Option<i64> {
    parse_day(day.text()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::civil::parse_day;

    fn day(text: &str) -> i64 {
        parse_day(text).unwrap()
    }

    #[test]
    fn built_in_years_are_consistent_and_flagged() {
        let calendar = Calendar::default();
        for days in &cn::YEARS {
            let first = day_number(days.year, 1, 1).unwrap();
            let spans: Vec<_> = days
                .holidays
                .iter()
                .map(|h| (first + i64::from(h.0), first + i64::from(h.1)))
                .collect();
            let makeup: Vec<_> = days.makeup.iter().map(|&m| first + i64::from(m)).collect();
            let status = calendar.status(first);
            assert!(Year::new(days.year, status, &spans, &makeup).is_ok());
        }
        for (text, status) in [
            ("2023-12-31", CalendarStatus::Missing),
            ("2024-01-01", CalendarStatus::Official),
            ("2026-12-31", CalendarStatus::Official),
            ("2027-01-01", CalendarStatus::Statutory),
            ("2028-01-01", CalendarStatus::Missing),
        ] {
            assert_eq!(calendar.status(day(text)), status, "{text}");
        }
    }

    #[test]
    fn days_are_of_the_kind_that_the_notices_say() {
        let calendar = Calendar::default();
        for (text, kind) in [
            ("2026-02-14", DayKind::Makeup),
            ("2026-02-15", DayKind::Holiday),
            ("2026-02-23", DayKind::Holiday),
            ("2026-02-24", DayKind::Ordinary),
            ("2026-02-28", DayKind::Makeup),
            ("2024-02-29", DayKind::Ordinary),
            ("2024-10-12", DayKind::Makeup),
            ("2025-10-08", DayKind::Holiday),
            ("2027-02-05", DayKind::Holiday),
            ("2027-02-09", DayKind::Ordinary),
        ] {
            assert_eq!(calendar.kind(day(text)), kind, "{text}");
        }
    }

    #[test]
    fn a_missing_year_knows_the_days_of_fixed_date() {
        let calendar = Calendar::default();
        let off = |year: i64| {
            let first = day_number(year, 1, 1).unwrap();
            (first..first + 366)
                .filter(|&day| date(day).0 == year && calendar.kind(day) != DayKind::Ordinary)
                .map(crate::civil::day_text)
                .map(|text| text[5..].to_owned())
                .collect::<Vec<_>>()
        };
        let fixed = ["01-01", "05-01", "05-02", "10-01", "10-02", "10-03"];
        for year in [1970, 2023, 2028, 2101, 9999] {
            assert_eq!(off(year), fixed, "{year}");
        }
        // Nor does a day before 1970 stop anything.
        assert_eq!(calendar.kind(-800_000), DayKind::Ordinary);
        assert_eq!(calendar.kind(i64::from(i32::MAX)), DayKind::Ordinary);
    }

    #[test]
    fn a_year_of_the_options_goes_before_what_is_built_in() {
        let spans = [(day("2027-02-04"), day("2027-02-11"))];
        let makeup = [day("2027-02-13")];
        let year = Year::new(2027, CalendarStatus::Official, &spans, &makeup).unwrap();
        let calendar = Calendar::new(vec![year.clone()]).unwrap();
        assert_eq!(calendar.status(day("2027-06-01")), CalendarStatus::Official);
        assert_eq!(calendar.kind(day("2027-02-11")), DayKind::Holiday);
        assert_eq!(calendar.kind(day("2027-02-13")), DayKind::Makeup);
        assert_eq!(calendar.kind(day("2027-01-01")), DayKind::Ordinary);
        assert_eq!(calendar.kind(day("2026-02-15")), DayKind::Holiday);
        assert!(Calendar::new(vec![year.clone(), year]).is_err());
    }

    #[test]
    fn calendars_are_read_as_they_are_documented() {
        let read = |text: &str| Calendar::read(text).map_err(|error| error.code());
        let built = include_str!("../../../data/calendar/cn.json");
        let calendar = read(built).unwrap();
        assert_eq!(calendar.years.len(), cn::YEARS.len());
        for (own, days) in calendar.years.iter().zip(&cn::YEARS) {
            assert_eq!(own.holidays, days.holidays);
            assert_eq!(own.makeup, days.makeup);
            assert_eq!((own.year, own.official), (days.year, days.official));
        }
        assert!(read(r#"{"years":[]}"#).is_ok());
        for wrong in [
            "",
            "{}",
            "[]",
            r#"{"years":{}}"#,
            r#"{"years":[1]}"#,
            r#"{"years":[{"year":2026,"status":"official","holidays":[]}]}"#,
            r#"{"years":[{"year":2026.5,"status":"official","holidays":[],"makeup":[]}]}"#,
            r#"{"years":[{"year":2026,"status":"missing","holidays":[],"makeup":[]}]}"#,
            r#"{"years":[{"year":2026,"status":"official","holidays":[["2026-01-01"]],"makeup":[]}]}"#,
            r#"{"years":[{"year":2026,"status":"official","holidays":[["2026-1-1","2026-1-2"]],"makeup":[]}]}"#,
            r#"{"years":[{"year":2026,"status":"official","holidays":[],"makeup":["2026-03-05"]}]}"#,
        ] {
            assert_eq!(read(wrong), Err("usage/calendar"), "{wrong}");
        }
    }

    #[test]
    fn years_that_contradict_themselves_are_refused() {
        let refused = |year: i64, holidays: &[(i64, i64)], makeup: &[i64]| {
            let error = Year::new(year, CalendarStatus::Official, holidays, makeup).unwrap_err();
            assert_eq!(error.code(), "usage/calendar");
        };
        let d = |text: &str| day(text);
        refused(
            2026,
            &[
                (d("2026-05-01"), d("2026-05-05")),
                (d("2026-05-05"), d("2026-05-06")),
            ],
            &[],
        );
        refused(2026, &[(d("2026-05-05"), d("2026-05-01"))], &[]);
        refused(2026, &[(d("2025-12-31"), d("2026-01-01"))], &[]);
        refused(2026, &[(d("2026-12-31"), d("2027-01-01"))], &[]);
        refused(2026, &[(i64::MIN, i64::MAX)], &[]);
        refused(
            2026,
            &[(d("2026-05-01"), d("2026-05-05"))],
            &[d("2026-05-02")],
        );
        refused(2026, &[], &[d("2026-03-05")]);
        refused(2026, &[], &[d("2027-01-02")]);
        refused(1969, &[], &[]);
        refused(10_000, &[], &[]);
        refused(i64::MAX, &[], &[]);
        refused(2026, &[(0, 0); MAX_SPANS + 1], &[]);
        let years = (2000..2033).map(|y| Year::new(y, CalendarStatus::Official, &[], &[]).unwrap());
        assert!(Calendar::new(years.collect()).is_err());
    }
}
