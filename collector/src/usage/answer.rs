//! What a client is told, and `GET /v1/usage/{subject}`.

use super::account::{Account, Kept};
use crate::app::App;
use crate::assertions::{Payload, Profile};
use crate::clock;
use crate::error::ApiError;
use crate::storage::Unavailable;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::Serialize;
use std::sync::Arc;

/// The merged ledger of the days that clients keep.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    /// ms since the epoch.
    now: i64,
    #[serde(flatten)]
    told: Kept,
    /// When the subject left with an exit word, on any device.
    #[serde(skip_serializing_if = "Option::is_none")]
    exit: Option<i64>,
    /// In place of the one that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    assertion: Option<String>,
}

impl Answer {
    pub(super) fn new(
        app: &App,
        sent: &Payload,
        told: Kept,
        profile: Option<&Profile>,
        now_ms: i64,
    ) -> Self {
        Self {
            now: now_ms,
            told,
            exit: None,
            assertion: profile.and_then(|profile| app.assertions.renew(sent, profile, now_ms)),
        }
    }

    pub(super) fn with_exit(self, exit: Option<i64>) -> Self {
        Self { exit, ..self }
    }
}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Answer>, ApiError> {
    let now_ms = clock::now();
    let sent = app.assertions.require(&headers, &subject, now_ms)?;
    let (kept, profile) = app.storage.usage(subject).await?;
    let told = open_account(&app, kept, now_ms)?.told(now_ms);
    Ok(Json(Answer::new(
        &app,
        &sent,
        told,
        profile.as_ref(),
        now_ms,
    )))
}

/// The account of what is kept, if anything.
pub(crate) fn open_account(
    app: &App,
    kept: Option<Kept>,
    now_ms: i64,
) -> Result<Account, ApiError> {
    Account::open(app.zone, &kept.unwrap_or_default(), now_ms).map_err(|_| damaged())
}

/// Says that what is kept of a subject cannot be read.
pub(super) fn damaged() -> ApiError {
    tracing::error!("a subject's ledger in the database is damaged");
    ApiError::from(Unavailable)
}
