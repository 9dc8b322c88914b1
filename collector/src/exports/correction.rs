//! `GET /v1/exports/correction`: verdicts that somebody has reviewed, for
//! those who correct the model or its rules. JSON by lines.

use super::make::Kind;
use super::pages::{Pages, Parts, add_line, respond};
use super::request::{Granted, grant};
use super::source::Source;
use super::span::{Parameters, Span};
use crate::app::App;
use crate::error::ApiError;
use crate::reports;
use crate::storage::{self, Reviewed};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tidegate::report::record::VERDICT_TYPE;

pub(crate) async fn correction(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, ApiError> {
    let kind = Kind::Correction;
    let Granted { span, .. } = grant(&app, &method, &headers, parameters, kind).await?;
    let name = format!("tidegate-correction-{}-{}.jsonl", span.from_ms, span.to_ms);
    Ok(respond(app, &name, Correction::new(span)))
}

#[derive(Debug)]
pub(super) struct Correction(Pages);

impl Correction {
    pub(super) fn new(span: Span) -> Self {
        Self(Pages::new(storage::Query {
            kind: Some(VERDICT_TYPE.to_owned()),
            review: Some(Reviewed::Yes),
            ..span.query()
        }))
    }
}

impl Parts for Correction {
    async fn next(&mut self, from: Source<'_>) -> Result<Option<Vec<u8>>, ApiError> {
        let Some(page) = self.0.next(from.storage).await? else {
            return Ok(None);
        };
        let mut part = Vec::new();
        for record in reports::describe_all(from.storage, page.rows).await? {
            add_line(&mut part, &correct(&record))?;
        }
        Ok(Some(part))
    }
}

/// Where the flagged span is, in UTF-16 units of the raw message, by which
/// rule of which revision, and what the reviewer found.
fn correct(record: &Map<String, Value>) -> Value {
    let field = |outer: &str, inner: &str| {
        let value = record.get(outer).and_then(|value| value.get(inner));
        value.cloned().unwrap_or_default()
    };
    let data = |name| field("data", name);
    json!({
        "record": record.get("id"),
        "message": data("message"),
        "channel": data("channel"),
        "policy": data("policy"),
        "revision": data("revision"),
        "rule": data("rule"),
        "risk": data("risk"),
        "start": data("start"),
        "end": data("end"),
        "verdict": field("review", "verdict"),
        "note": field("review", "note"),
    })
}
