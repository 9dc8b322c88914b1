//! `POST /v1/generations/{id}/cancel`: stops a generation.

use crate::app::App;
use crate::error::ApiError;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;

/// Who knows the id may cancel: it was told to the client alone and cannot
/// be guessed. Cancelling again is fine while the generation is ending.
pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    if app.generations.cancel(&id) {
        Ok((
            StatusCode::ACCEPTED,
            Json(json!({"id": id, "state": "cancelling"})),
        ))
    } else {
        Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "generation/unknown",
            "no generation of that id is under way",
        ))
    }
}
