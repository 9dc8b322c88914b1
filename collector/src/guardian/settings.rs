//! `GET` and `PUT /v1/guardian/{subject}/settings`.

use super::session;
use crate::app::App;
use crate::assertions::Settings;
use crate::clock;
use crate::error::ApiError;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use std::sync::Arc;

pub(crate) async fn settings(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Settings>, ApiError> {
    session::require(&app, &headers, &subject).await?;
    let profile = app.storage.profile(subject).await?.unwrap_or_default();
    Ok(Json(profile.settings))
}

/// All settings at once: what is absent is as the presets say. The subject's
/// devices get them with the assertion that answers their next heartbeat.
pub(crate) async fn change_settings(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Settings>, ApiError> {
    session::require(&app, &headers, &subject).await?;
    let body = body.map_err(|rejection| ApiError::from_body(&rejection))?;
    let settings = Settings::read(&body).ok_or_else(|| {
        ApiError::bad_request(
            "guardian/settings",
            "settings are daily_min 0 to 1440, curfew [\"HH:MM\", \"HH:MM\"] or null, \
             remind_min 5 to 1440, extra {date: \"YYYY-MM-DD\", min: 1 to 1440}, paused_until and \
             exit_until in seconds since the epoch, consent true or false, and no others",
        )
    })?;
    let profile = app
        .storage
        .put_settings(subject, settings, clock::now())
        .await?;
    Ok(Json(profile.settings))
}
