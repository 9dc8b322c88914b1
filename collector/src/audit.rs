//! `GET /v1/audit`: what the staff did.

use crate::app::App;
use crate::error::ApiError;
use crate::hex::hex;
use crate::paging::limited;
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
    let message = "limit is 1 to 500, after a number, order oldest or newest";
    let bounds = (DEFAULT_LIMIT, MAX_LIMIT);
    let (asked, limit) = limited(parameters, |asked| asked.limit, bounds, message)?;
    let direction = match asked.order {
        Order::Oldest => Direction::OldestFirst,
        Order::Newest => Direction::NewestFirst,
    };
    // One more than asked for tells whether there are more.
    let mut entries = app.storage.audit(direction, asked.after, limit + 1).await?;
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
