//! Ingestion tokens: what a page gets from the provider's backend to send
//! records with. `POST /v1/tokens` issues them.
//!
//! A token is `tgi1.` and a payload and its Ed25519 signature in base64url.
//! Nothing is kept of it: it ends by itself, within an hour.

use crate::app::App;
use crate::assertions::is_subject;
use crate::auth;
use crate::body;
use crate::clock;
use crate::error::ApiError;
use crate::signing::SigningPair;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signature;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// Name of the key in the database.
pub(crate) const KEY_NAME: &str = "ingest";
/// Largest body in bytes.
pub(crate) const MAX_TOKEN_REQUEST_BYTES: usize = 4 * 1_024;
/// First line of what is signed, so that no other signature passes for it.
const PURPOSE: &str = "tidegate.ingest.v1";
/// What a token begins with.
const PREFIX: &str = "tgi1.";
/// Longest life of a token in seconds.
const MAX_LIFE_S: u32 = 3_600;
/// Longest name of a session in bytes.
const MAX_SESSION_BYTES: usize = 128;
/// Most scopes of a token; there are no more.
const MAX_SCOPES: usize = 4;
/// Longest token that is looked at in bytes.
const MAX_TOKEN_BYTES: usize = 2_048;

/// What a token lets its bearer do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scope {
    /// Send verdicts and counts of drops.
    Reports,
    /// Send complaints.
    Complaints,
    /// Send heartbeats of the token's subject.
    Usage,
    /// Have texts judged.
    Check,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    #[serde(rename = "sub", skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    #[serde(rename = "sid", skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    #[serde(rename = "scp")]
    scopes: Vec<Scope>,
    /// When it ends, in ms since the epoch.
    #[serde(rename = "exp")]
    expires_ms: i64,
}

impl Grant {
    pub(crate) fn allows(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// Makes tokens and reads them.
#[derive(Debug)]
pub(crate) struct Tokens {
    pair: SigningPair,
    /// Whether nothing is taken without one.
    are_required: bool,
}

impl Tokens {
    pub(crate) fn new(secret: &[u8; 32], are_required: bool) -> Self {
        Self {
            pair: SigningPair::new(PURPOSE, secret),
            are_required,
        }
    }

    fn issue(&self, grant: &Grant) -> serde_json::Result<String> {
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(grant)?);
        let signature = self.pair.sign(signed(&payload).as_bytes());
        Ok(format!("{PREFIX}{payload}.{signature}"))
    }

    /// What a token grants, unless it is not one of this collector's, or over.
    fn read(&self, token: &str, now_ms: i64) -> Option<Grant> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let (payload, signature) = token.strip_prefix(PREFIX)?.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let signature = Signature::from_slice(&signature).ok()?;
        let key = self.pair.verifying_key();
        key.verify_strict(signed(payload).as_bytes(), &signature)
            .ok()?;
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let grant: Grant = serde_json::from_slice(&payload).ok()?;
        (now_ms < grant.expires_ms).then_some(grant)
    }
}

fn signed(payload: &str) -> String {
    format!("{PURPOSE}\n{payload}")
}

/// What a request that sends something may do.
#[derive(Debug)]
pub(crate) enum Sender {
    /// Anybody, or the provider's staff: everything, in nobody's name.
    Any,
    /// Who showed an age assertion: everything, about this subject.
    Subject(String),
    /// Who showed an ingestion token.
    Granted(Grant),
}

impl Sender {
    pub(crate) fn subject(&self) -> Option<&str> {
        match self {
            Self::Any => None,
            Self::Subject(subject) => Some(subject),
            Self::Granted(grant) => grant.subject.as_deref(),
        }
    }

    pub(crate) fn may(&self, scope: Scope) -> bool {
        match self {
            Self::Any | Self::Subject(_) => true,
            Self::Granted(grant) => grant.allows(scope),
        }
    }

    /// Refuses a token that is for something else.
    pub(crate) fn require(&self, scope: Scope) -> Result<(), ApiError> {
        if self.may(scope) {
            return Ok(());
        }
        Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "token/scope",
            "the token is not for this",
        ))
    }
}

/// Who sends. Without `--require-tokens` somebody without a token, or with an
/// age assertion that no longer holds, is heard all the same; an ingestion
/// token must hold whenever there is one.
pub(crate) fn sender(app: &App, headers: &HeaderMap, now_ms: i64) -> Result<Sender, ApiError> {
    let refuse = || {
        Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "token/invalid",
            "a valid ingestion token is needed",
        ))
    };
    let Some(token) = auth::bearer(headers) else {
        return if app.tokens.are_required {
            refuse()
        } else {
            Ok(Sender::Any)
        };
    };
    if token.starts_with(PREFIX) {
        return app
            .tokens
            .read(token, now_ms)
            .map_or_else(refuse, |grant| Ok(Sender::Granted(grant)));
    }
    if let Ok(payload) = app.assertions.verify(token, now_ms) {
        return Ok(Sender::Subject(payload.sub));
    }
    if app.tokens.are_required && !app.admin.is(token) {
        return refuse();
    }
    Ok(Sender::Any)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    subject: Option<String>,
    session: Option<String>,
    scopes: Vec<Scope>,
    seconds: u32,
}

impl Request {
    fn is_valid(&self) -> bool {
        (1..=MAX_LIFE_S).contains(&self.seconds)
            && (1..=MAX_SCOPES).contains(&self.scopes.len())
            && self.subject.as_deref().is_none_or(is_subject)
            && self
                .session
                .as_ref()
                .is_none_or(|session| session.len() <= MAX_SESSION_BYTES)
    }
}

/// `POST /v1/tokens`: for the provider's staff, in the demo for anybody.
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
            "token/request",
            "scopes are of reports, complaints, usage and check; seconds is 1 to 3600; \
             subject and session are at most 128 characters or absent",
        )
    };
    let request: Request = body::json(body, bad)?;
    if !request.is_valid() {
        return Err(bad());
    }
    let expires_ms = clock::now() + i64::from(request.seconds) * 1_000;
    let grant = Grant {
        subject: request.subject,
        session: request.session,
        scopes: request.scopes,
        expires_ms,
    };
    let token = app
        .tokens
        .issue(&grant)
        .map_err(|_| ApiError::unavailable("token/failed", "no token can be made"))?;
    Ok(Json(json!({"token": token, "expires_ms": expires_ms})))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn grant() -> Grant {
        Grant {
            subject: Some("s".to_owned()),
            session: None,
            scopes: vec![Scope::Reports],
            expires_ms: NOW + 1,
        }
    }

    #[test]
    fn a_token_holds_until_its_end_and_only_as_it_was_made() {
        let tokens = Tokens::new(&[7; 32], false);
        let token = tokens.issue(&grant()).unwrap();
        assert_eq!(tokens.read(&token, NOW), Some(grant()));
        assert_eq!(tokens.read(&token, NOW + 1), None);
        assert_eq!(Tokens::new(&[8; 32], false).read(&token, NOW), None);
        let (payload, signature) = token[PREFIX.len()..].split_once('.').unwrap();
        let more = Grant {
            scopes: vec![Scope::Reports, Scope::Check],
            ..grant()
        };
        let other = tokens.issue(&more).unwrap();
        let (other_payload, _) = other[PREFIX.len()..].split_once('.').unwrap();
        for forged in [
            format!("{PREFIX}{other_payload}.{signature}"),
            format!("{PREFIX}{payload}."),
            format!("{payload}.{signature}"),
            format!("{PREFIX}{payload}.{signature}x"),
            format!("{PREFIX}{}", "a".repeat(MAX_TOKEN_BYTES)),
            PREFIX.to_owned(),
        ] {
            assert_eq!(tokens.read(&forged, NOW), None, "{forged}");
        }
    }

    #[test]
    fn a_signature_for_another_purpose_is_none_here() {
        let tokens = Tokens::new(&[7; 32], false);
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&grant()).unwrap());
        let signature = tokens.pair.sign(payload.as_bytes());
        assert_eq!(
            tokens.read(&format!("{PREFIX}{payload}.{signature}"), NOW),
            None
        );
    }
}
