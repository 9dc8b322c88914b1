//! `GET /v1/exports/authority`: all records of a time, for the authority.
//!
//! JSON by lines: a header, a line for each record, a summary, and the
//! signature over everything before it.

use super::make::Kind;
use super::pages::{Pages, Parts, add_line, respond};
use super::request::{Granted, grant};
use super::seal::Seal;
use super::source::Source;
use super::span::{Parameters, Span};
use super::summary::Summary;
use crate::app::App;
use crate::complaints;
use crate::error::ApiError;
use crate::reports;
use crate::storage;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;

/// What the header says that the file is, and the version of its shape.
pub(super) const KIND: &str = "tidegate.authority";
pub(super) const VERSION: u32 = 1;

pub(crate) async fn authority(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, ApiError> {
    let kind = Kind::Authority;
    let Granted { span, now_ms } = grant(&app, &method, &headers, parameters, kind).await?;
    let name = format!("tidegate-authority-{}-{}.ndjson", span.from_ms, span.to_ms);
    Ok(respond(app, &name, Authority::new(span, now_ms)))
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Header,
    Records,
    Nothing,
}

#[derive(Debug)]
pub(super) struct Authority {
    step: Step,
    span: Span,
    made_ms: i64,
    pages: Pages,
    seal: Seal,
    summary: Summary,
}

impl Parts for Authority {
    async fn next(&mut self, from: Source<'_>) -> Result<Option<Vec<u8>>, ApiError> {
        let mut part = Vec::new();
        match self.step {
            Step::Header => {
                add_line(&mut part, &self.header(from).await?)?;
                self.step = Step::Records;
            }
            Step::Records => match self.pages.next(from.storage).await? {
                Some(page) => self.add_records(from, page.rows, &mut part).await?,
                None => {
                    self.step = Step::Nothing;
                    return self.end(from).map(Some);
                }
            },
            Step::Nothing => return Ok(None),
        }
        self.seal.add(&part);
        Ok(Some(part))
    }
}

impl Authority {
    pub(super) fn new(span: Span, made_ms: i64) -> Self {
        Self {
            step: Step::Header,
            span,
            made_ms,
            pages: Pages::new(span.query()),
            seal: Seal::default(),
            summary: Summary::default(),
        }
    }

    async fn header(&self, from: Source<'_>) -> Result<Value, ApiError> {
        Ok(json!({
            "particulars": from.particulars.whole(from.storage).await?,
            "export": KIND,
            "version": VERSION,
            "from_ms": self.span.from_ms,
            "to_ms": self.span.to_ms,
            "made_ms": self.made_ms,
            "collector": env!("CARGO_PKG_VERSION"),
            "kid": from.key.key_id(),
            "policies": from.policies.delivered().names(),
        }))
    }

    async fn add_records(
        &mut self,
        from: Source<'_>,
        rows: Vec<storage::Row>,
        part: &mut Vec<u8>,
    ) -> Result<(), ApiError> {
        let mut records = reports::describe_all(from.storage, rows).await?;
        complaints::attach(from.storage, &mut records).await?;
        for mut record in records {
            // Who it was is not what this file is for.
            record.remove("subject");
            self.summary.add(&record);
            add_line(part, &record)?;
        }
        Ok(())
    }

    fn end(&mut self, from: Source<'_>) -> Result<Vec<u8>, ApiError> {
        let mut part = Vec::new();
        add_line(&mut part, &self.summary.describe())?;
        self.seal.add(&part);
        let seal = std::mem::take(&mut self.seal);
        add_line(&mut part, &seal.sign(from.key))?;
        Ok(part)
    }
}
