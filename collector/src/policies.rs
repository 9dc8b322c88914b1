//! The policies of the service: handed to clients, and applied again here.
//!
//! A client can be bypassed by its own user; the same crate with the same
//! packs judges here what a client said it judged.

use crate::app::App;
use crate::body;
use crate::clock;
use crate::error::ApiError;
use crate::tokens::{self, Scope};
use anyhow::{Context, Result, anyhow, bail};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;
use tidegate::stream::{Filter, Verdict, view_name};

/// Largest body of a check in bytes.
pub(crate) const MAX_CHECK_BYTES: usize = 1024 * 1024;

/// The packs and the filter made of them.
#[derive(Debug)]
pub(crate) struct Policies {
    packs: Vec<Pack>,
    /// `None` without a pack: then nothing can be judged.
    filter: Option<Filter>,
}

#[derive(Debug)]
struct Pack {
    name: String,
    revision: u32,
    digest: String,
    bytes: Bytes,
}

impl Policies {
    /// Loads every file or none.
    pub(crate) fn load(files: &[PathBuf]) -> Result<Self> {
        let packs = files
            .iter()
            .map(|file| {
                std::fs::read(file)
                    .map(Bytes::from)
                    .with_context(|| format!("cannot read the policy {}", file.display()))
            })
            .collect::<Result<Vec<_>>>()?;
        if packs.is_empty() {
            return Ok(Self {
                packs: Vec::new(),
                filter: None,
            });
        }
        let parts: Vec<&[u8]> = packs.iter().map(AsRef::as_ref).collect();
        // The files are the provider's own, so no signature is asked for;
        // clients ask for one.
        let filter = Filter::new(&parts, &[])
            .map_err(|error| anyhow!("--policy: {error} ({})", error.code()))?;
        let loaded: Vec<Pack> = filter
            .policies()
            .iter()
            .zip(packs)
            .map(|(policy, bytes)| {
                let info = policy.info();
                Pack {
                    name: info.policy.clone(),
                    revision: info.revision,
                    digest: info.digest.clone(),
                    bytes,
                }
            })
            .collect();
        for (place, pack) in loaded.iter().enumerate() {
            if loaded
                .iter()
                .take(place)
                .any(|other| other.name == pack.name)
            {
                bail!("--policy: two packs are of the policy {}", pack.name);
            }
        }
        Ok(Self {
            packs: loaded,
            filter: Some(filter),
        })
    }
}

/// `GET /v1/policies/{name}.pack`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    UrlPath(file): UrlPath<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let name = file.strip_suffix(".pack");
    let pack = app
        .policies
        .packs
        .iter()
        .find(|pack| Some(pack.name.as_str()) == name);
    let pack = pack.ok_or_else(|| {
        let message = "there is no policy of that name";
        ApiError::new(StatusCode::NOT_FOUND, "policy/unknown", message)
    })?;
    let tag = format!("\"{}-{}\"", pack.revision, pack.digest);
    let is_known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| tags.split(',').any(|one| one.trim() == tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let content_type = HeaderValue::from_static("application/octet-stream");
        ([(header::CONTENT_TYPE, content_type)], pack.bytes.clone()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

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

/// Which content of which policy.
#[derive(Debug, Serialize)]
pub(crate) struct PolicyName {
    policy: String,
    revision: u32,
    digest: String,
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
    let judged = tokio::task::spawn_blocking(move || app.policies.judge(&question.text));
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

impl Policies {
    /// Names and revisions of the packs.
    pub(crate) fn names(&self) -> Vec<PolicyName> {
        let name = |pack: &Pack| PolicyName {
            policy: pack.name.clone(),
            revision: pack.revision,
            digest: pack.digest.clone(),
        };
        self.packs.iter().map(name).collect()
    }

    fn judge(&self, text: &str) -> Option<Judgement> {
        let filter = self.filter.as_ref()?;
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
