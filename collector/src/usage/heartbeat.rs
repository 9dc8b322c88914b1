//! `POST /v1/usage/{subject}/intervals`: a device tells what was used.

use super::account::{Account, Kept, Sent, oldest_kept};
use super::answer::{Answer, damaged};
use crate::app::App;
use crate::clock;
use crate::error::ApiError;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::Deserialize;
use std::sync::Arc;
use tidegate::usage::{MINUTE_MS, Zone};

/// Largest body in bytes.
pub(crate) const MAX_HEARTBEAT_BYTES: usize = 32 * 1_024;
/// Most characters of a device's id.
const MAX_DEVICE_CHARS: usize = 64;
/// Most events of one heartbeat.
const MAX_EVENTS: usize = 64;
/// Most characters of a reason.
const MAX_REASON_CHARS: usize = 32;
/// How long devices are told that the subject left on one of them: several
/// heartbeats, so that one that was lost does not matter.
const EXIT_TOLD_MS: i64 = 5 * MINUTE_MS;
/// How far a device's clock may be ahead.
const MOST_AHEAD_MS: i64 = 5 * MINUTE_MS;

/// The body. Fields of newer clients are passed over.
#[derive(Debug, Deserialize)]
struct Heartbeat {
    /// Only checked: a union needs no device, so it is not kept.
    device: String,
    /// `[start, end]`, half-open.
    intervals: Vec<(i64, i64)>,
    /// `[civil day, ms]`.
    #[serde(default)]
    days: Vec<(i64, i64)>,
    #[serde(default)]
    events: Vec<Event>,
}

/// Something for the guardian to know of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Event {
    pub(crate) kind: EventKind,
    /// ms since the epoch.
    pub(crate) at: i64,
    /// Why it closed, or what was reminded of.
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EventKind {
    Closed,
    Reminder,
    Exit,
    Crisis,
}

impl EventKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Reminder => "reminder",
            Self::Exit => "exit",
            Self::Crisis => "crisis",
        }
    }
}

pub(crate) async fn heartbeat(
    State(app): State<Arc<App>>,
    Path(subject): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Answer>, ApiError> {
    let now_ms = clock::now();
    let refused = |_: &ApiError| app.metrics.heartbeats_refused.add(1);
    let sent = app
        .assertions
        .require(&headers, &subject, now_ms)
        .inspect_err(refused)?;
    let zone = app.zone;
    let (used, events) = body
        .map_err(|rejection| ApiError::from_body(&rejection))
        .and_then(|body| Heartbeat::read(&body, zone, now_ms))
        .inspect_err(refused)?;
    let merge = move |before: Option<Kept>| {
        let before = before.unwrap_or_default();
        let Ok(mut account) = Account::open(zone, &before, now_ms) else {
            return (None, None);
        };
        account.merge(&used, now_ms);
        let after = account.kept();
        // A heartbeat that came again costs no write.
        let changed = (after != before).then_some(after);
        (changed, Some(account.told(now_ms)))
    };
    let (oldest_ms, exits_from_ms) = (oldest_kept(now_ms), now_ms - EXIT_TOLD_MS);
    let (told, profile, exit) = app
        .storage
        .add_usage(subject, events, oldest_ms, exits_from_ms, now_ms, merge)
        .await?;
    let told = told.ok_or_else(damaged)?;
    app.metrics.heartbeats_accepted.add(1);
    let answer = Answer::new(&app, &sent, told, profile.as_ref(), now_ms);
    Ok(Json(answer.with_exit(exit)))
}

impl Heartbeat {
    /// What a body tells, if all of it is right.
    fn read(body: &[u8], zone: Zone, now_ms: i64) -> Result<(Sent, Vec<Event>), ApiError> {
        let heartbeat: Self = serde_json::from_slice(body).map_err(|_| {
            ApiError::bad_request(
                "usage/request",
                "the body is not {device, intervals, days?, events?} in JSON",
            )
        })?;
        heartbeat.check(zone, now_ms)?;
        let sent = Sent::new(zone, heartbeat.intervals, &heartbeat.days).map_err(|error| {
            ApiError::bad_request(
                error.code(),
                "intervals are at most 512 of [start, end] in ms since the epoch, start before \
                 end; days at most 400 of [number of the civil day, ms], each day once",
            )
        })?;
        Ok((sent, heartbeat.events))
    }

    fn check(&self, zone: Zone, now_ms: i64) -> Result<(), ApiError> {
        let refuse = |code, message: &str| Err(ApiError::bad_request(code, message));
        let latest_ms = now_ms.saturating_add(MOST_AHEAD_MS);
        if !(1..=MAX_DEVICE_CHARS).contains(&self.device.chars().count())
            || self.device.chars().any(char::is_control)
        {
            return refuse("usage/device", "device is 1 to 64 characters");
        }
        if self.events.len() > MAX_EVENTS || self.events.iter().any(|event| !event.is_valid()) {
            return refuse(
                "usage/event",
                "events are at most 64 of {kind, at, reason?}; a reason is at most 32 characters \
                 of 0-9, A-Z, a-z, - and _",
            );
        }
        let ends = self.intervals.iter().map(|&(_, end)| end);
        let mut moments = ends.chain(self.events.iter().map(|event| event.at));
        let mut days = self.days.iter().map(|&(day, _)| day);
        if moments.any(|moment| moment > latest_ms) || days.any(|day| day > zone.day(latest_ms)) {
            return refuse(
                "usage/future",
                "nothing can have been used more than 5 minutes from now",
            );
        }
        Ok(())
    }
}

impl Event {
    fn is_valid(&self) -> bool {
        let is_word = |reason: &String| {
            (1..=MAX_REASON_CHARS).contains(&reason.len())
                && reason
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        };
        self.at >= 0 && self.reason.as_ref().is_none_or(is_word)
    }
}
