//! Signing in with the PIN and out again.

use super::hash::is_pin;
use crate::app::App;
use crate::assertions::check_subject;
use crate::auth;
use crate::body;
use crate::clock;
use crate::error::ApiError;
use crate::random;
use crate::storage::{Attempt, Session};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// How long a guardian stays signed in.
const SESSION_MS: i64 = 15 * 60 * 1_000;
/// Random bytes of a guardian's token.
const TOKEN_BYTES: usize = 32;

#[derive(Deserialize)]
struct Request {
    pin: String,
}

/// The guardian's token and until when it is taken, in ms since the epoch.
#[derive(Debug, Serialize)]
pub(crate) struct SignedIn {
    token: String,
    expires: i64,
}

/// `POST /v1/guardian/{subject}/session`.
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<SignedIn>, ApiError> {
    check_subject(&subject)?;
    let request: Request = body::json(body, || {
        ApiError::bad_request("guardian/request", "the body is not {\"pin\": \"…\"}")
    })?;
    let hash = check(&app, &subject, request.pin).await?;
    let now_ms = clock::now();
    let token = random::hex::<TOKEN_BYTES>().map_err(|error| {
        tracing::error!(%error, "no token can be made");
        ApiError::unavailable("guardian/busy", "no token can be made")
    })?;
    let session = Session {
        digest: Sha256::digest(&token).into(),
        subject,
        expires_ms: now_ms + SESSION_MS,
    };
    let expires = session.expires_ms;
    if !app.storage.sign_in(session, hash, now_ms).await? {
        return Err(wrong(&app));
    }
    Ok(Json(SignedIn { token, expires }))
}

/// `DELETE /v1/guardian/{subject}/session`: the token is taken no longer.
pub(crate) async fn sign_out(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let digest = require(&app, &headers, &subject).await?;
    app.storage.sign_out(digest).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a request pass that carries the token of a guardian of `subject`, and
/// returns the token's digest.
pub(super) async fn require(
    app: &App,
    headers: &HeaderMap,
    subject: &str,
) -> Result<[u8; 32], ApiError> {
    let refuse = || {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "guardian/token",
            "a guardian's token is needed, which lasts 15 minutes",
        )
    };
    let token = auth::bearer(headers).ok_or_else(refuse)?;
    let digest: [u8; 32] = Sha256::digest(token).into();
    let subject = subject.to_owned();
    if app
        .storage
        .is_signed_in(digest, subject, clock::now())
        .await?
    {
        Ok(digest)
    } else {
        Err(refuse())
    }
}

/// Compares `pin` with the subject's; returns the hash of the right one. The
/// try is counted and committed before it is compared.
pub(super) async fn check(app: &App, subject: &str, pin: String) -> Result<String, ApiError> {
    let turn = app.pins.turn().await?;
    let now_ms = clock::now();
    match app.storage.attempt(subject.to_owned(), now_ms).await? {
        Attempt::Unset => Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "guardian/pin-unset",
            "no guardian's PIN has been set",
        )),
        Attempt::Locked { until_ms } => {
            let seconds = (until_ms - now_ms).div_euclid(1_000) + 1;
            Err(ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "guardian/locked",
                "too many wrong PINs; wait before the next try",
            )
            .retry_after(u32::try_from(seconds).unwrap_or(u32::MAX)))
        }
        Attempt::Open { hash } => {
            // What cannot be a PIN needs no hashing to be wrong.
            let is_right = is_pin(&pin) && turn.compare(pin, hash.clone()).await?;
            if is_right { Ok(hash) } else { Err(wrong(app)) }
        }
    }
}

fn wrong(app: &App) -> ApiError {
    app.metrics.pins_wrong.add(1);
    ApiError::new(StatusCode::UNAUTHORIZED, "guardian/pin", "the PIN is wrong")
}
