//! Columns that hold JSON.

use super::driver::{Error, Result, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads a column; what is damaged there is an error of the database.
pub(super) fn read_json<T: DeserializeOwned>(row: &Row, column: usize) -> Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| Error::Damaged(format!("column {column}: {error}")))
}

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Other(error.to_string()))
}
