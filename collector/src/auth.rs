//! Bearer tokens, and the provider's staff, who have one.

use crate::error::ApiError;
use crate::random;
use anyhow::Result;
use axum::http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Bytes of a token that was made up.
const TOKEN_BYTES: usize = 24;

/// What the staff's token is compared with. Only its digest is kept, so that
/// the comparison takes the same time whatever was sent, and whatever its
/// length.
#[derive(Clone)]
pub struct AdminToken {
    digest: [u8; 32],
}

impl std::fmt::Debug for AdminToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AdminToken")
    }
}

impl AdminToken {
    /// The token that the provider chose.
    #[must_use]
    pub fn new(token: &str) -> Self {
        Self {
            digest: Sha256::digest(token).into(),
        }
    }

    /// A new token, and its text to be shown once.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn generate() -> Result<(Self, String)> {
        let text = random::hex::<TOKEN_BYTES>()?;
        Ok((Self::new(&text), text))
    }

    /// Lets a request pass that carries the token.
    pub(crate) fn require(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        match bearer(headers) {
            None => Err(refusal("an admin token is needed")),
            Some(sent) if self.is(sent) => Ok(()),
            Some(_) => Err(refusal("the admin token is wrong")),
        }
    }

    /// Whether `sent` is the token.
    pub(crate) fn is(&self, sent: &str) -> bool {
        let digest: [u8; 32] = Sha256::digest(sent).into();
        digest.ct_eq(&self.digest).into()
    }
}

/// The bearer token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim_start())
}

/// Says that a token is missing or wrong.
pub(crate) fn refusal(message: &str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "auth/token", message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn with(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        headers
    }

    #[test]
    fn only_the_right_bearer_token_passes() {
        let token = AdminToken::new("secret");
        assert!(token.require(&with("Bearer secret")).is_ok());
        assert!(token.require(&with("bearer secret")).is_ok());
        for wrong in [
            "Bearer secre",
            "Bearer secret2",
            "Bearer ",
            "Basic secret",
            "secret",
            "",
        ] {
            assert!(token.require(&with(wrong)).is_err(), "{wrong:?}");
        }
        assert!(token.require(&HeaderMap::new()).is_err());
    }

    #[test]
    fn generated_tokens_differ_and_pass() {
        let (token, text) = AdminToken::generate().unwrap();
        let (_, other) = AdminToken::generate().unwrap();
        assert_ne!(text, other);
        assert!(token.require(&with(&format!("Bearer {text}"))).is_ok());
    }
}
