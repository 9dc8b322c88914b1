//! How much of a list a request asks for.

use crate::error::ApiError;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;

/// The parameters of a list, and how many entries it is to have: as `limit`
/// says, else `default`.
///
/// # Errors
/// `request/query` with `message` for parameters that cannot be read, and for
/// a limit that is not 1 to `most`.
pub(crate) fn limited<P>(
    parameters: Result<Query<P>, QueryRejection>,
    limit: impl FnOnce(&P) -> Option<i64>,
    (default, most): (i64, i64),
    message: &'static str,
) -> Result<(P, i64), ApiError> {
    parameters
        .ok()
        .map(|Query(asked)| (limit(&asked).unwrap_or(default), asked))
        .filter(|(limit, _)| (1..=most).contains(limit))
        .map(|(limit, asked)| (asked, limit))
        .ok_or_else(|| ApiError::bad_request("request/query", message))
}
