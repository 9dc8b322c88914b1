//! `GET /v1/exports/authority`: all records of a time, for the authority.
//!
//! JSON by lines: a header, a line for each record, a summary, and the
//! signature over everything before it.

use super::pages::{Pages, Parts, add_line, respond};
use super::request::{Granted, grant};
use super::seal::Seal;
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
    let action = "export.authority";
    let Granted { span, now_ms } = grant(&app, &method, &headers, parameters, action).await?;
    let name = format!("tidegate-authority-{}-{}.ndjson", span.from_ms, span.to_ms);
    let parts = Authority {
        step: Step::Header,
        span,
        made_ms: now_ms,
        pages: Pages::new(span.query()),
        seal: Seal::default(),
        summary: Summary::default(),
    };
    Ok(respond(app, &name, parts))
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Header,
    Records,
    Nothing,
}

struct Authority {
    step: Step,
    span: Span,
    made_ms: i64,
    pages: Pages,
    seal: Seal,
    summary: Summary,
}

impl Parts for Authority {
    async fn next(&mut self, app: &App) -> Result<Option<Vec<u8>>, ApiError> {
        let mut part = Vec::new();
        match self.step {
            Step::Header => {
                add_line(&mut part, &self.header(app).await?)?;
                self.step = Step::Records;
            }
            Step::Records => match self.pages.next(app).await? {
                Some(page) => self.add_records(app, page.rows, &mut part).await?,
                None => {
                    self.step = Step::Nothing;
                    return self.end(app).map(Some);
                }
            },
            Step::Nothing => return Ok(None),
        }
        self.seal.add(&part);
        Ok(Some(part))
    }
}

impl Authority {
    async fn header(&self, app: &App) -> Result<Value, ApiError> {
        Ok(json!({
            "particulars": app.particulars.whole(&app.storage).await?,
            "export": KIND,
            "version": VERSION,
            "from_ms": self.span.from_ms,
            "to_ms": self.span.to_ms,
            "made_ms": self.made_ms,
            "collector": env!("CARGO_PKG_VERSION"),
            "kid": app.exports.key_id(),
            "policies": app.policies.delivered().names(),
        }))
    }

    async fn add_records(
        &mut self,
        app: &App,
        rows: Vec<storage::Row>,
        part: &mut Vec<u8>,
    ) -> Result<(), ApiError> {
        let mut records = reports::describe_all(&app.storage, rows).await?;
        complaints::attach(&app.storage, &mut records).await?;
        for mut record in records {
            // Who it was is not what this file is for.
            record.remove("subject");
            self.summary.add(&record);
            add_line(part, &record)?;
        }
        Ok(())
    }

    fn end(&mut self, app: &App) -> Result<Vec<u8>, ApiError> {
        let mut part = Vec::new();
        add_line(&mut part, &self.summary.describe())?;
        self.seal.add(&part);
        let seal = std::mem::take(&mut self.seal);
        add_line(&mut part, &seal.sign(&app.exports))?;
        Ok(part)
    }
}
