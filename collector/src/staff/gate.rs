//! Who may pass: the admin token, or the cookie of somebody whose role allows
//! it.

use super::session::SESSION_COOKIE;
use crate::app::App;
use crate::auth;
use crate::clock;
use crate::error::ApiError;
use axum::http::{HeaderMap, Method, StatusCode, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Header that repeats the session's secret on requests that change something.
const CSRF: &str = "x-csrf-token";
/// Who it was, in the log, if the admin token was used.
const TOKEN_ACTOR: &str = "admin-token";

/// What somebody may do; each may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Role {
    /// See records, complaints and statistics.
    Viewer,
    /// Review records and work on complaints.
    Reviewer,
    /// Everything.
    Admin,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Reviewer => "reviewer",
            Self::Admin => "admin",
        }
    }

    /// `None` lets nobody pass: what is damaged in the database is no role.
    fn named(name: &str) -> Option<Self> {
        [Self::Viewer, Self::Reviewer, Self::Admin]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// Somebody of the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Staff {
    pub(crate) name: String,
}

/// Lets a request pass whose sender has at least this role.
pub(crate) async fn require(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
    least: Role,
) -> Result<Staff, ApiError> {
    if auth::bearer(headers).is_some() {
        app.admin.require(headers)?;
        let name = TOKEN_ACTOR.to_owned();
        return Ok(Staff { name });
    }
    let digest = cookie(headers).ok_or_else(|| auth::refusal("sign in, or send an admin token"))?;
    let session = app
        .storage
        .staff(digest, clock::now())
        .await?
        .ok_or_else(|| auth::refusal("the session is over"))?;
    if !method.is_safe() {
        check_csrf(headers, &session.csrf)?;
    }
    if Role::named(&session.role).is_none_or(|role| role < least) {
        let message = format!("this needs the role {}", least.name());
        return Err(ApiError::new(StatusCode::FORBIDDEN, "auth/role", message));
    }
    Ok(Staff { name: session.name })
}

fn check_csrf(headers: &HeaderMap, csrf: &str) -> Result<(), ApiError> {
    let sent = headers.get(CSRF).map_or(&b""[..], |value| value.as_bytes());
    if bool::from(sent.ct_eq(csrf.as_bytes())) {
        return Ok(());
    }
    let message = "a request with a cookie needs its session's x-csrf-token";
    Err(ApiError::new(StatusCode::FORBIDDEN, "auth/csrf", message))
}

/// The digest of the session's token, if there is exactly one: another page
/// of the same site may have set a second one.
pub(super) fn cookie(headers: &HeaderMap) -> Option<[u8; 32]> {
    let mut tokens = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == SESSION_COOKIE)
        .map(|(_, token)| token);
    let token = tokens.next()?;
    tokens
        .next()
        .is_none()
        .then(|| Sha256::digest(token).into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_role_may_do_what_those_before_it_may() {
        assert!(Role::Viewer < Role::Reviewer && Role::Reviewer < Role::Admin);
        assert_eq!(Role::named("reviewer"), Some(Role::Reviewer));
        assert_eq!(Role::named("Admin"), None);
    }

    #[test]
    fn of_two_session_cookies_none_is_taken() {
        let digest = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, text.parse().unwrap());
            cookie(&headers)
        };
        let wanted: [u8; 32] = Sha256::digest("abc").into();
        assert_eq!(digest("a=b; tidegate_session=abc"), Some(wanted));
        assert_eq!(digest("tidegate_session=abc; tidegate_session=def"), None);
        assert_eq!(digest("xtidegate_session=abc"), None);
    }
}
