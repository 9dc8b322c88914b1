//! `POST /v1/check`: the policies applied again to what a client says it
//! judged, by the same crate with the same packs.

use super::delivered::{Delivered, PolicyName};
use crate::app::App;
use crate::body;
use crate::clock;
use crate::error::ApiError;
use crate::tokens::{self, Scope};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tidegate::stream::{Filter, Verdict, view_name};

/// Largest body of a check in bytes.
pub(crate) const MAX_CHECK_BYTES: usize = 1024 * 1024;

#[derive(Debug, Deserialize)]
struct Question {
    text: String,
}

/// The verdicts on a text, and what they were found with.
#[derive(Debug, Serialize)]
pub(crate) struct Judgement {
    verdicts: Vec<JudgedSpan>,
    policies: Vec<PolicyName>,
}

/// As `Verdict` in the npm package: offsets in UTF-16 units, half-open.
#[derive(Debug, Serialize)]
struct JudgedSpan {
    rule: String,
    risk: String,
    action: &'static str,
    start: u32,
    end: u32,
    view: &'static str,
}

/// `POST /v1/check`: the verdicts on a whole text. The text is neither kept
/// nor logged.
pub(crate) async fn check(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Judgement>, ApiError> {
    tokens::sender(&app, &headers, clock::now())?.require(Scope::Check)?;
    let question: Question = body::json(body, || {
        ApiError::bad_request("check/request", "the body is not {\"text\": \"…\"} in JSON")
    })?;
    let unavailable =
        |code, message: &str| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, code, message);
    // A megabyte takes long enough to be in other requests' way.
    let delivered = app.policies.delivered();
    let judged = tokio::task::spawn_blocking(move || delivered.judge(&question.text));
    judged
        .await
        .map_err(|_| unavailable("check/failed", "the text could not be judged"))?
        .map(Json)
        .ok_or_else(|| {
            unavailable(
                "guard/no-policy",
                "the collector was started without a policy",
            )
        })
}

impl Delivered {
    fn judge(&self, text: &str) -> Option<Judgement> {
        let filter = self.filter()?;
        Some(Judgement {
            verdicts: filter
                .check(text)
                .iter()
                .filter_map(|verdict| judged_span(filter, verdict))
                .collect(),
            policies: self.names(),
        })
    }
}

fn judged_span(filter: &Filter, verdict: &Verdict) -> Option<JudgedSpan> {
    let rule = filter.rule(verdict.pack, verdict.rule)?;
    Some(JudgedSpan {
        rule: rule.id.clone(),
        risk: rule.risk.clone(),
        action: filter.action(verdict)?.name(),
        start: verdict.start,
        end: verdict.end,
        view: view_name(verdict.view),
    })
}
