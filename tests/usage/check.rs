//! Whether a status is as a scenario says.

use crate::language::{DueReminder, Expectation};
use crate::page::Shown;
use std::fmt::Debug;
use tidegate::usage::Status;
use tidegate::usage::civil::{Zone, day_text};
use tidegate::usage::preset::{DENY, REQUIRE};

pub(crate) fn holds(expected: &Expectation, shown: &Shown, zone: Zone) -> Result<(), String> {
    let Shown { status, closed } = shown;
    let closed = *closed;
    let instant =
        |at: Option<i64>| at.map_or_else(|| "never".to_owned(), |at| instant_text(at, zone));
    let length = |ms: Option<i64>| ms.map_or_else(|| "none".to_owned(), duration_text);
    match expected {
        Expectation::Open if closed.is_none() => Ok(()),
        Expectation::Open => Err(format!(
            "expected open, found closed by {}",
            closed.unwrap_or_default()
        )),
        Expectation::Closed(None) if closed.is_some() => Ok(()),
        Expectation::Closed(Some(reason)) if closed == Some(reason) => Ok(()),
        Expectation::Closed(reason) => Err(format!(
            "expected closed{}, found {}",
            reason
                .as_ref()
                .map_or_else(String::new, |reason| format!(" by {reason}")),
            closed.map_or_else(|| "open".to_owned(), |reason| format!("closed by {reason}")),
        )),
        Expectation::Used(ms) => same("used", &length(Some(*ms)), &length(Some(status.used_ms))),
        Expectation::Left(ms) => same("left", &length(*ms), &length(status.remaining_ms)),
        Expectation::Continuous(ms) => same(
            "continuous",
            &length(Some(*ms)),
            &length(Some(status.continuous_ms)),
        ),
        Expectation::Changes(at) => same("changes", &instant(*at), &instant(status.next_change_at)),
        Expectation::Opens(at) => same("opens", &instant(*at), &instant(status.opens_at)),
        Expectation::Due(due) => reminders(due, status),
        Expectation::Identity(identity) => {
            same("identity", identity.as_str(), status.identity.as_str())
        }
        Expectation::Deny(words) => same("deny", &sorted(words), &bits(status.deny, &DENY)),
        Expectation::Require(words) => {
            same("require", &sorted(words), &bits(status.require, &REQUIRE))
        }
        Expectation::Calendar(standing) => {
            let found = status.calendar.map(|standing| standing.as_str().to_owned());
            same("calendar", standing, &found)
        }
        Expectation::Day(day) => same("day", day, &status.day),
    }
}

fn same<T: PartialEq + Debug + ?Sized>(what: &str, expected: &T, found: &T) -> Result<(), String> {
    if expected == found {
        Ok(())
    } else {
        Err(format!("{what}: expected {expected:?}, found {found:?}"))
    }
}

fn sorted(words: &[String]) -> Vec<String> {
    let mut words = words.to_vec();
    words.sort_unstable();
    words
}

/// The words whose bits are set, sorted.
fn bits(set: u8, words: &[&str]) -> Vec<String> {
    let words = words
        .iter()
        .enumerate()
        .filter(|(bit, _)| set >> bit & 1 == 1);
    sorted(
        &words
            .map(|(_, word)| (*word).to_owned())
            .collect::<Vec<_>>(),
    )
}

/// The same kinds in any order; presets and values where the scenario names them.
fn reminders(expected: &[DueReminder], status: &Status) -> Result<(), String> {
    let mut found: Vec<DueReminder> = status
        .due
        .iter()
        .map(|due| DueReminder {
            kind: due.kind.as_str().to_owned(),
            preset: Some(due.preset.to_owned()),
            value_ms: Some(due.value_ms),
        })
        .collect();
    found.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    let fits = |(expected, found): (&DueReminder, &DueReminder)| {
        expected.kind == found.kind
            && (expected.preset.is_none() || expected.preset == found.preset)
            && (expected.value_ms.is_none() || expected.value_ms == found.value_ms)
    };
    if expected.len() == found.len() && expected.iter().zip(&found).all(fits) {
        return Ok(());
    }
    let text = |due: &DueReminder| {
        let by = due
            .preset
            .as_ref()
            .map_or_else(String::new, |preset| format!(" by {preset}"));
        let of = due
            .value_ms
            .map_or_else(String::new, |ms| format!(" of {}", duration_text(ms)));
        format!("{}{by}{of}", due.kind)
    };
    let texts = |due: &[DueReminder]| due.iter().map(text).collect::<Vec<_>>().join(", ");
    Err(format!(
        "due: expected [{}], found [{}]",
        texts(&expected),
        texts(&found)
    ))
}

fn duration_text(ms: i64) -> String {
    let (seconds, rest) = (ms / 1_000, ms % 1_000);
    let text = format!(
        "{}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    );
    if rest == 0 {
        text
    } else {
        format!("{text}.{rest:03}")
    }
}

fn instant_text(at: i64, zone: Zone) -> String {
    let time = format!("{:0>8}", duration_text(zone.time_of_day(at)));
    format!("{} {time}", day_text(zone.day(at)))
}
