//! Signed time: `GET /v1/time`.

use crate::app::App;
use crate::clock;
use crate::error::ApiError;
use crate::signing::SigningPair;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Name of the key in the database.
pub(crate) const KEY_NAME: &str = "time";
/// First line of what is signed: says what the signature is for, so that it
/// can never pass for one of something else.
const PURPOSE: &str = "tidegate.time.v1";
/// Most characters of a nonce.
const MAX_NONCE_CHARS: usize = 64;

/// Signs the time. Ed25519 over the bytes `tidegate.time.v1\n{now}\n{nonce}`
/// in ASCII, where `now` is in ms since the epoch in decimal and `nonce` is
/// empty if the request had none.
#[derive(Debug)]
pub(crate) struct TimeSigner(SigningPair);

impl TimeSigner {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(SigningPair::new(PURPOSE, secret))
    }

    pub(crate) fn pair(&self) -> &SigningPair {
        &self.0
    }

    fn sign(&self, now_ms: u64, nonce: &str) -> String {
        self.0
            .sign(format!("{PURPOSE}\n{now_ms}\n{nonce}").as_bytes())
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Parameters {
    /// Makes an old answer useless to whoever replays it.
    #[serde(default)]
    nonce: String,
}

pub(crate) async fn now(
    State(app): State<Arc<App>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let nonce = parameters.map(|Query(parameters)| parameters.nonce).ok();
    let nonce = nonce.filter(|nonce| is_nonce(nonce)).ok_or_else(|| {
        ApiError::bad_request(
            "time/nonce",
            "nonce is at most 64 characters of 0-9, A-Z, a-z, - and _",
        )
    })?;
    let now_ms = clock::now_ms();
    let signature = app.time.sign(now_ms, &nonce);
    Ok(Json(json!({
        "now": now_ms,
        "nonce": nonce,
        "key": app.time.pair().key_id(),
        "signature": signature,
    })))
}

fn is_nonce(nonce: &str) -> bool {
    nonce.len() <= MAX_NONCE_CHARS
        && nonce
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
