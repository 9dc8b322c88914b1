//! Keys that sign, and `GET /v1/keys`: what to check signatures with.

use crate::app::App;
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// An Ed25519 key that signs for one purpose.
pub(crate) struct SigningPair {
    key: SigningKey,
    key_id: String,
    purpose: &'static str,
}

impl std::fmt::Debug for SigningPair {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SigningPair({}, {})", self.purpose, self.key_id)
    }
}

impl SigningPair {
    pub(crate) fn new(purpose: &'static str, secret: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(secret);
        Self {
            key_id: key_id(&key.verifying_key()),
            key,
            purpose,
        }
    }

    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }

    pub(crate) fn verifying_key(&self) -> VerifyingKey {
        self.key.verifying_key()
    }

    /// The signature over `message` in base64url.
    pub(crate) fn sign(&self, message: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.key.sign(message).to_bytes())
    }

    /// The public key, as [`read_key`] reads it.
    pub(crate) fn public_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.verifying_key().as_bytes())
    }

    /// The public key as a JSON Web Key.
    fn public(&self) -> Value {
        json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "alg": "EdDSA",
            "use": "sig",
            "kid": self.key_id,
            "x": self.public_text(),
            "purpose": self.purpose,
        })
    }
}

/// What a key is named by: the beginning of its hash.
pub(crate) fn key_id(key: &VerifyingKey) -> String {
    let digest = Sha256::digest(key.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest[..12])
}

/// A public key in base64url, as `x` of a JSON Web Key.
pub(crate) fn read_key(text: &str) -> Result<VerifyingKey, &'static str> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    bytes
        .and_then(|bytes| VerifyingKey::from_bytes(bytes.as_slice().try_into().ok()?).ok())
        .ok_or("a key is 43 characters of base64url")
}

pub(crate) async fn keys(State(app): State<Arc<App>>) -> Json<Value> {
    let pairs = [app.time.pair(), app.assertions.pair(), &app.exports];
    Json(json!({"keys": pairs.map(SigningPair::public)}))
}
