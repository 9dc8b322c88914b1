//! Signed time: `GET /v1/time`, and the key to check it with: `GET /v1/keys`.

use crate::app::App;
use crate::clock;
use crate::error::ApiError;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
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
pub(crate) struct TimeSigner {
    key: SigningKey,
    key_id: String,
}

impl std::fmt::Debug for TimeSigner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "TimeSigner({})", self.key_id)
    }
}

impl TimeSigner {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(secret);
        let digest = Sha256::digest(key.verifying_key().as_bytes());
        let key_id = URL_SAFE_NO_PAD.encode(&digest[..12]);
        Self { key, key_id }
    }

    fn sign(&self, now_ms: u64, nonce: &str) -> String {
        let signature = self
            .key
            .sign(format!("{PURPOSE}\n{now_ms}\n{nonce}").as_bytes());
        URL_SAFE_NO_PAD.encode(signature.to_bytes())
    }

    /// The public key as a JSON Web Key.
    fn public(&self) -> Value {
        json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "alg": "EdDSA",
            "use": "sig",
            "kid": self.key_id,
            "x": URL_SAFE_NO_PAD.encode(self.key.verifying_key().as_bytes()),
            "purpose": PURPOSE,
        })
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
        "key": app.time.key_id,
        "signature": signature,
    })))
}

pub(crate) async fn keys(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!({"keys": [app.time.public()]}))
}

fn is_nonce(nonce: &str) -> bool {
    nonce.len() <= MAX_NONCE_CHARS
        && nonce
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
