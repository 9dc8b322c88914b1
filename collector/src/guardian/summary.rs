//! `GET /v1/guardian/{subject}/summary`: how much, when it closed, and what
//! the filter found, by kind. No text of any chat is known here.

use super::session;
use crate::app::App;
use crate::assertions::Claims;
use crate::clock;
use crate::error::ApiError;
use crate::storage::{EventRow, RiskCount};
use crate::usage::{EventKind, open_account};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use tidegate::policy;
use tidegate::usage::Zone;
use tidegate::usage::civil::day_text;
use tidegate::usage::ledger::MAX_DAYS;

/// Days of a summary if the request does not say.
const DEFAULT_DAYS: i64 = 30;

#[derive(Debug, Deserialize)]
pub(crate) struct Parameters {
    /// 1–400, default 30; today is one of them.
    days: Option<i64>,
}

/// How often, by reason.
type Counts = BTreeMap<String, i64>;

#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    /// ms since the epoch.
    now: i64,
    /// The zone of the days, as `+08:00`.
    zone: String,
    /// What the provider says of the subject.
    claims: Claims,
    /// Oldest first; the last one is today. Days without use are among them.
    days: Vec<Day>,
    closings: Counts,
    reminders: Counts,
    /// Times that an exit word stopped the service at once.
    exits: i64,
    /// Times that a crisis word showed where to find help.
    crises: i64,
    /// Verdicts of the filter, by risk, that were reported with the subject's
    /// assertion; the most frequent first.
    reports: Vec<Reports>,
}

#[derive(Debug, Serialize)]
struct Reports {
    risk: String,
    count: i64,
    /// Of risks that the texts name; a provider may have others.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Name>,
}

#[derive(Debug, Serialize)]
struct Name {
    #[serde(rename = "zh-CN")]
    zh: &'static str,
    en: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Day {
    /// `YYYY-MM-DD`.
    day: String,
    used_ms: i64,
    closings: i64,
    reminders: i64,
}

pub(crate) async fn summary(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Summary>, ApiError> {
    session::require(&app, &headers, &subject).await?;
    let most = MAX_DAYS as i64;
    let days = parameters
        .ok()
        .map(|Query(parameters)| parameters.days.unwrap_or(DEFAULT_DAYS))
        .filter(|days| (1..=most).contains(days))
        .ok_or_else(|| ApiError::bad_request("request/query", format!("days is 1 to {most}")))?;
    let now_ms = clock::now();
    let zone = app.zone;
    let first = zone.day(now_ms) - (days - 1);
    let (kept, profile) = app.storage.usage(subject.clone()).await?;
    let (events, risks) = app.storage.events(subject, zone.day_start(first)).await?;
    let account = open_account(&app, kept, now_ms)?;
    let by_reason = |kind: EventKind| {
        let mut counts = Counts::new();
        for event in events.iter().filter(|event| event.kind == kind.as_str()) {
            *counts.entry(event.reason.clone()).or_default() += 1;
        }
        counts
    };
    let total = |kind: EventKind| by_reason(kind).values().sum();
    Ok(Json(Summary {
        now: now_ms,
        zone: app.zone.text(),
        claims: profile.unwrap_or_default().claims,
        days: (first..first + days)
            .map(|day| summarise(zone, day, account.used_on(day), &events))
            .collect(),
        closings: by_reason(EventKind::Closed),
        reminders: by_reason(EventKind::Reminder),
        exits: total(EventKind::Exit),
        crises: total(EventKind::Crisis),
        reports: risks.into_iter().map(Reports::from).collect(),
    }))
}

impl From<RiskCount> for Reports {
    fn from(RiskCount { risk, count }: RiskCount) -> Self {
        let name = policy::risk(&risk).map(|known| Name {
            zh: known.zh,
            en: known.en,
        });
        Self { risk, count, name }
    }
}

fn summarise(zone: Zone, day: i64, used_ms: i64, events: &[EventRow]) -> Day {
    // They are in order.
    let from = events.partition_point(|event| event.at_ms < zone.day_start(day));
    let to = events.partition_point(|event| event.at_ms < zone.day_start(day + 1));
    let count = |kind: EventKind| {
        let of_day = events.get(from..to).unwrap_or_default().iter();
        i64::try_from(of_day.filter(|event| event.kind == kind.as_str()).count())
            .unwrap_or(i64::MAX)
    };
    Day {
        day: day_text(day),
        used_ms,
        closings: count(EventKind::Closed),
        reminders: count(EventKind::Reminder),
    }
}
