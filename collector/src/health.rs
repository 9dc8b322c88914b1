//! `GET /healthz`: whether this collector can do its work, and
//! `GET /healthz/live`: whether it runs at all. A supervisor sends requests to
//! what is ready and starts anew what is not alive; a database that is away is
//! no reason for that.

use crate::app::App;
use crate::error::ApiError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) async fn ready(State(app): State<Arc<App>>) -> Result<Json<Value>, ApiError> {
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

pub(crate) async fn live() -> Json<Value> {
    Json(json!({"status": "ok"}))
}
