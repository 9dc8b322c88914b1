//! `/v1/particulars`: what holds, for anybody; a new version and all there
//! were, for admins.

use super::document::Document;
use crate::app::App;
use crate::clock;
use crate::error::ApiError;
use crate::paging::limited;
use crate::staff::{Role, require};
use crate::storage::ParticularsVersion;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Versions of a page if the request does not say, and at most.
const DEFAULT_LIMIT: i64 = 20;
const MAX_LIMIT: i64 = 50;

/// `GET /v1/particulars`: the public part of what holds.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
) -> Result<Json<Map<String, Value>>, ApiError> {
    let (version, document) = app.particulars.current(&app.storage).await?;
    let mut public = document.public();
    let days = app.particulars.complaint_days;
    public.insert("complaint_days".to_owned(), days.into());
    public.insert("particulars_version".to_owned(), version.into());
    Ok(Json(public))
}

/// `PUT /v1/particulars`: a new version, which holds from now on.
pub(crate) async fn put(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let staff = require(&app, &method, &headers, Role::Admin).await?;
    let body = body.map_err(|rejection| ApiError::from_body(&rejection))?;
    let document = Document::parse(&body)
        .map_err(|error| ApiError::bad_request("particulars/document", error))?;
    let json = document.whole().to_string();
    let kept = app.storage.put_particulars(json, staff.name, clock::now());
    let (version, is_new) = kept.await?;
    Ok(Json(json!({
        "version": version,
        "is_new": is_new,
        "open": document.open_questions(),
        "warnings": document.warnings(),
    })))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Parameters {
    limit: Option<i64>,
    /// `version` of the last one of the page before.
    after: Option<i64>,
}

/// `GET /v1/particulars/history`: every version, whole, the oldest first.
pub(crate) async fn history(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    require(&app, &method, &headers, Role::Admin).await?;
    let message = "limit is 1 to 50, after is a number";
    let bounds = (DEFAULT_LIMIT, MAX_LIMIT);
    let (asked, limit) = limited(parameters, |asked| asked.limit, bounds, message)?;
    let after = asked.after.unwrap_or(0);
    let versions = app.storage.particulars_versions(after, limit).await?;
    let versions: Vec<Value> = versions.iter().map(describe).collect();
    Ok(Json(json!({"versions": versions})))
}

fn describe(version: &ParticularsVersion) -> Value {
    let document: Option<Value> = serde_json::from_str(&version.document).ok();
    json!({
        "version": version.version,
        "at_ms": version.at_ms,
        "by": version.by,
        "document": document,
    })
}
