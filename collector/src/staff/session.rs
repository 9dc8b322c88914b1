//! `/v1/session`: signing in to the console and out again.

use super::gate::cookie;
use super::password::{busy, check, wrong};
use crate::app::App;
use crate::auth;
use crate::body;
use crate::clock;
use crate::error::ApiError;
use crate::random;
use crate::staff::{Role, require};
use crate::storage::StaffSession;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Name of the cookie.
pub(super) const SESSION_COOKIE: &str = "tidegate_session";
/// How long somebody stays signed in, in seconds: a working day.
const SESSION_S: i64 = 8 * 60 * 60;
/// Random bytes of a session's token and of its `x-csrf-token`.
const TOKEN_BYTES: usize = 32;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    name: String,
    password: String,
}

/// `POST /v1/session`. The token is always a new one, whatever cookie came.
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let Request { name, password } = body::json(body, || {
        let message = "the body is not {\"name\": \"…\", \"password\": \"…\"}";
        ApiError::bad_request("auth/request", message)
    })?;
    let now_ms = clock::now();
    let hash = check(&app, &name, password, now_ms).await?;
    let secret = || {
        random::hex::<TOKEN_BYTES>().map_err(|error| {
            tracing::error!(%error, "no token can be made");
            busy()
        })
    };
    let (token, csrf) = (secret()?, secret()?);
    let digest: [u8; 32] = Sha256::digest(&token).into();
    let session = StaffSession {
        digest,
        name,
        csrf,
        expires_ms: now_ms + SESSION_S * 1_000,
    };
    if !app.storage.sign_in_staff(session, hash, now_ms).await? {
        return Err(wrong());
    }
    let cookie = set_cookie(&app, &token, SESSION_S);
    Ok((
        [(header::SET_COOKIE, cookie)],
        describe(&app, digest).await?,
    )
        .into_response())
}

/// `GET /v1/session`: who is signed in.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let digest = cookie(&headers).ok_or_else(nobody)?;
    describe(&app, digest).await
}

/// `DELETE /v1/session`.
pub(crate) async fn sign_out(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let digest = cookie(&headers).ok_or_else(nobody)?;
    require(&app, &method, &headers, Role::Viewer).await?;
    app.storage.sign_out_staff(digest).await?;
    let cookie = set_cookie(&app, "", 0);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

async fn describe(app: &App, digest: [u8; 32]) -> Result<Json<Value>, ApiError> {
    let staff = app.storage.staff(digest, clock::now()).await?;
    let staff = staff.ok_or_else(nobody)?;
    Ok(Json(
        json!({"name": staff.name, "role": staff.role, "csrf": staff.csrf}),
    ))
}

fn nobody() -> ApiError {
    auth::refusal("nobody is signed in")
}

/// Only the demo on this machine may send it without TLS.
fn set_cookie(app: &App, token: &str, seconds: i64) -> String {
    let secure = if app.is_plain_http { "" } else { "; Secure" };
    format!(
        "{SESSION_COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    )
}
