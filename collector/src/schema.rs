//! `GET /v1/schema/record.json`: the JSON Schema of a record, made from the types
//! that records are read with.

use axum::Json;
use schemars::{Schema, schema_for};
use tidegate::report::Record;

pub(crate) async fn record() -> Json<Schema> {
    Json(schema_for!(Record))
}
