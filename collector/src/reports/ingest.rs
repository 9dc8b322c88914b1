//! `POST /v1/reports`: a batch of records. Acknowledged means committed.

use crate::app::App;
use crate::clock;
use crate::complaints::due_ms;
use crate::error::ApiError;
use crate::storage::{NewComplaint, NewRecord, Outcome, VerdictKeys};
use crate::tokens::{self, Scope, Sender};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Serialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use tidegate::report::{
    ComplaintCategory, Escalation, MAX_RECORD_BYTES, Record, RecordData, RecordHead,
};

/// Largest body in bytes.
pub(crate) const MAX_BATCH_BYTES: usize = 1024 * 1024;
/// Most records of one batch.
const MAX_BATCH_RECORDS: usize = 500;
/// The media type of a batch of CloudEvents.
const BATCH_TYPE: &str = "application/cloudevents-batch+json";
/// When to try again after the database failed, in seconds.
const RETRY_AFTER_S: u32 = 5;

/// What became of each record. A client may forget all of them: rejected
/// ones will never be taken.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Acknowledgement {
    accepted: Vec<String>,
    duplicates: Vec<String>,
    rejected: Vec<Rejection>,
}

#[derive(Debug, Serialize)]
struct Rejection {
    /// The id as it was sent; `null` if there was none.
    id: Option<String>,
    code: &'static str,
}

pub(crate) async fn ingest(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Acknowledgement>, ApiError> {
    let received_ms = clock::now();
    let sender = tokens::sender(&app, &headers, received_ms)?;
    if !sender.may(Scope::Complaints) {
        sender.require(Scope::Reports)?;
    }
    let events = body
        .map_err(|rejection| ApiError::from_body(&rejection))
        .and_then(|body| split(&headers, &body))
        .inspect_err(|_| app.metrics.batches_refused.add(1))?;
    // Whoever proves a subject has the records counted for its guardian; who
    // does not, or no longer can, is heard all the same.
    let mut acknowledgement = Acknowledgement::default();
    let mut records = Vec::with_capacity(events.len());
    let mut complaints = Vec::with_capacity(events.len());
    for event in &events {
        match read(event.get(), &sender, received_ms) {
            Ok((record, category)) => {
                complaints.push(category.map(|category| NewComplaint {
                    id: record.id.clone(),
                    category: category.id(),
                    received_ms,
                    due_ms: due_ms(received_ms, app.complaint_days),
                }));
                records.push(record);
            }
            Err(rejection) => acknowledgement.rejected.push(rejection),
        }
    }
    let ids: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
    let outcomes = app.storage.insert(records, complaints).await.map_err(|_| {
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "storage/unavailable",
            "the records could not be stored",
        )
        .retry_after(RETRY_AFTER_S)
    })?;
    for (id, outcome) in ids.into_iter().zip(outcomes) {
        match outcome {
            Outcome::Stored => acknowledgement.accepted.push(id),
            Outcome::Known => acknowledgement.duplicates.push(id),
        }
    }
    let metrics = &app.metrics;
    metrics.records_accepted.add(acknowledgement.accepted.len());
    metrics
        .records_duplicate
        .add(acknowledgement.duplicates.len());
    metrics.records_rejected.add(acknowledgement.rejected.len());
    Ok(Json(acknowledgement))
}

/// The events of a batch, each still as text: one that is wrong must not
/// take the others with it.
fn split(headers: &HeaderMap, body: &[u8]) -> Result<Vec<Box<RawValue>>, ApiError> {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    if !media_type.is_some_and(|media_type| media_type.eq_ignore_ascii_case(BATCH_TYPE)) {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "report/content-type",
            format!("send {BATCH_TYPE}"),
        ));
    }
    let events: Vec<Box<RawValue>> = serde_json::from_slice(body)
        .map_err(|_| ApiError::bad_request("report/json", "the body is not an array in JSON"))?;
    if events.len() > MAX_BATCH_RECORDS {
        return Err(ApiError::bad_request(
            "report/too-many",
            format!("a batch holds at most {MAX_BATCH_RECORDS} records"),
        ));
    }
    Ok(events)
}

/// Reads and checks one event. What is stored is written anew from the types,
/// so that fields outside the contract are not kept. Of a complaint its
/// category comes with it.
fn read(
    event: &str,
    sender: &Sender,
    received_ms: i64,
) -> Result<(NewRecord, Option<ComplaintCategory>), Rejection> {
    let head = || serde_json::from_str::<RecordHead>(event).unwrap_or_default();
    if event.len() > MAX_RECORD_BYTES {
        return Err(Rejection {
            id: head().id,
            code: "record/too-large",
        });
    }
    let record: Record = serde_json::from_str(event).map_err(|_| {
        let head = head();
        let code = head.explain().code();
        Rejection { id: head.id, code }
    })?;
    let reject = |code| Rejection {
        id: Some(record.id.clone()),
        code,
    };
    record.validate().map_err(|error| reject(error.code()))?;
    let scope = match &record.body {
        RecordData::Verdict(_) | RecordData::Drops(_) => Scope::Reports,
        RecordData::Complaint(_) => Scope::Complaints,
    };
    if !sender.may(scope) {
        return Err(reject("record/scope"));
    }
    let body = serde_json::to_string(&record).map_err(|_| reject("record/shape"))?;
    let kind = record.body.type_name();
    let category = match &record.body {
        RecordData::Complaint(complaint) => Some(complaint.category),
        RecordData::Verdict(_) | RecordData::Drops(_) => None,
    };
    let (verdict, lost) = match record.body {
        RecordData::Verdict(verdict) => {
            let keys = VerdictKeys {
                revision: verdict.revision.into(),
                action: verdict.action.name(),
                escalation: verdict.escalation.map(Escalation::name),
                policy: verdict.policy,
                rule: verdict.rule,
                risk: verdict.risk,
                channel: verdict.channel,
            };
            (Some(keys), Vec::new())
        }
        RecordData::Drops(drops) => (None, drops.ids),
        RecordData::Complaint(_) => (None, Vec::new()),
    };
    let record = NewRecord {
        kind,
        verdict,
        lost,
        subject: sender.subject().map(str::to_owned),
        received_ms,
        body,
        id: record.id,
    };
    Ok((record, category))
}
