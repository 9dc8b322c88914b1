//! Which days are holidays and make-up working days.

mod cn;

use super::UsageError;
use super::civil::{date, day_number, weekday};

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
                .then_some((day - first) as u16)
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
