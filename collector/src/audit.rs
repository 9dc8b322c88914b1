//! `GET /v1/audit`: what the staff did.

use crate::app::App;
use crate::error::ApiError;
use crate::hex::hex;
use crate::staff::{Role, require};
use crate::storage::{AuditEntry, Direction};
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
    /// `next` of the page before.
    after: Option<i64>,
    /// `oldest` first (default) or `newest` first.
    #[serde(default)]
    order: Order,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Order {
    #[default]
    Oldest,
    Newest,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    require(&app, &method, &headers, Role::Admin).await?;
    let parameters = parameters.ok().map(|Query(parameters)| parameters);
    let (parameters, limit) = parameters
        .map(|asked| (asked.limit.unwrap_or(DEFAULT_LIMIT), asked))
        .filter(|(limit, _)| (1..=MAX_LIMIT).contains(limit))
        .map(|(limit, asked)| (asked, limit))
        .ok_or_else(|| {
            let message = "limit is 1 to 500, after a number, order oldest or newest";
            ApiError::bad_request("request/query", message)
        })?;
    let direction = match parameters.order {
        Order::Oldest => Direction::OldestFirst,
        Order::Newest => Direction::NewestFirst,
    };
    // One more than asked for tells whether there are more.
    let mut entries = app
        .storage
        .audit(direction, parameters.after, limit + 1)
        .await?;
    let most = usize::try_from(limit).unwrap_or(0);
    let has_more = entries.len() > most;
    entries.truncate(most);
    let next = entries.last().filter(|_| has_more).map(|last| last.seq);
    let entries: Vec<Value> = entries.iter().map(describe).collect();
    Ok(Json(json!({"entries": entries, "next": next})))
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
