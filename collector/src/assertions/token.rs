//! The compact JWS: made and checked.

use super::profile::Guardian;
use super::{Claims, Profile, Settings, is_subject};
use crate::auth;
use crate::error::ApiError;
use crate::random;
use crate::signing::SigningPair;
use anyhow::{Context, Result};
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;
use tidegate::usage::UsageError;
use tidegate::usage::assertion as guard;

/// Name of the key in the database.
pub(crate) const KEY_NAME: &str = "age";
/// What the key is for.
const PURPOSE: &str = "tidegate.age.v1";
/// Random bytes of `jti`.
const ID_BYTES: usize = 16;

/// What an assertion says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) sub: String,
    /// Seconds since the epoch, as `exp`.
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    jti: String,
    #[serde(flatten)]
    claims: Claims,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consent: Option<bool>,
    #[serde(default, skip_serializing_if = "Guardian::is_empty")]
    guardian: Guardian,
}

impl Payload {
    /// Whether a client should have another one: what it says no longer
    /// holds, or half of its life is over.
    fn is_stale(&self, profile: &Profile, now_s: i64) -> bool {
        self.claims != profile.claims
            || self.consent != profile.settings.consent
            || self.guardian != profile.settings.guardian
            || now_s >= self.iat + (self.exp - self.iat) / 2
    }
}

/// Whether a guard would read an assertion that says this.
pub(super) fn is_readable(claims: &Claims, settings: &Settings) -> bool {
    let payload = Payload {
        sub: "anybody".to_owned(),
        iat: 0,
        exp: 1,
        jti: "any".to_owned(),
        claims: claims.clone(),
        consent: settings.consent,
        guardian: settings.guardian.clone(),
    };
    serde_json::to_string(&payload).is_ok_and(|payload| guard::Claims::read(&payload).is_ok())
}

/// Makes assertions and takes them back.
#[derive(Debug)]
pub(crate) struct Assertions {
    pair: SigningPair,
    life_s: i64,
}

impl Assertions {
    pub(crate) fn new(secret: &[u8; 32], life: Duration) -> Self {
        Self {
            pair: SigningPair::new(PURPOSE, secret),
            life_s: i64::try_from(life.as_secs()).unwrap_or(i64::MAX),
        }
    }

    pub(crate) fn pair(&self) -> &SigningPair {
        &self.pair
    }

    /// A new assertion about `subject`.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub(crate) fn issue(&self, subject: &str, profile: &Profile, now_ms: i64) -> Result<String> {
        let header = json!({"alg": "EdDSA", "typ": guard::TYPE, "kid": self.pair.key_id()});
        // Clients refuse assertions older than the newest they know, so one
        // with new settings must not be as old as one with old settings.
        let iat = (now_ms / 1_000).max(profile.changed_s);
        let payload = Payload {
            sub: subject.to_owned(),
            iat,
            exp: iat + self.life_s,
            jti: random::hex::<ID_BYTES>()?,
            claims: profile.claims.clone(),
            consent: profile.settings.consent,
            guardian: profile.settings.guardian.clone(),
        };
        let payload = serde_json::to_vec(&payload).context("the payload")?;
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(payload)
        );
        let signature = self.pair.sign(signed.as_bytes());
        Ok(format!("{signed}.{signature}"))
    }

    /// Another assertion in place of `sent`, if it should be replaced.
    pub(crate) fn renew(&self, sent: &Payload, profile: &Profile, now_ms: i64) -> Option<String> {
        if !sent.is_stale(profile, now_ms / 1_000) {
            return None;
        }
        self.issue(&sent.sub, profile, now_ms)
            .inspect_err(|error| tracing::error!(%error, "no assertion can be issued"))
            .ok()
    }

    /// What `token` says, if it is an assertion of this collector that holds
    /// now.
    pub(crate) fn verify(&self, token: &str, now_ms: i64) -> Result<Payload, ApiError> {
        let keys = [self.pair.verifying_key().to_bytes()];
        let verified = guard::verify(token, &keys).map_err(|error| refusal(&error))?;
        let claims = guard::Claims::read(&verified.payload).map_err(|error| refusal(&error))?;
        // For whom it has to be, and whether it is the newest, is not asked
        // here: a device gets a newer one by showing the old one.
        claims
            .check(&claims.sub, 0, now_ms)
            .map_err(|error| refusal(&error))?;
        serde_json::from_str(&verified.payload)
            .map_err(|_| refusal(&UsageError::Assertion("the payload is of another shape")))
    }

    /// Lets a request pass whose bearer token is an assertion about `subject`.
    pub(crate) fn require(
        &self,
        headers: &HeaderMap,
        subject: &str,
        now_ms: i64,
    ) -> Result<Payload, ApiError> {
        check_subject(subject)?;
        let token = auth::bearer(headers)
            .ok_or_else(|| auth::refusal("the subject's age assertion is needed"))?;
        let payload = self.verify(token, now_ms)?;
        if payload.sub != subject {
            return Err(refusal(&UsageError::AssertionSubject));
        }
        Ok(payload)
    }
}

/// What was wrong with an assertion; never what it said.
fn refusal(error: &UsageError) -> ApiError {
    let status = match error {
        UsageError::AssertionSubject => StatusCode::FORBIDDEN,
        _ => StatusCode::UNAUTHORIZED,
    };
    ApiError::new(status, error.code(), error.to_string())
}

/// Refuses a path that names no subject.
pub(crate) fn check_subject(subject: &str) -> Result<(), ApiError> {
    if is_subject(subject) {
        return Ok(());
    }
    Err(ApiError::bad_request(
        "usage/subject",
        "a subject is 1 to 128 characters without control characters",
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn assertions() -> Assertions {
        Assertions::new(&[7; 32], Duration::from_secs(1_000))
    }

    fn profile(settings: &str) -> Profile {
        Profile {
            claims: Claims {
                age: Some(14),
                ..Claims::default()
            },
            settings: Settings::read(settings.as_bytes()).unwrap(),
            changed_s: 0,
        }
    }

    #[test]
    fn an_assertion_comes_back_as_it_was_issued_and_no_two_are_the_same() {
        let profile = profile(r#"{"curfew": null, "consent": true}"#);
        let token = assertions().issue("s", &profile, NOW).unwrap();
        let payload = assertions().verify(&token, NOW).unwrap();
        assert_eq!((payload.sub.as_str(), payload.iat), ("s", NOW / 1_000));
        assert!(!payload.is_stale(&profile, NOW / 1_000));
        assert_ne!(token, assertions().issue("s", &profile, NOW).unwrap());
    }

    #[test]
    fn an_assertion_is_renewed_at_half_of_its_life_or_when_it_no_longer_holds() {
        let old = profile("{}");
        let token = assertions().issue("s", &old, NOW).unwrap();
        let sent = assertions().verify(&token, NOW).unwrap();
        assert_eq!(assertions().renew(&sent, &old, NOW + 499_000), None);
        assert!(assertions().renew(&sent, &old, NOW + 500_000).is_some());
        for settings in [
            r#"{"daily_min": 30}"#,
            r#"{"curfew": null}"#,
            r#"{"consent": false}"#,
        ] {
            assert!(
                assertions().renew(&sent, &profile(settings), NOW).is_some(),
                "{settings}"
            );
        }
        let mut older = old.clone();
        older.claims.age = Some(15);
        assert!(assertions().renew(&sent, &older, NOW).is_some());
    }

    #[test]
    fn an_assertion_with_new_settings_is_younger_than_any_with_the_old_ones() {
        let mut profile = profile("{}");
        let before = assertions().issue("s", &profile, NOW + 999).unwrap();
        profile.changed_s = NOW / 1_000 + 1;
        let after = assertions().issue("s", &profile, NOW + 999).unwrap();
        let iat = |token: &str| assertions().verify(token, NOW).unwrap().iat;
        assert!(iat(&before) < iat(&after));
    }
}
