//! `/v1/stats/…`: how verdicts went, and what reviewers found of rules.

use crate::app::App;
use crate::clock;
use crate::error::ApiError;
use crate::staff::{Role, require};
use crate::storage::{RuleCount, TrendKey, TrendQuery};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

const HOUR_MS: i64 = 3_600_000;
/// Most buckets of a trend.
const MAX_BUCKETS: i64 = 800;
/// Hours by which buckets may begin before those of UTC: the zones that there
/// are.
const OFFSET_HOURS: std::ops::RangeInclusive<i64> = -12..=14;
/// The span if the request does not say, in ms.
const DEFAULT_SPAN_MS: i64 = 7 * 24 * HOUR_MS;
/// The quantile of the normal distribution for 95 % on both sides.
const Z: f64 = 1.959_964;

#[derive(Debug, Deserialize)]
pub(crate) struct Span {
    from_ms: Option<i64>,
    to_ms: Option<i64>,
}

impl Span {
    /// Half-open; `None` if it is none.
    fn read(&self, now_ms: i64) -> Option<(i64, i64)> {
        let to_ms = self.to_ms.unwrap_or(now_ms);
        let from_ms = self
            .from_ms
            .unwrap_or(to_ms.saturating_sub(DEFAULT_SPAN_MS));
        (0 <= from_ms && from_ms < to_ms).then_some((from_ms, to_ms))
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct TrendParameters {
    from_ms: Option<i64>,
    to_ms: Option<i64>,
    #[serde(default)]
    bucket: Bucket,
    #[serde(default)]
    by: TrendKey,
    /// Whole hours that the reader's clock is ahead of UTC, for days that are
    /// the reader's.
    #[serde(default)]
    offset_hours: i64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Bucket {
    #[default]
    Hour,
    Day,
}

impl Bucket {
    fn hours(self) -> i64 {
        match self {
            Self::Hour => 1,
            Self::Day => 24,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }
}

/// `GET /v1/stats/trend`: verdicts by the hour or day. Buckets with none are
/// left out.
pub(crate) async fn trend(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    parameters: Result<Query<TrendParameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    require(&app, &method, &headers, Role::Viewer).await?;
    let asked = parameters.ok().and_then(|Query(asked)| {
        let span = Span {
            from_ms: asked.from_ms,
            to_ms: asked.to_ms,
        };
        let (from_ms, to_ms) = span.read(clock::now())?;
        let buckets = (to_ms - from_ms) / (asked.bucket.hours() * HOUR_MS);
        let query = TrendQuery {
            by: asked.by,
            from_ms,
            to_ms,
            bucket_hours: asked.bucket.hours(),
            offset_hours: asked.offset_hours,
        };
        (buckets <= MAX_BUCKETS && OFFSET_HOURS.contains(&asked.offset_hours))
            .then_some((asked.bucket, query))
    });
    let (bucket, query) = asked.ok_or_else(|| {
        let message = "from_ms is before to_ms, bucket is hour or day, at most 800 of them; \
                       by is risk, rule, action or revision; offset_hours is -12 to 14";
        ApiError::bad_request("request/query", message)
    })?;
    let trend = app.storage.trend(query).await?;
    let rows: Vec<Value> = trend
        .rows
        .iter()
        .map(|row| {
            let mut counts: Map<String, Value> = trend
                .keys
                .iter()
                .zip(&row.hits)
                .filter(|(_, hits)| **hits > 0)
                .map(|(key, hits)| (key.clone(), (*hits).into()))
                .collect();
            if row.other > 0 {
                counts.insert("other".to_owned(), row.other.into());
            }
            json!({"at_ms": row.at_ms, "counts": counts})
        })
        .collect();
    Ok(Json(
        json!({"bucket": bucket.name(), "keys": trend.keys, "rows": rows}),
    ))
}

/// `GET /v1/stats/rules`: of each rule, how often it hit, and how often
/// reviewers found that right.
pub(crate) async fn rules(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    parameters: Result<Query<Span>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    require(&app, &method, &headers, Role::Viewer).await?;
    let span = parameters
        .ok()
        .and_then(|Query(span)| span.read(clock::now()));
    let (from_ms, to_ms) =
        span.ok_or_else(|| ApiError::bad_request("request/query", "from_ms is before to_ms"))?;
    let rules = app.storage.rules(from_ms, to_ms).await?;
    let rules: Vec<Value> = rules.iter().map(describe).collect();
    Ok(Json(json!({"rules": rules})))
}

fn describe(rule: &RuleCount) -> Value {
    let reviewed = rule.upheld + rule.rejected;
    let (low, high) = wilson(rule.upheld, reviewed);
    json!({
        "policy": rule.policy,
        "revision": rule.revision,
        "rule": rule.rule,
        "risk": rule.risk,
        "hits": rule.hits,
        "upheld": rule.upheld,
        "rejected": rule.rejected,
        "precision": (reviewed > 0).then(|| rule.upheld as f64 / reviewed as f64),
        "low": low,
        "high": high,
    })
}

/// Between what the share lies with 95 %, seen `hits` of `all`: the interval
/// of Wilson (1927), which holds for few reviews too. 0 and 1 for none.
fn wilson(hits: i64, all: i64) -> (f64, f64) {
    if all <= 0 {
        return (0.0, 1.0);
    }
    let n = all as f64;
    let share = hits as f64 / n;
    let square = Z * Z;
    let middle = share + square / (2.0 * n);
    let reach = Z * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    let scale = 1.0 + square / n;
    (
        ((middle - reach) / scale).max(0.0),
        ((middle + reach) / scale).min(1.0),
    )
}

#[cfg(test)]
mod tests {
    use super::wilson;

    /// Values of Wilson's formula as published for 95 %.
    #[test]
    fn the_interval_is_wilsons() {
        let is_near = |(low, high): (f64, f64), wanted: (f64, f64)| {
            (low - wanted.0).abs() < 0.000_5 && (high - wanted.1).abs() < 0.000_5
        };
        assert!(is_near(wilson(0, 0), (0.0, 1.0)));
        assert!(is_near(wilson(0, 10), (0.0, 0.277_5)));
        assert!(is_near(wilson(5, 10), (0.236_6, 0.763_4)));
        assert!(is_near(wilson(10, 10), (0.722_5, 1.0)));
    }
}
