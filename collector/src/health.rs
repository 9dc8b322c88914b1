//! `GET /healthz`: whether this collector can do its work.

use crate::app::App;
use crate::error::ApiError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) async fn show(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
    app.storage.ping().await.map_err(|_| {
        let message = "the database does not answer";
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "storage/unavailable",
            message,
        )
    })?;
    Ok(Json(
        json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}),
    ))
}
