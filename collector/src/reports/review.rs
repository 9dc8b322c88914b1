//! One record, and its review by the staff.

use super::list::describe_all;
use crate::app::App;
use crate::body;
use crate::clock;
use crate::error::ApiError;
use crate::staff::{Role, require};
use crate::storage::{Review, ReviewNote};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Largest body in bytes.
pub(crate) const MAX_REVIEW_BYTES: usize = 8 * 1_024;
/// Most characters of a note.
const MAX_NOTE_CHARS: usize = 1_000;

/// `GET /v1/reports/{id}`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Json<Map<String, Value>>, ApiError> {
    require(&app, &method, &headers, Role::Viewer).await?;
    let found = app.storage.find(id).await?.into_iter().collect();
    let record = describe_all(&app.storage, found).await?.pop();
    record.map(Json).ok_or_else(unknown)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    verdict: String,
    #[serde(default)]
    note: String,
}

/// `PUT /v1/reports/{id}/review`: in place of the one before.
pub(crate) async fn put(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let staff = require(&app, &method, &headers, Role::Reviewer).await?;
    let bad = || {
        let message = "verdict is upheld or rejected; note is at most 1000 characters or absent";
        ApiError::bad_request("review/request", message)
    };
    let Request { verdict, note } = body::json(body, bad)?;
    let verdict = Review::named(&verdict).ok_or_else(bad)?;
    if note.chars().count() > MAX_NOTE_CHARS {
        return Err(bad());
    }
    let review = ReviewNote {
        verdict,
        note,
        by: staff.name,
        at_ms: clock::now(),
    };
    let answer = note_of(&review);
    if app.storage.put_review(id, review).await? {
        Ok(Json(answer))
    } else {
        Err(unknown())
    }
}

/// `DELETE /v1/reports/{id}/review`.
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let staff = require(&app, &method, &headers, Role::Reviewer).await?;
    if app
        .storage
        .remove_review(id, staff.name, clock::now())
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        let message = "the record has no review";
        Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "review/unknown",
            message,
        ))
    }
}

/// A review as it is shown.
pub(super) fn note_of(review: &ReviewNote) -> Value {
    json!({
        "verdict": review.verdict.name(),
        "note": review.note,
        "by": review.by,
        "at_ms": review.at_ms,
    })
}

fn unknown() -> ApiError {
    let message = "there is no record of that id";
    ApiError::new(StatusCode::NOT_FOUND, "report/unknown", message)
}
