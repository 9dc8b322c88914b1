//! `GET /v1/reports`: what has arrived, for the provider's staff.

use crate::app::App;
use crate::error::ApiError;
use crate::staff::{Role, require};
use crate::storage::{Direction, Query as StorageQuery};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;
use tidegate::report::format_utc;
use tidegate::report::record::{COMPLAINT_TYPE, DROPS_TYPE, VERDICT_TYPE};

/// Records of a page if the request does not say.
const DEFAULT_LIMIT: usize = 100;
/// Most records of a page.
const MAX_LIMIT: usize = 500;
/// Most bytes of a risk to filter by.
const MAX_RISK_BYTES: usize = 256;

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

/// One page. Every record is its event with two attributes more: `row`, its
/// place in the order of arrival, and `received`, when it arrived.
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
    let Query(parameters) = parameters
        .map_err(|_| bad_query("limit, after, order, kind or risk is not as described"))?;
    let limit = parameters.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(bad_query(&format!("limit is 1 to {MAX_LIMIT}")));
    }
    if parameters
        .risk
        .as_ref()
        .is_some_and(|risk| risk.len() > MAX_RISK_BYTES)
    {
        return Err(bad_query("risk is too long"));
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
        risk: parameters.risk.filter(|risk| !risk.is_empty()),
        ..StorageQuery::default()
    };
    let unavailable = |message| {
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "storage/unavailable",
            message,
        )
    };
    let page = app
        .storage
        .list(query)
        .await
        .map_err(|_| unavailable("the records could not be read"))?;
    let next = page
        .rows
        .last()
        .filter(|_| page.has_more)
        .map(|row| row.row);
    let mut records = Vec::with_capacity(page.rows.len());
    for row in page.rows {
        let mut record: Map<String, Value> = serde_json::from_str(&row.body).map_err(|_| {
            tracing::error!(row = row.row, "a stored record is not JSON");
            unavailable("a stored record is damaged")
        })?;
        let received_ms = u64::try_from(row.received_ms).unwrap_or(0);
        record.insert("row".to_owned(), row.row.into());
        record.insert("received".to_owned(), format_utc(received_ms).into());
        records.push(record);
    }
    Ok(Json(Listing { records, next }))
}
