//! Instants, lengths and dates as scenarios write them.

use crate::yaml::Node;
use tidegate::usage::DAY_MS;
use tidegate::usage::civil::{Zone, date, day_number};

/// Full years on `today`: an age counts as reached on the day after the birthday.
pub(crate) fn years(born: i64, today: i64) -> u8 {
    let ((y, m, d), (year, month, day)) = (date(born), date(today));
    u8::try_from(year - y - i64::from((month, day) <= (m, d))).expect("an age")
}

/// The zone `+08:00`.
pub(crate) fn offset(text: &str) -> Zone {
    Zone::parse(text).unwrap_or_else(|| panic!("`{text}` is no zone like +08:00"))
}

/// `h:mm:ss` or `h:mm:ss.mmm`.
pub(crate) fn duration(node: &Node) -> i64 {
    milliseconds(node, node.text())
}

/// The same for a part of a node's text.
pub(crate) fn milliseconds(node: &Node, text: &str) -> i64 {
    let (seconds, ms) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Vec<i64> = seconds
        .split(':')
        .filter_map(|part| part.parse().ok())
        .collect();
    let ([h, m, s], Ok(ms)) = (&parts[..], ms.parse::<i64>()) else {
        panic!("line {}: `{text}` is no duration h:mm:ss", node.line);
    };
    ((h * 60 + m) * 60 + s) * 1_000 + ms
}

/// Reads times relative to the day of the line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    pub(crate) zone: Zone,
    pub(crate) day: i64,
}

impl Clock {
    /// The time of a line, which may begin another day.
    pub(crate) fn line(&mut self, node: &Node, text: &str) -> i64 {
        let (day, rest) = self.split(node, text);
        self.day = day;
        self.at(node, rest)
    }

    pub(crate) fn instant(&self, node: &Node) -> i64 {
        let (day, rest) = self.split(node, node.text());
        Self { day, ..*self }.at(node, rest)
    }

    /// The day that `text` begins with, and the time of day.
    fn split<'a>(&self, node: &Node, text: &'a str) -> (i64, &'a str) {
        if let Some(rest) = text.strip_prefix("next day ") {
            return (self.day + 1, rest);
        }
        let words = text.split(' ').count();
        match text.rsplit_once(' ') {
            Some((date, rest)) if words > 1 => (Self::date(node, date), rest),
            _ => (self.day, text),
        }
    }

    /// `2026-03-05`, or with the day of the week before it, which must be right.
    pub(crate) fn date(node: &Node, text: &str) -> i64 {
        const WEEK: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        let date = text.rsplit(' ').next().unwrap_or(text);
        let parts: Vec<i64> = date
            .split('-')
            .filter_map(|part| part.parse().ok())
            .collect();
        let day = match &parts[..] {
            &[y, m, d] => day_number(y, m, d),
            _ => None,
        };
        let Some(day) = day else {
            panic!("line {}: `{text}` is no date", node.line);
        };
        if let Some((name, _)) = text.split_once(' ') {
            let right = WEEK[usize::try_from(day.rem_euclid(7)).unwrap()];
            assert_eq!(
                name, right,
                "line {}: the day of the week of {date}",
                node.line
            );
        }
        day
    }

    fn at(&self, node: &Node, text: &str) -> i64 {
        let padded = if text.len() == 5 {
            format!("{text}:00")
        } else {
            text.to_owned()
        };
        let ms = milliseconds(node, &padded);
        assert!(
            ms < DAY_MS && padded.len() >= 8,
            "line {}: `{text}` is no time",
            node.line
        );
        self.zone.day_start(self.day) + ms
    }
}
