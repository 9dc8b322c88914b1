//! `DELETE /v1/subjects/{subject}`: erasure at a subject's wish.

use crate::app::App;
use crate::assertions::check_subject;
use crate::clock;
use crate::error::ApiError;
use crate::staff::{Role, require};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use serde_json::{Value, json};
use std::sync::Arc;

/// Deletes the records, complaints and reviews of a subject, its usage, its
/// claims and its guardian's PIN and settings. Counts by the hour stay: they
/// say nothing of anybody.
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
