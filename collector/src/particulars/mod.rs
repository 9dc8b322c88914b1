//! The provider's particulars: who provides the service, with what model,
//! filed under which numbers, for whom, where to complain, and, for the
//! authority only, what the model was made of.

mod document;
mod filings;
mod versions;

pub(crate) use document::MAX_BYTES as MAX_PARTICULARS_BYTES;
pub(crate) use versions::{history, put, show};

use crate::error::ApiError;
use crate::storage::{Storage, Unavailable};
use anyhow::{Context, Result, anyhow};
use document::Document;
use serde_json::{Value, json};
use std::path::Path;

const EXAMPLE: &str = include_str!("../../particulars.example.json");

/// What holds as long as nothing is stored, and what is added to everything.
#[derive(Debug)]
pub(crate) struct Particulars {
    of_file: Document,
    complaint_days: u16,
}

impl Particulars {
    /// Reads `file`, or takes the example, which says that it is one.
    pub(crate) fn load(file: Option<&Path>, complaint_days: u16) -> Result<Self> {
        let of_file = match file {
            None => Document::parse(EXAMPLE.as_bytes()).map_err(|error| anyhow!(error)),
            Some(file) => std::fs::read(file)
                .context("they cannot be read")
                .and_then(|json| Document::parse(&json).map_err(|error| anyhow!(error)))
                .with_context(|| format!("the particulars {}", file.display())),
        }?;
        for warning in of_file.warnings() {
            tracing::warn!("particulars: {warning}");
        }
        Ok(Self {
            of_file,
            complaint_days,
        })
    }

    /// The version that holds and its number, 0 for that of the file.
    async fn current(&self, storage: &Storage) -> Result<(i64, Document), ApiError> {
        let Some(stored) = storage.particulars().await? else {
            return Ok((0, self.of_file.clone()));
        };
        match Document::parse(stored.document.as_bytes()) {
            Ok(document) => Ok((stored.version, document)),
            Err(error) => {
                tracing::error!(error, "stored particulars are damaged");
                Err(ApiError::from(Unavailable))
            }
        }
    }

    /// All of it, for the authority.
    pub(crate) async fn whole(&self, storage: &Storage) -> Result<Value, ApiError> {
        let (version, document) = self.current(storage).await?;
        Ok(json!({"version": version, "document": document.whole()}))
    }
}
