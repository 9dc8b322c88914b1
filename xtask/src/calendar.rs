//! `src/usage/calendar/cn.rs`: the holidays of mainland China, from
//! `data/calendar/cn.json`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::arguments::{self, Arguments};

const DATA: &str = "data/calendar/cn.json";
const TABLE: &str = "src/usage/calendar/cn.rs";

/// The file, by year.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Calendar {
    years: Vec<Year>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Year {
    year: i32,
    status: Status,
    source: String,
    /// First and last day, both off.
    holidays: Vec<(String, String)>,
    /// Working Saturdays and Sundays.
    makeup: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Official,
    Statutory,
}

/// Takes over the years of a file, if one is named, and writes the table; with
/// `--check` only compares; `false`: it differs.
pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<bool> {
    let check = arguments.flag("--check");
    let file = arguments.next();
    arguments.end()?;
    let read = |path: &Path| -> Result<Calendar> {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        parse(&text).with_context(|| format!("{}", path.display()))
    };
    let data = root.join(DATA);
    let mut calendar = read(&data)?;
    if let Some(file) = file {
        let newer = read(&arguments::absolute(&file)?)?;
        calendar = united(calendar, newer);
        if !check {
            fs::write(&data, to_json(&calendar)?)
                .with_context(|| format!("cannot write {DATA}"))?;
        }
    }
    let table = to_rust(&calendar)?;
    let path = root.join(TABLE);
    let same = fs::read_to_string(&path).is_ok_and(|committed| committed == table);
    if !check && !same {
        fs::write(&path, table).with_context(|| format!("cannot write {TABLE}"))?;
    }
    for year in &calendar.years {
        let status = match year.status {
            Status::Official => "official",
            Status::Statutory => "statutory days only",
        };
        println!(
            "{} {status}: {} spans off, {} make-up days",
            year.year,
            year.holidays.len(),
            year.makeup.len()
        );
    }
    if check && !same {
        println!("{TABLE} DIFFERS from what {DATA} says");
    }
    Ok(same || !check)
}

/// `newer` years go before those of `older`.
fn united(older: Calendar, newer: Calendar) -> Calendar {
    let mut years = newer.years;
    for year in older.years {
        if years.iter().all(|other| other.year != year.year) {
            years.push(year);
        }
    }
    years.sort_by_key(|year| year.year);
    Calendar { years }
}

/// Reads and checks a file.
fn parse(text: &str) -> Result<Calendar> {
    let calendar: Calendar = serde_json::from_str(text)?;
    for (at, year) in calendar.years.iter().enumerate() {
        let number = year.year;
        let twice = calendar.years[..at].iter().any(|o| o.year == number);
        ensure!(!twice, "{number} is there twice");
        ensure!((1970..10_000).contains(&number), "{number} is no year");
        ensure!(!year.source.is_empty(), "{number} names no source");
        year.days().with_context(|| number.to_string())?;
    }
    Ok(calendar)
}

/// Days of a year, counted from 0 on 1 January.
#[derive(Debug)]
struct Days {
    holidays: Vec<(u16, u16)>,
    makeup: Vec<u16>,
}

impl Year {
    fn days(&self) -> Result<Days> {
        let mut off = [false; 366];
        let mut holidays = Vec::new();
        for (first, last) in &self.holidays {
            let span = (self.day(first)?, self.day(last)?);
            ensure!(span.0 <= span.1, "{first} to {last} is turned round");
            for day in span.0..=span.1 {
                ensure!(
                    !off[usize::from(day)],
                    "{first} to {last} overlaps another span"
                );
                off[usize::from(day)] = true;
            }
            holidays.push(span);
        }
        let mut makeup = Vec::new();
        for text in &self.makeup {
            let day = self.day(text)?;
            ensure!(!off[usize::from(day)], "{text} is off and a make-up day");
            let weekday = (first_weekday(self.year) + i32::from(day)) % 7;
            ensure!(weekday >= 5, "{text} is no Saturday or Sunday");
            ensure!(!makeup.contains(&day), "{text} is there twice");
            makeup.push(day);
        }
        Ok(Days { holidays, makeup })
    }

    /// The number of `YYYY-MM-DD` in this year.
    fn day(&self, text: &str) -> Result<u16> {
        let leap = is_leap(self.year);
        let lengths = [
            31,
            28 + u16::from(leap),
            31,
            30,
            31,
            30,
            31,
            31,
            30,
            31,
            30,
            31,
        ];
        let mut before = 0;
        for (month, length) in (1..).zip(lengths) {
            for day in 1..=length {
                if text == format!("{:04}-{month:02}-{day:02}", self.year) {
                    return Ok(before + day - 1);
                }
            }
            before += length;
        }
        bail!("{text} is no day of {}", self.year)
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The weekday of 1 January; 0 is Monday.
fn first_weekday(year: i32) -> i32 {
    // 1 January 1970 was a Thursday.
    (1970..year).fold(3, |weekday, year| {
        (weekday + 365 + i32::from(is_leap(year))) % 7
    })
}

/// As it is committed: a line for each list, so that changes can be read.
fn to_json(calendar: &Calendar) -> Result<String> {
    let mut years = Vec::new();
    for year in &calendar.years {
        let spaced = |text: String| text.replace("\",\"", "\", \"").replace("],[", "], [");
        years.push(format!(
            "  {{\"year\": {}, \"status\": {}, \"source\": {},\n   \"holidays\": {},\n   \"makeup\": {}}}",
            year.year,
            serde_json::to_string(&year.status)?,
            serde_json::to_string(&year.source)?,
            spaced(serde_json::to_string(&year.holidays)?),
            spaced(serde_json::to_string(&year.makeup)?),
        ));
    }
    Ok(format!("{{\"years\": [\n{}\n]}}\n", years.join(",\n")))
}

fn to_rust(calendar: &Calendar) -> Result<String> {
    let mut text = String::from(
        "//! Generated by `cargo xtask calendar` from `data/calendar/cn.json`; not by hand.\n\n\
         use super::Days;\n\n",
    );
    let count = calendar.years.len();
    writeln!(text, "#[rustfmt::skip]")?;
    writeln!(
        text,
        "pub(super) static YEARS: [Days<'static>; {count}] = ["
    )?;
    for year in &calendar.years {
        let Days { holidays, makeup } = year.days()?;
        let official = year.status == Status::Official;
        writeln!(text, "    Days {{")?;
        writeln!(text, "        year: {},", year.year)?;
        writeln!(text, "        official: {official},")?;
        writeln!(text, "        holidays: &{holidays:?},")?;
        writeln!(text, "        makeup: &{makeup:?},")?;
        writeln!(text, "    }},")?;
    }
    text.push_str("];\n");
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn root() -> std::path::PathBuf {
        crate::root()
    }

    #[test]
    fn the_committed_table_is_what_its_data_says() {
        let data = fs::read_to_string(root().join(DATA)).unwrap();
        let calendar = parse(&data).unwrap();
        assert_eq!(to_json(&calendar).unwrap(), data);
        let table = fs::read_to_string(root().join(TABLE)).unwrap();
        assert_eq!(
            to_rust(&calendar).unwrap(),
            table,
            "run `cargo xtask calendar`"
        );
    }

    fn year(holidays: &str, makeup: &str) -> Result<Calendar> {
        parse(&format!(
            r#"{{"years":[{{"year":2026,"status":"official","source":"x","holidays":{holidays},"makeup":{makeup}}}]}}"#
        ))
    }

    #[test]
    fn tables_that_contradict_themselves_are_refused() {
        let ok = r#"[["2026-02-15","2026-02-23"]]"#;
        assert!(year(ok, r#"["2026-02-14","2026-02-28"]"#).is_ok());
        for holidays in [
            r#"[["2026-02-15","2026-02-23"],["2026-02-23","2026-02-24"]]"#,
            r#"[["2026-02-23","2026-02-15"]]"#,
            r#"[["2025-12-31","2026-01-01"]]"#,
            r#"[["2026-02-29","2026-03-01"]]"#,
            r#"[["2026-2-15","2026-2-23"]]"#,
            r#"[["2026-02-15"]]"#,
        ] {
            assert!(year(holidays, "[]").is_err(), "{holidays}");
        }
        for makeup in [
            r#"["2026-02-16"]"#,
            r#"["2026-02-15"]"#,
            r#"["2026-03-05"]"#,
            r#"["2026-02-28","2026-02-28"]"#,
            r#"["2025-10-11"]"#,
        ] {
            assert!(year(ok, makeup).is_err(), "{makeup}");
        }
        assert!(parse(r#"{"years":[],"extra":1}"#).is_err());
        assert!(parse("").is_err());
    }

    #[test]
    fn a_newer_file_replaces_years_and_keeps_the_others() {
        let older = year("[]", "[]").unwrap();
        let mut newer = year(r#"[["2026-01-01","2026-01-03"]]"#, "[]").unwrap();
        assert_eq!(united(older.clone(), newer.clone()), newer);
        newer.years[0].year = 2028;
        let both = united(older.clone(), newer.clone());
        assert_eq!(both.years, [older.years, newer.years].concat());
    }
}
