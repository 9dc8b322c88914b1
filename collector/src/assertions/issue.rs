//! `POST /v1/assertions`: the provider's backend asks for an assertion.

use super::token::is_readable;
use super::{Claims, Settings, is_subject};
use crate::app::App;
use crate::body;
use crate::clock;
use crate::error::ApiError;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use tidegate::usage::Preset;

/// Largest body in bytes.
pub(crate) const MAX_ISSUE_BYTES: usize = 8 * 1_024;

#[derive(Debug, Deserialize)]
struct Request {
    subject: String,
    #[serde(flatten)]
    claims: Claims,
}

/// In the demo anybody may ask, otherwise the provider's staff only. The
/// claims are kept: later assertions of the subject repeat them, also one
/// that is asked for with the subject alone.
pub(crate) async fn issue(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    if !app.is_demo {
        app.admin.require(&headers)?;
    }
    let bad = || {
        ApiError::bad_request(
            "assertion/request",
            "subject is 1 to 128 characters; either age, 0 to 150, or age_band, \
             \"first-last\", or neither; presets are at most 32 names",
        )
    };
    let request: Request = body::json(body, bad)?;
    if !is_subject(&request.subject) || !is_readable(&request.claims, &Settings::default()) {
        return Err(bad());
    }
    if !request.claims.presets.is_empty() {
        Preset::select(&request.claims.presets)
            .map_err(|error| ApiError::bad_request(error.code(), "there is no such preset"))?;
    }
    let now_ms = clock::now();
    let Request { subject, claims } = request;
    let profile = app
        .storage
        .put_claims(subject.clone(), claims, now_ms)
        .await?;
    let assertion = app
        .assertions
        .issue(&subject, &profile, now_ms)
        .map_err(|error| {
            tracing::error!(%error, "no assertion can be issued");
            ApiError::unavailable("assertion/failed", "no assertion can be issued")
        })?;
    Ok(Json(json!({"assertion": assertion})))
}
