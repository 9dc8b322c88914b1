//! The rows of `benches/speed.toml`, against a report.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const BUDGETS: &str = "benches/speed.toml";
const US: &str = "tidegate";
/// In the place of a peer's name: the quickest that finds every planted term.
const FASTEST: &str = "fastest";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Budgets {
    speed: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    what: String,
    sizes: Vec<String>,
    metric: String,
    against: Option<String>,
    at_least: Option<f64>,
    at_most: Option<f64>,
}

/// A row for one size.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    what: String,
    size: String,
    value: Option<f64>,
    /// The peer and its value.
    against: Option<(String, f64)>,
    /// How `value` stands to the peer's.
    ratio: Option<f64>,
    at_least: Option<f64>,
    at_most: Option<f64>,
    /// `None`: not measured in this run.
    pub(crate) pass: Option<bool>,
}

/// Judges every row for every size.
pub(crate) fn judge(root: &Path, report: &Value) -> Result<Vec<Verdict>> {
    let text =
        fs::read_to_string(root.join(BUDGETS)).with_context(|| format!("cannot read {BUDGETS}"))?;
    let budgets: Budgets =
        toml::from_str(&text).with_context(|| format!("{BUDGETS} is not understood"))?;
    Ok(budgets
        .speed
        .iter()
        .flat_map(|row| row.sizes.iter().map(|size| row.judge(size, report)))
        .collect())
}

impl Row {
    fn judge(&self, size: &str, report: &Value) -> Verdict {
        let rows = report["sizes"][size]["rows"].as_array();
        let find = |wanted: &dyn Fn(&Value) -> bool| rows?.iter().find(|row| wanted(row));
        let path = format!("/{}", self.metric.replace('.', "/"));
        let value_of = |row: &Value| row.pointer(&path)?.as_f64();
        let value = find(&|row| row["name"] == US).and_then(value_of);
        let peer = self.against.as_deref().and_then(|peer| {
            find(&|row| match peer {
                FASTEST => row["isFastest"] == true,
                _ => row["name"] == peer,
            })
        });
        let theirs = peer.and_then(value_of);
        // That within the rounds says more than that of the medians.
        let within_rounds = peer.and_then(|row| value_of(&row["ratio"]));
        let (judged, unit) = match (&self.against, within_rounds) {
            (None, _) => (value, Some(1.0)),
            (Some(_), None) => (value, theirs),
            (Some(_), ratio) => (ratio, Some(1.0)),
        };
        let pass = judged.zip(unit).map(|(judged, unit)| {
            self.at_least.is_none_or(|limit| judged >= limit * unit)
                && self.at_most.is_none_or(|limit| judged <= limit * unit)
        });
        let name = peer.and_then(|row| row["name"].as_str());
        let against = name.map(str::to_owned).zip(theirs);
        let of_medians = || Some(value? / theirs.filter(|&theirs| theirs > 0.0)?);
        let ratio = within_rounds.or_else(of_medians);
        Verdict {
            what: self.what.clone(),
            size: size.to_owned(),
            value,
            against,
            ratio,
            at_least: self.at_least,
            at_most: self.at_most,
            pass,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pass = match self.pass {
            Some(true) => "pass",
            Some(false) => "FAIL",
            None => return write!(f, "  –   {}, {}: not measured", self.what, self.size),
        };
        let value = self.value.unwrap_or_default();
        write!(f, "{pass}  {}, {}: {}", self.what, self.size, Short(value))?;
        let times = if let Some((peer, theirs)) = &self.against {
            write!(f, " to {} of {peer}", Short(*theirs))?;
            if let Some(ratio) = self.ratio {
                write!(f, " = {} ×", Short(ratio))?;
            }
            " ×"
        } else {
            ""
        };
        let limits = [("≥", self.at_least), ("≤", self.at_most)];
        for (sign, limit) in limits {
            if let Some(limit) = limit {
                write!(f, ", wanted {sign} {limit}{times}")?;
            }
        }
        Ok(())
    }
}

/// A number with the digits that matter.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            value if value >= 100.0 => write!(f, "{value:.0}"),
            value if value >= 1.0 => write!(f, "{value:.2}"),
            value => write!(f, "{value:.4}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn row(text: &str) -> Row {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_row_is_judged_by_its_peer_or_by_itself_or_not_at_all() {
        let report = json!({"sizes": {"10k": {"rows": [
            {"name": "tidegate", "mbPerSecond": 30.0, "push": {"p50": 1.0}},
            {"name": "quick", "isFastest": true, "mbPerSecond": 20.0, "push": {"p50": 0.0}},
        ]}}});
        let faster = row(
            "what = 'w'\nsizes = []\nmetric = 'mbPerSecond'\nagainst = 'fastest'\nat_least = 1.5",
        );
        assert_eq!(faster.judge("10k", &report).pass, Some(true));
        assert_eq!(faster.judge("1k", &report).pass, None);
        let absolute = row("what = 'w'\nsizes = []\nmetric = 'push.p50'\nat_most = 0.5");
        assert_eq!(absolute.judge("10k", &report).pass, Some(false));
        let held =
            row("what = 'w'\nsizes = []\nmetric = 'push.p50'\nagainst = 'quick'\nat_most = 1.0");
        assert_eq!(held.judge("10k", &report).pass, Some(false));
        let absent =
            row("what = 'w'\nsizes = []\nmetric = 'push.p50'\nagainst = 'absent'\nat_most = 1.0");
        assert_eq!(absent.judge("10k", &report).pass, None);
    }

    #[test]
    fn a_ratio_within_the_rounds_is_believed_before_that_of_the_medians() {
        let mut report = json!({"sizes": {"10k": {"rows": [
            {"name": "tidegate", "push": {"p50": 1.0}},
            {"name": "quick", "push": {"p50": 1.0}, "ratio": {"push": {"p50": 0.4}}},
        ]}}});
        let pushed =
            row("what = 'w'\nsizes = []\nmetric = 'push.p50'\nagainst = 'quick'\nat_most = 0.5");
        assert_eq!(pushed.judge("10k", &report).pass, Some(true));
        report["sizes"]["10k"]["rows"][1]["ratio"]["push"]["p50"] = json!(0.6);
        assert_eq!(pushed.judge("10k", &report).pass, Some(false));
    }
}
