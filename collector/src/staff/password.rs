//! Names and passwords of accounts.

use crate::app::App;
use crate::error::ApiError;
use crate::guardian::PinHasher;
use crate::storage::Attempt;
use axum::http::StatusCode;

/// Largest body of a sign-in in bytes.
pub(crate) const MAX_SIGN_IN_BYTES: usize = 4 * 1_024;
/// Fewest and most characters of a password.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 12..=128;
/// Most bytes of a name.
const MAX_NAME_BYTES: usize = 64;
/// A hash that nothing has, with the parameters of real ones: comparing with
/// it takes as long, so that nobody learns which names there are.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Whether it may name an account. It is shown in the log of what was done.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len())
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase()
                || byte.is_ascii_digit()
                || matches!(byte, b'.' | b'_' | b'-' | b'@')
        })
}

/// Whether it may be a password.
pub(crate) fn is_password(password: &str) -> bool {
    PASSWORD_CHARS.contains(&password.chars().count())
}

/// Hashes a password of an account.
pub(crate) async fn hash(hasher: &PinHasher, password: String) -> Result<String, ApiError> {
    let turn = hasher.turn().await.map_err(|_| busy())?;
    turn.hash(password).await.map_err(|_| busy())
}

/// Compares a password with the account's; returns the hash of the right one.
/// The try is counted and committed before it is compared.
pub(super) async fn check(
    app: &App,
    name: &str,
    password: String,
    now_ms: i64,
) -> Result<String, ApiError> {
    let turn = app.pins.turn().await.map_err(|_| busy())?;
    // What cannot be a name is nobody's.
    let attempt = if is_name(name) {
        app.storage
            .attempt_password(name.to_owned(), now_ms)
            .await?
    } else {
        Attempt::Unset
    };
    let (hash, is_known) = match attempt {
        Attempt::Locked { until_ms } => {
            let seconds = (until_ms - now_ms).div_euclid(1_000) + 1;
            let message = "too many wrong passwords; wait before the next try";
            return Err(
                ApiError::new(StatusCode::TOO_MANY_REQUESTS, "auth/locked", message)
                    .retry_after(u32::try_from(seconds).unwrap_or(u32::MAX)),
            );
        }
        Attempt::Open { hash } => (hash, true),
        Attempt::Unset => (NOBODY.to_owned(), false),
    };
    let is_right = turn
        .compare(password, hash.clone())
        .await
        .map_err(|_| busy())?;
    if is_right && is_known {
        return Ok(hash);
    }
    Err(wrong())
}

/// The same for a wrong name and a wrong password.
pub(super) fn wrong() -> ApiError {
    let message = "the name or the password is wrong";
    ApiError::new(StatusCode::UNAUTHORIZED, "auth/password", message)
}

pub(super) fn busy() -> ApiError {
    ApiError::unavailable("auth/busy", "the password cannot be checked at the moment")
        .retry_after(5)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use argon2::password_hash::PasswordHash;

    #[test]
    fn nobodys_hash_costs_as_much_as_a_real_one() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(hash.params.to_string(), "m=19456,t=2,p=1");
        assert_eq!(hash.hash.unwrap().len(), 32);
    }

    #[test]
    fn names_are_plain_and_passwords_long() {
        assert!(is_name("ann.b-c_d@e") && !is_name("") && !is_name("Ann") && !is_name("a b"));
        assert!(!is_name(&"a".repeat(65)));
        assert!(is_password("twelve chars") && !is_password("eleven char"));
        assert!(is_password("十二个字的密码也是可以的"));
    }
}
