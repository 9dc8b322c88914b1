//! `GET /v1/policies/{policy}/revisions/{revision}/rules/{rule}`: what a rule
//! says, for who reviews what it found.

use super::deliver::unknown;
use crate::app::App;
use crate::error::ApiError;
use crate::staff::{Role, require};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use tidegate::lexicon::{JOINED, LEET, SOUND, TIGHT, Views};
use tidegate::pattern::{Check, Hosts};
use tidegate::policy::{PatternText, RuleText, TermList, explain};
use tidegate::stream::view_name;

/// Most terms of a list that are shown; all are counted.
const MAX_TERMS: usize = 200;
/// Most hosts that are shown.
const MAX_HOSTS: usize = 200;
/// Most characters of a pattern that are shown.
const MAX_PATTERN_CHARS: usize = 2_000;
/// In the order in which they are told.
const VIEWS: [Views; 4] = [TIGHT, JOINED, LEET, SOUND];

pub(crate) async fn rule(
    State(app): State<Arc<App>>,
    Path((policy, revision, id)): Path<(String, String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    require(&app, &method, &headers, Role::Viewer).await?;
    let revision = revision.parse().map_err(|_| unknown())?;
    let bytes = pack(&app, &policy, revision).await?.ok_or_else(unknown)?;
    // A pack of a million terms takes long enough to be in others' way.
    let found = tokio::task::spawn_blocking(move || explain(&bytes, &id, MAX_TERMS)).await;
    let text = found.ok().and_then(Result::ok).ok_or_else(damaged)?;
    let text = text.ok_or_else(|| {
        let message = "this revision of the policy has no rule of that id";
        ApiError::new(StatusCode::NOT_FOUND, "policy/rule", message)
    })?;
    let mut answer = describe(&text);
    answer["policy"] = policy.into();
    answer["revision"] = revision.into();
    Ok(Json(answer))
}

/// The pack of a revision: one of a file, or one that was handed in and is
/// still kept.
async fn pack(app: &App, policy: &str, revision: u32) -> Result<Option<Bytes>, ApiError> {
    let delivered = app.policies.delivered();
    if let Some(pack) = delivered.find(policy)
        && pack.info.revision == revision
    {
        return Ok(Some(pack.bytes.clone()));
    }
    let stored = app.storage.policy_of_revision(policy.to_owned(), revision);
    Ok(stored.await?.map(Bytes::from))
}

fn damaged() -> ApiError {
    tracing::error!("a stored policy is damaged");
    ApiError::unavailable("storage/unavailable", "a stored policy is damaged")
}

/// Everything that the pack says, and nothing that it does not.
fn describe(text: &RuleText) -> Value {
    let rule = &text.rule;
    let mut answer = json!({
        "rule": rule.id,
        "risk": rule.risk,
        "action": rule.action.name(),
        "severity": rule.severity,
        "score": rule.score,
        "channels": text.channels(),
        "jurisdictions": rule.jurisdictions,
        "views": VIEWS.into_iter().filter(|view| text.views & view != 0).map(view_name).collect::<Vec<_>>(),
        "groups": text.groups.iter().map(list).collect::<Vec<_>>(),
    });
    if let Some(call) = rule.call {
        // It judges what the user writes, and none of the channels.
        answer["call"] = call.name().into();
        answer["channels"] = json!([]);
    }
    match rule.action.name() {
        "mask" => answer["mask"] = rule.mask.to_string().into(),
        "replace" => answer["with"] = rule.with.clone().into(),
        _ => {}
    }
    if let Some(combination) = rule.combination {
        answer["within"] = match combination.in_sentence {
            true => "sentence".into(),
            false => combination.within.into(),
        };
    }
    if let Some(within) = rule.unless_within {
        answer["unless"] = list(&text.unless);
        answer["unless"]["within"] = within.into();
    }
    if let Some(pattern) = &text.pattern {
        answer["pattern"] = describe_pattern(pattern);
    }
    answer
}

fn list(list: &TermList) -> Value {
    json!({"view": view_name(list.view), "total": list.total, "terms": list.shown})
}

fn describe_pattern(
    PatternText {
        source,
        builtin,
        check,
    }: &PatternText,
) -> Value {
    let shown: String = source.chars().take(MAX_PATTERN_CHARS).collect();
    let mut answer = json!({"source": shown, "is_cut": shown.len() < source.len()});
    if let Some(name) = builtin {
        answer["detect"] = (*name).into();
    }
    let hosts = |kind: &str, hosts: &[String]| {
        let shown = &hosts[..hosts.len().min(MAX_HOSTS)];
        json!({"kind": kind, "total": hosts.len(), "names": shown})
    };
    match check {
        Check::None => {}
        Check::Luhn => answer["check"] = "luhn".into(),
        Check::CnId => answer["check"] = "cn-id".into(),
        Check::Host(Hosts::Deny(names)) => answer["hosts"] = hosts("deny", names),
        Check::Host(Hosts::Allow(names)) => answer["hosts"] = hosts("allow", names),
    }
    answer
}
