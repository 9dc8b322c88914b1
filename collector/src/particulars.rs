//! `GET /v1/particulars`: who provides the service, with what model, filed
//! under which numbers, for whom, and where to complain.

use crate::app::App;
use anyhow::{Context, Result, bail};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

const EXAMPLE: &str = include_str!("../particulars.example.json");
/// Largest file in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// What every interface needs to show.
const REQUIRED: [&str; 6] = [
    "provider",
    "service",
    "models",
    "algorithms",
    "complaints",
    "labels",
];

/// The document, checked and ready to be sent.
#[derive(Debug)]
pub(crate) struct Particulars(Bytes);

impl Particulars {
    /// Reads `file`, or takes the example, which says that it is one.
    pub(crate) fn load(file: Option<&Path>, complaint_days: u16) -> Result<Self> {
        let Some(file) = file else {
            return Self::parse(EXAMPLE, complaint_days);
        };
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the particulars {}", file.display()))?;
        Self::parse(&text, complaint_days)
            .with_context(|| format!("the particulars {}", file.display()))
    }

    fn parse(text: &str, complaint_days: u16) -> Result<Self> {
        if text.len() > MAX_BYTES {
            bail!("they are larger than {MAX_BYTES} bytes");
        }
        let mut document: Value = serde_json::from_str(text).context("they are not JSON")?;
        for name in REQUIRED {
            if document.get(name).is_none() {
                bail!("they lack `{name}`");
            }
        }
        for warning in warnings(&document) {
            tracing::warn!("particulars: {warning}");
        }
        if let Some(document) = document.as_object_mut() {
            document.insert("complaint_days".to_owned(), complaint_days.into());
        }
        Ok(Self(Bytes::from(document.to_string())))
    }
}

pub(crate) async fn show(State(app): State<Arc<App>>) -> Response {
    let Particulars(body) = &app.particulars;
    ([(header::CONTENT_TYPE, "application/json")], body.clone()).into_response()
}

/// Filing numbers that do not look like those the authority has given so far.
/// Only a warning: its formats are observed, not laid down.
fn warnings(document: &Value) -> Vec<String> {
    let filings = |name: &str| -> Vec<String> {
        let list = document.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(|one| one.get("filing")?.as_str().map(str::to_owned))
            .collect()
    };
    let models = filings("models")
        .into_iter()
        .filter(|filing| !is_model_filing(filing));
    let algorithms = filings("algorithms")
        .into_iter()
        .filter(|filing| !is_algorithm_filing(filing));
    models
        .chain(algorithms)
        .map(|filing| format!("filing number {filing} has an unusual form"))
        .collect()
}

/// `Region-Name-YYYYMMDD`.
fn is_model_filing(filing: &str) -> bool {
    let parts: Vec<&str> = filing.split('-').collect();
    let [region, name, date] = parts.as_slice() else {
        return false;
    };
    !region.is_empty()
        && region.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && date.len() == 8
        && date.bytes().all(|byte| byte.is_ascii_digit())
}

/// `网信算备`, perhaps a colon, 21 digits, `号`.
fn is_algorithm_filing(filing: &str) -> bool {
    filing
        .strip_prefix("网信算备")
        .map(|rest| rest.trim_start_matches(['：', ':']))
        .and_then(|rest| rest.strip_suffix('号'))
        .is_some_and(|digits| {
            digits.len() == 21 && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn observed_forms_of_filing_numbers_are_known() {
        assert!(is_algorithm_filing("网信算备330110507206401230035号"));
        assert!(is_algorithm_filing("网信算备：330110507206401230035号"));
        assert!(!is_algorithm_filing("网信算备33011050720640123003号"));
        assert!(is_model_filing("Beijing-YunQue-20230821"));
        assert!(!is_model_filing("Beijing-20230821"));
    }

    #[test]
    fn the_example_says_that_it_is_one_and_raises_no_warning() {
        let document: Value = serde_json::from_str(EXAMPLE).unwrap();
        assert_eq!(document["example"], true);
        assert_eq!(warnings(&document), Vec::<String>::new());
        assert!(Particulars::parse(EXAMPLE, 15).is_ok());
    }

    #[test]
    fn a_document_without_a_required_part_is_refused() {
        let mut document: Value = serde_json::from_str(EXAMPLE).unwrap();
        document.as_object_mut().unwrap().remove("complaints");
        assert!(Particulars::parse(&document.to_string(), 15).is_err());
        assert!(Particulars::parse("<html>", 15).is_err());
    }
}
