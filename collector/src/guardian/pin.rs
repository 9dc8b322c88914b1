//! `POST /v1/guardian/{subject}/pin`: setting and changing the PIN.

use super::hash::is_pin;
use super::session;
use crate::app::App;
use crate::assertions::check_subject;
use crate::auth;
use crate::body;
use crate::clock;
use crate::error::ApiError;
use crate::storage::Replaced;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct Request {
    pin: String,
    /// The PIN until now.
    old: Option<String>,
}

/// Who knows the old PIN changes it, and the staff replaces a forgotten one.
/// The first one is set by the staff too, or, in the demo, by whoever has the
/// subject's assertion. Whichever it is, guardians have to sign in again.
pub(crate) async fn set_pin(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, ApiError> {
    check_subject(&subject)?;
    let request: Request = body::json(body, || {
        ApiError::bad_request(
            "guardian/request",
            "the body is not {\"pin\": \"…\", \"old\": \"…\"}",
        )
    })?;
    if !is_pin(&request.pin) {
        return Err(ApiError::bad_request(
            "guardian/pin-format",
            "a PIN is 6 to 64 characters without control characters",
        ));
    }
    let replaced = if auth::bearer(&headers).is_some_and(|token| app.admin.is(token)) {
        Replaced::Anything
    } else if let Some(old) = request.old {
        Replaced::This(session::check(&app, &subject, old).await?)
    } else if app.is_demo {
        app.assertions.require(&headers, &subject, clock::now())?;
        Replaced::Nothing
    } else {
        return Err(auth::refusal("the old PIN or an admin token is needed"));
    };
    let hash = app.pins.turn().await?.hash(request.pin).await?;
    if app.storage.set_pin(subject, replaced, hash).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::new(
            StatusCode::CONFLICT,
            "guardian/pin-set",
            "there is another PIN already; the old one is needed to change it",
        ))
    }
}
