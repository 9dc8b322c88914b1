//! Bodies of requests.

use crate::error::ApiError;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use serde::de::DeserializeOwned;

/// A body as it came, read as JSON; `refuse` says what it should have been.
pub(crate) fn json<T: DeserializeOwned>(
    body: Result<Bytes, BytesRejection>,
    refuse: impl FnOnce() -> ApiError,
) -> Result<T, ApiError> {
    let body = body.map_err(|rejection| ApiError::from_body(&rejection))?;
    serde_json::from_slice(&body).map_err(|_| refuse())
}
