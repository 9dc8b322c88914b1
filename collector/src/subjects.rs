//! `/v1/subjects/{subject}`: what is kept of a subject, shown and erased at
//! its wish.

use crate::app::App;
use crate::assertions::{Profile, check_subject};
use crate::clock;
use crate::complaints;
use crate::error::ApiError;
use crate::paging::limited;
use crate::reports;
use crate::staff::{Role, require};
use crate::storage::{self, EventRow, Holdings};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Records of a page if the request does not say, and at most.
const DEFAULT_LIMIT: i64 = 100;
const MAX_LIMIT: i64 = 500;

#[derive(Debug, Deserialize)]
pub(crate) struct Parameters {
    limit: Option<i64>,
    /// `next` of the page before.
    after: Option<i64>,
}

/// `GET`: everything that is kept of a subject. Of its records one page; the
/// first has all the rest too.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    method: Method,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Map<String, Value>>, ApiError> {
    let staff = require(&app, &method, &headers, Role::Admin).await?;
    check_subject(&subject)?;
    let message = "limit is 1 to 500, after is a number";
    let bounds = (DEFAULT_LIMIT, MAX_LIMIT);
    let (Parameters { after, .. }, limit) =
        limited(parameters, |asked| asked.limit, bounds, message)?;
    let mut answer = match after {
        None => {
            let holdings = app
                .storage
                .holdings(subject.clone(), staff.name, clock::now());
            describe(holdings.await?)
        }
        Some(_) => Map::new(),
    };
    let query = storage::Query {
        subject: Some(subject.clone()),
        after,
        limit: usize::try_from(limit).unwrap_or(1),
        ..storage::Query::default()
    };
    let page = app.storage.list(query).await?;
    let next = page.next();
    let mut records = reports::describe_all(&app.storage, page.rows).await?;
    complaints::attach(&app.storage, &mut records).await?;
    answer.insert("subject".to_owned(), subject.into());
    answer.insert("records".to_owned(), json!(records));
    answer.insert("next".to_owned(), next.into());
    Ok(Json(answer))
}

fn describe(holdings: Holdings) -> Map<String, Value> {
    let profile = holdings.profile.as_ref().map(profile);
    let usage = holdings.ledger.map(|(kept, changed_ms)| {
        json!({"intervals": kept.intervals, "days": kept.days, "changed_ms": changed_ms})
    });
    let events: Vec<Value> = holdings.events.iter().map(event).collect();
    let pin = holdings
        .pin_locked_until_ms
        .map(|until| json!({"locked_until_ms": until}));
    let sessions = holdings.sessions.iter();
    let sessions: Vec<Value> = sessions
        .map(|expires_ms| json!({"expires_ms": expires_ms}))
        .collect();
    [
        ("profile", json!(profile)),
        ("usage", json!(usage)),
        ("events", json!(events)),
        ("guardian", json!({"pin": pin, "sessions": sessions})),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn profile(profile: &Profile) -> Value {
    json!({
        "claims": profile.claims,
        "settings": profile.settings,
        "changed_s": profile.changed_s,
    })
}

fn event(event: &EventRow) -> Value {
    json!({"at_ms": event.at_ms, "kind": event.kind, "reason": event.reason})
}

/// `DELETE`: deletes the records, complaints and reviews of a subject, its
/// usage, its claims and its guardian's PIN and settings. Counts by the hour
/// stay: they say nothing of anybody.
pub(crate) async fn erase(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let staff = require(&app, &method, &headers, Role::Admin).await?;
    check_subject(&subject)?;
    let erased = app.storage.erase(subject, staff.name, clock::now()).await?;
    Ok(Json(
        json!({"records": erased.records, "others": erased.others}),
    ))
}
