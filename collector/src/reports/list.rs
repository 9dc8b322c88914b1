//! `GET /v1/reports`: what has arrived, for the provider's staff.

use super::review::note_of;
use crate::app::App;
use crate::error::ApiError;
use crate::staff::{Role, require};
use crate::storage::{
    Direction, Query as StorageQuery, Review, ReviewNote, Reviewed as StorageReviewed, Row, Storage,
};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use tidegate::report::format_utc;
use tidegate::report::record::{COMPLAINT_TYPE, DROPS_TYPE, VERDICT_TYPE};

/// Records of a page if the request does not say.
const DEFAULT_LIMIT: usize = 100;
/// Most records of a page.
const MAX_LIMIT: usize = 500;
/// Most bytes of a text to filter by.
const MAX_FILTER_BYTES: usize = 256;

#[derive(Debug, Deserialize)]
pub(crate) struct Parameters {
    /// 1–500, default 100.
    limit: Option<usize>,
    /// `next` of the page before.
    after: Option<i64>,
    /// `oldest` first (default) or `newest` first.
    #[serde(default)]
    order: Order,
    kind: Option<Kind>,
    risk: Option<String>,
    /// End before this row.
    before: Option<i64>,
    policy: Option<String>,
    revision: Option<i64>,
    rule: Option<String>,
    action: Option<String>,
    channel: Option<String>,
    subject: Option<String>,
    escalation: Option<String>,
    review: Option<Reviewed>,
    /// Arrived at this time or later, in ms since the epoch.
    from_ms: Option<i64>,
    /// Arrived before this time.
    to_ms: Option<i64>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reviewed {
    None,
    Upheld,
    Rejected,
}

impl Parameters {
    /// The texts to filter by, which are of bounded length.
    fn texts(&self) -> [&Option<String>; 7] {
        [
            &self.risk,
            &self.policy,
            &self.rule,
            &self.action,
            &self.channel,
            &self.subject,
            &self.escalation,
        ]
    }
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Order {
    #[default]
    Oldest,
    Newest,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Verdict,
    Complaint,
    Drops,
}

/// One page. Every record is its event with more attributes: `row`, its place
/// in the order of arrival, `received` and `received_ms`, when it arrived, and
/// where there are any, `subject` and `review`; a count of losses also `lost`,
/// how many of the records that it tells of are lost as far as is known now.
#[derive(Debug, Serialize)]
pub(crate) struct Listing {
    records: Vec<Map<String, Value>>,
    /// `after` of the next page; `null` if this is the last for now.
    next: Option<i64>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Listing>, ApiError> {
    // First of all: who asks.
    require(&app, &method, &headers, Role::Viewer).await?;
    let bad_query = |message: &str| ApiError::bad_request("request/query", message);
    let Query(parameters) = parameters.map_err(|_| bad_query("a parameter is not as described"))?;
    let limit = parameters.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(bad_query(&format!("limit is 1 to {MAX_LIMIT}")));
    }
    let is_too_long = |text: &Option<String>| {
        text.as_ref()
            .is_some_and(|text| text.len() > MAX_FILTER_BYTES)
    };
    if parameters.texts().into_iter().any(is_too_long) {
        return Err(bad_query("a filter is too long"));
    }
    let query = StorageQuery {
        direction: match parameters.order {
            Order::Oldest => Direction::OldestFirst,
            Order::Newest => Direction::NewestFirst,
        },
        after: parameters.after,
        limit,
        kind: parameters.kind.map(|kind| {
            let name = match kind {
                Kind::Verdict => VERDICT_TYPE,
                Kind::Complaint => COMPLAINT_TYPE,
                Kind::Drops => DROPS_TYPE,
            };
            name.to_owned()
        }),
        before: parameters.before,
        policy: given(parameters.policy),
        revision: parameters.revision,
        rule: given(parameters.rule),
        risk: given(parameters.risk),
        action: given(parameters.action),
        channel: given(parameters.channel),
        escalation: given(parameters.escalation),
        subject: given(parameters.subject),
        review: parameters.review.map(|review| match review {
            Reviewed::None => StorageReviewed::No,
            Reviewed::Upheld => StorageReviewed::As(Review::Upheld),
            Reviewed::Rejected => StorageReviewed::As(Review::Rejected),
        }),
        from_ms: parameters.from_ms,
        to_ms: parameters.to_ms,
    };
    let page = app.storage.list(query).await?;
    let next = page.next();
    let records = describe_all(&app.storage, page.rows).await?;
    Ok(Json(Listing { records, next }))
}

/// The records of a page as they are listed.
pub(crate) async fn describe_all(
    storage: &Storage,
    rows: Vec<Row>,
) -> Result<Vec<Map<String, Value>>, ApiError> {
    let rows = rows.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let ids = |is_wanted: &dyn Fn(&Row, &Map<String, Value>) -> bool| -> Vec<String> {
        let wanted = rows.iter().filter(|(row, record)| is_wanted(row, record));
        let ids = wanted.filter_map(|(_, record)| record.get("id")?.as_str());
        ids.map(str::to_owned).collect()
    };
    let reviewed = ids(&|row, _| row.review.is_some());
    let reviews = storage.reviews(reviewed).await?;
    let missing = storage.missing(ids(&|_, record| is_count(record))).await?;
    Ok(rows
        .into_iter()
        .map(|(row, record)| extend(&row, record, &reviews, &missing))
        .collect())
}

/// An empty filter is none.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn parse(row: Row) -> Result<(Row, Map<String, Value>), ApiError> {
    let record = serde_json::from_str(&row.body).map_err(|_| {
        tracing::error!(row = row.row, "a stored record is not JSON");
        ApiError::unavailable("storage/unavailable", "a stored record is damaged")
    })?;
    Ok((row, record))
}

fn is_count(record: &Map<String, Value>) -> bool {
    record.get("type").and_then(Value::as_str) == Some(DROPS_TYPE)
}

/// How many records a count of losses tells of, less those that are there and
/// those that an earlier count told of: of the records that it names, only
/// `missing` are neither.
fn lost(record: &Map<String, Value>, missing: u64) -> u64 {
    let data = record.get("data");
    let dropped = data.and_then(|data| data.get("dropped")?.as_u64());
    let named = data.and_then(|data| Some(data.get("ids")?.as_array()?.len()));
    let named = u64::try_from(named.unwrap_or(0)).unwrap_or(u64::MAX);
    dropped.unwrap_or(0).saturating_sub(named) + missing
}

fn extend(
    row: &Row,
    mut record: Map<String, Value>,
    reviews: &BTreeMap<String, ReviewNote>,
    missing: &BTreeMap<String, u64>,
) -> Map<String, Value> {
    let received_ms = u64::try_from(row.received_ms).unwrap_or(0);
    let id = record.get("id").and_then(Value::as_str).unwrap_or_default();
    let review = reviews.get(id).map(note_of);
    let lost = is_count(&record).then(|| lost(&record, missing.get(id).copied().unwrap_or(0)));
    record.insert("row".to_owned(), row.row.into());
    record.insert("received".to_owned(), format_utc(received_ms).into());
    record.insert("received_ms".to_owned(), received_ms.into());
    if let Some(subject) = &row.subject {
        record.insert("subject".to_owned(), subject.clone().into());
    }
    if let Some(review) = review {
        record.insert("review".to_owned(), review);
    }
    if let Some(lost) = lost {
        record.insert("lost".to_owned(), lost.into());
    }
    record
}
