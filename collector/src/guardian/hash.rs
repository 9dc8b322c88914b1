//! Hashing PINs: slow on purpose, and few at a time.

use crate::error::ApiError;
use crate::random;
use argon2::Argon2;
use argon2::password_hash::{
    self, PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString,
};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Hashes under way at once; each takes 19 MiB.
const MAX_AT_ONCE: usize = 2;
/// Longest wait for one's turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// When to try again if it does not come, in seconds.
const RETRY_AFTER_S: u32 = 5;
/// Random bytes that make equal PINs unequal hashes.
const SALT_BYTES: usize = 16;
/// Fewest and most characters of a PIN. Six digits withstand the tries that
/// the lock allows, 480 a day, for years.
pub(super) const PIN_CHARS: std::ops::RangeInclusive<usize> = 6..=64;

/// Makes and compares hashes: Argon2id with the parameters that OWASP asks for
/// (19 MiB, 2 passes, 1 lane), in PHC format.
#[derive(Debug)]
pub(crate) struct PinHasher {
    turns: Semaphore,
}

impl Default for PinHasher {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(MAX_AT_ONCE),
        }
    }
}

/// Leave to hash once.
#[derive(Debug)]
pub(crate) struct Turn<'a>(SemaphorePermit<'a>);

impl PinHasher {
    /// Waits for a turn. To be taken before a try is counted, so that what
    /// never came to be compared is not counted either.
    pub(crate) async fn turn(&self) -> Result<Turn<'_>, ApiError> {
        let waited = tokio::time::timeout(PATIENCE, self.turns.acquire()).await;
        waited
            .ok()
            .and_then(Result::ok)
            .map(Turn)
            .ok_or_else(|| failed().retry_after(RETRY_AFTER_S))
    }
}

impl Turn<'_> {
    pub(crate) async fn hash(self, pin: String) -> Result<String, ApiError> {
        let work = move || -> anyhow::Result<String> {
            let refuse = |error: password_hash::Error| anyhow::anyhow!("{error}");
            let salt = SaltString::encode_b64(&random::bytes::<SALT_BYTES>()?).map_err(refuse)?;
            let hash = Argon2::default()
                .hash_password(pin.as_bytes(), &salt)
                .map_err(refuse)?;
            Ok(hash.to_string())
        };
        let hash = tokio::task::spawn_blocking(work).await;
        drop(self.0);
        match hash {
            Ok(Ok(hash)) => Ok(hash),
            Ok(Err(error)) => {
                tracing::error!(%error, "a PIN cannot be hashed");
                Err(failed())
            }
            Err(_) => Err(failed()),
        }
    }

    /// Whether `pin` is the one that `hash` was made of. A damaged hash is of
    /// none.
    pub(crate) async fn compare(self, pin: String, hash: String) -> Result<bool, ApiError> {
        let work = move || {
            PasswordHash::new(&hash).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(pin.as_bytes(), &hash)
                    .is_ok()
            })
        };
        let is_right = tokio::task::spawn_blocking(work).await;
        drop(self.0);
        is_right.map_err(|_| failed())
    }
}

fn failed() -> ApiError {
    ApiError::unavailable("guardian/busy", "the PIN cannot be checked at the moment")
}

/// Whether `pin` may be one.
pub(super) fn is_pin(pin: &str) -> bool {
    PIN_CHARS.contains(&pin.chars().count()) && !pin.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[tokio::test]
    async fn a_hash_is_argon2id_salted_and_knows_its_pin_only() {
        let hasher = PinHasher::default();
        let hash = async || {
            hasher
                .turn()
                .await
                .unwrap()
                .hash("482913".to_owned())
                .await
                .unwrap()
        };
        let (first, second) = (hash().await, hash().await);
        assert!(
            first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{first}"
        );
        assert_ne!(first, second);
        let is_right = async |pin: &str, hash: &str| {
            let turn = hasher.turn().await.unwrap();
            turn.compare(pin.to_owned(), hash.to_owned()).await.unwrap()
        };
        assert!(is_right("482913", &first).await);
        assert!(!is_right("482914", &first).await);
        assert!(!is_right("482913", "damaged").await);
    }
}
