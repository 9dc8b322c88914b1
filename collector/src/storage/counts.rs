//! What is counted of verdicts, by the hour: trends and rules are read from
//! here and never from the records. Kept in the transaction that stores,
//! reviews or deletes a record. What was erased at a subject's wish stays
//! counted: a count says nothing of anybody.

use super::driver::{self, Bulk, Connection, Kind, Result, Value, values};
use super::records::VerdictKeys;
use super::{Storage, Unavailable};
use serde::Deserialize;
use std::collections::BTreeMap;

const HOUR_MS: i64 = 3_600_000;
/// Most keys of a trend; all others are one.
const MAX_TREND_KEYS: i64 = 31;
/// Most rows of statistics by rule, those with the most hits.
const MAX_RULES: i64 = 1_000;

const COUNTS: Bulk = Bulk {
    into: "INSERT INTO verdict_counts (hour, policy, revision, rule, risk, action, hits)",
    columns: &[
        Kind::Integer,
        Kind::Text,
        Kind::Integer,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Integer,
    ],
    key: "hour, policy, revision, rule, risk, action",
    known: "UPDATE SET hits = verdict_counts.hits + excluded.hits",
};

/// Counts verdicts that have become stored, each with its time of arrival.
pub(super) fn add(
    connection: &mut Connection,
    verdicts: impl Iterator<Item = (i64, VerdictKeys)>,
) -> Result<()> {
    let mut counts: BTreeMap<_, i64> = BTreeMap::new();
    for (received_ms, verdict) in verdicts {
        let VerdictKeys {
            policy,
            revision,
            rule,
            risk,
            action,
            ..
        } = verdict;
        let hour = received_ms.div_euclid(HOUR_MS);
        *counts
            .entry((hour, policy, revision, rule, risk, action))
            .or_default() += 1;
    }
    if counts.is_empty() {
        return Ok(());
    }
    let rows = counts
        .into_iter()
        .map(|((hour, policy, revision, rule, risk, action), hits)| {
            vec![
                hour.into(),
                policy.into(),
                revision.into(),
                rule.into(),
                risk.into(),
                action.into(),
                hits.into(),
            ]
        })
        .collect();
    connection.insert_all(&COUNTS, rows)
}

/// What a reviewer found of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Review {
    Upheld,
    Rejected,
}

impl Review {
    /// The name, as it is stored and filtered by.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Upheld => "upheld",
            Self::Rejected => "rejected",
        }
    }

    /// The one of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Upheld, Self::Rejected]
            .into_iter()
            .find(|one| one.name() == name)
    }
}

/// Sets what lists and statistics know of a record's review; `None` takes it
/// back. `false` if there is no such record. Needs
/// [`Lock::Everything`](super::lock::Lock::Everything).
pub(super) fn set_review(
    connection: &mut Connection,
    id: &str,
    review: Option<Review>,
) -> Result<bool> {
    let found = connection.query_first(
        "SELECT review FROM records WHERE id = ?1",
        values![id],
        |row| row.get::<Option<String>>(0),
    )?;
    let Some(before) = found else {
        return Ok(false);
    };
    connection.execute(
        "UPDATE records SET review = ?2 WHERE id = ?1",
        values![id, review.map(Review::name)],
    )?;
    let before = before.as_deref().and_then(Review::named);
    let change = |one| i64::from(review == Some(one)) - i64::from(before == Some(one));
    connection.execute(
        "UPDATE verdict_counts SET upheld = upheld + ?2, rejected = rejected + ?3
         WHERE (hour, policy, revision, rule, risk, action) IN
             (SELECT received_ms / 3600000, policy, revision, rule, risk, action
              FROM records WHERE id = ?1)",
        values![id, change(Review::Upheld), change(Review::Rejected)],
    )?;
    Ok(true)
}

/// Forgets the hours before that time.
pub(super) fn forget(connection: &mut Connection, before_ms: i64) -> Result<()> {
    connection.execute(
        "DELETE FROM verdict_counts WHERE hour < ?1",
        values![before_ms.div_euclid(HOUR_MS)],
    )?;
    Ok(())
}

/// What a trend tells apart.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TrendKey {
    #[default]
    Risk,
    Rule,
    Action,
    /// `policy@revision`.
    Revision,
}

impl TrendKey {
    fn expression(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::Rule => "rule",
            Self::Action => "action",
            Self::Revision => "policy || '@' || CAST(revision AS TEXT)",
        }
    }
}

/// Which hours to count, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrendQuery {
    pub(crate) by: TrendKey,
    /// The first hour is the one that this lies in.
    pub(crate) from_ms: i64,
    /// The last hour is the one before this.
    pub(crate) to_ms: i64,
    /// Whole hours of one bucket; at least 1.
    pub(crate) bucket_hours: i64,
    /// Where buckets begin: so many whole hours before those of UTC.
    pub(crate) offset_hours: i64,
}

/// Counts by bucket and key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trend {
    /// The keys with the most hits first.
    pub(crate) keys: Vec<String>,
    /// Buckets in which there is something, in order.
    pub(crate) rows: Vec<TrendRow>,
}

/// One bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrendRow {
    pub(crate) at_ms: i64,
    /// Hits in the order of the keys.
    pub(crate) hits: Vec<i64>,
    /// Hits of all other keys.
    pub(crate) other: i64,
}

pub(super) fn trend(connection: &mut Connection, query: &TrendQuery) -> Result<Trend> {
    let from = query.from_ms.div_euclid(HOUR_MS);
    let to = query.to_ms.saturating_add(HOUR_MS - 1).div_euclid(HOUR_MS);
    let key = query.by.expression();
    let keys = connection.query(
        &format!(
            "SELECT {key}, CAST(sum(hits) AS BIGINT) FROM verdict_counts
             WHERE hour >= ?1 AND hour < ?2
             GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?3"
        ),
        values![from, to, MAX_TREND_KEYS],
        |row| row.get::<String>(0),
    )?;
    let places: BTreeMap<&str, usize> = keys
        .iter()
        .enumerate()
        .map(|(place, key)| (key.as_str(), place))
        .collect();
    let is_known = if keys.is_empty() {
        "1 = 0".to_owned()
    } else {
        format!("{key} IN ({})", driver::places(5, keys.len()))
    };
    let mut values = values![from, to, query.bucket_hours.max(1), query.offset_hours].to_vec();
    values.extend(keys.iter().map(Value::from));
    let counts = connection.query(
        &format!(
            "SELECT (hour + ?4) / ?3, CASE WHEN {is_known} THEN {key} END,
                 CAST(sum(hits) AS BIGINT)
             FROM verdict_counts WHERE hour >= ?1 AND hour < ?2
             GROUP BY 1, 2 ORDER BY 1"
        ),
        &values,
        |row| {
            let bucket: i64 = row.get(0)?;
            Ok((bucket, row.get::<Option<String>>(1)?, row.get::<i64>(2)?))
        },
    )?;
    let mut rows: Vec<TrendRow> = Vec::new();
    for (bucket, key, hits) in counts {
        let at_ms = (bucket * query.bucket_hours.max(1) - query.offset_hours) * HOUR_MS;
        if rows.last().is_none_or(|row| row.at_ms != at_ms) {
            rows.push(TrendRow {
                at_ms,
                hits: vec![0; keys.len()],
                other: 0,
            });
        }
        let Some(row) = rows.last_mut() else { break };
        match key.and_then(|key| places.get(key.as_str()).copied()) {
            Some(place) => row.hits[place] += hits,
            None => row.other += hits,
        }
    }
    Ok(Trend { keys, rows })
}

/// How often a rule hit, and what reviewers found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleCount {
    pub(crate) policy: String,
    pub(crate) revision: i64,
    pub(crate) rule: String,
    pub(crate) risk: String,
    pub(crate) hits: i64,
    pub(crate) upheld: i64,
    pub(crate) rejected: i64,
}

pub(super) fn rules(
    connection: &mut Connection,
    from_ms: i64,
    to_ms: i64,
) -> Result<Vec<RuleCount>> {
    connection.query(
        "SELECT policy, revision, rule, risk, CAST(sum(hits) AS BIGINT),
             CAST(sum(upheld) AS BIGINT), CAST(sum(rejected) AS BIGINT)
         FROM verdict_counts WHERE hour >= ?1 AND hour < ?2
         GROUP BY policy, revision, rule, risk
         ORDER BY 5 DESC, policy, revision, rule, risk LIMIT ?3",
        values![
            from_ms.div_euclid(HOUR_MS),
            to_ms.saturating_add(HOUR_MS - 1).div_euclid(HOUR_MS),
            MAX_RULES
        ],
        |row| {
            Ok(RuleCount {
                policy: row.get(0)?,
                revision: row.get(1)?,
                rule: row.get(2)?,
                risk: row.get(3)?,
                hits: row.get(4)?,
                upheld: row.get(5)?,
                rejected: row.get(6)?,
            })
        },
    )
}

impl Storage {
    /// Verdicts over time. Reads as many rows as there were combinations of
    /// rule and action in those hours, not as there were records.
    pub(crate) async fn trend(&self, query: TrendQuery) -> std::result::Result<Trend, Unavailable> {
        self.read(move |connection| trend(connection, &query)).await
    }

    /// Verdicts by rule, over whole hours, at most 1,000 rules.
    pub(crate) async fn rules(
        &self,
        from_ms: i64,
        to_ms: i64,
    ) -> std::result::Result<Vec<RuleCount>, Unavailable> {
        self.read(move |connection| rules(connection, from_ms, to_ms))
            .await
    }
}
