//! `GET /v1/audit`: what the staff did.

use crate::app::App;
use crate::error::ApiError;
use crate::hex::hex;
use crate::staff::{Role, require};
use crate::storage::AuditEntry;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Entries of a page if the request does not say, and at most.
const DEFAULT_LIMIT: i64 = 100;
const MAX_LIMIT: i64 = 500;

#[derive(Debug, Deserialize)]
pub(crate) struct Parameters {
    limit: Option<i64>,
    /// `seq` of the last entry of the page before.
    after: Option<i64>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    require(&app, &method, &headers, Role::Admin).await?;
    let parameters = parameters.ok().map(|Query(parameters)| parameters);
    let (after, limit) = parameters
        .map(|asked| {
            (
                asked.after.unwrap_or(0),
                asked.limit.unwrap_or(DEFAULT_LIMIT),
            )
        })
        .filter(|(_, limit)| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| {
            ApiError::bad_request("request/query", "limit is 1 to 500, after is a number")
        })?;
    let entries = app.storage.audit(after, limit).await?;
    let entries: Vec<Value> = entries.iter().map(describe).collect();
    Ok(Json(json!({"entries": entries})))
}

fn describe(entry: &AuditEntry) -> Value {
    json!({
        "seq": entry.seq,
        "at_ms": entry.at_ms,
        "by": entry.actor,
        "action": entry.action,
        "about": entry.about,
        "hash": hex(&entry.hash),
    })
}
