//! Complaints: what the user may ask, and what the staff works on.

use crate::app::App;
use crate::body;
use crate::clock;
use crate::error::ApiError;
use crate::staff::{Role, require};
use crate::storage::{
    Changed, Complaint, ComplaintFilter, ComplaintQuery, ComplaintStatus, Storage,
};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tidegate::report::record::COMPLAINT_TYPE;

/// Largest body of a change in bytes.
pub(crate) const MAX_CHANGE_BYTES: usize = 16 * 1_024;
/// Most characters of an answer.
const MAX_ANSWER_CHARS: usize = 2_000;
/// Complaints of a page if the request does not say, and at most.
const DEFAULT_LIMIT: i64 = 100;
const MAX_LIMIT: i64 = 500;
/// Most bytes of an id.
const MAX_ID_BYTES: usize = 128;
/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// When a complaint that arrives now is due.
pub(crate) fn due_ms(received_ms: i64, days: u16) -> i64 {
    received_ms.saturating_add(i64::from(days) * DAY_MS)
}

/// `GET /v1/complaints/{id}`: where it stands, for whoever has the id, which
/// is 122 random bits. What the user wrote is not repeated.
pub(crate) async fn status(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let found = match id.len() <= MAX_ID_BYTES {
        true => app.storage.complaint(id).await?,
        false => None,
    };
    let complaint = found.ok_or_else(unknown)?;
    let mut answer = json!({
        "id": complaint.id,
        "category": complaint.category,
        "status": complaint.status.name(),
        "received_ms": complaint.received_ms,
        "due_ms": complaint.due_ms,
    });
    answer["answered_ms"] = complaint.answered_ms.into();
    answer["answer"] = complaint.answer.into();
    Ok(Json(without_nulls(answer)))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Parameters {
    /// `open` for those not answered yet, or a status.
    status: Option<String>,
    limit: Option<i64>,
    after: Option<String>,
    /// Only `due`, which is the default.
    order: Option<String>,
}

impl Parameters {
    fn read(self) -> Option<ComplaintQuery> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) || self.order.is_some_and(|order| order != "due") {
            return None;
        }
        let filter = match self.status.filter(|status| !status.is_empty()) {
            None => ComplaintFilter::All,
            Some(name) => ComplaintFilter::named(&name)?,
        };
        let after = match self.after {
            None => None,
            Some(after) => {
                let (due_ms, id) = after.split_once('.')?;
                Some((due_ms.parse().ok()?, id.to_owned()))
            }
        };
        Some(ComplaintQuery {
            filter,
            after,
            limit: limit + 1,
        })
    }
}

/// `GET /v1/complaints`: the queue, what is due first at the top.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    require(&app, &method, &headers, Role::Viewer).await?;
    let query = parameters
        .ok()
        .and_then(|Query(parameters)| parameters.read());
    let query = query.ok_or_else(|| {
        let message = "status, limit (1 to 500), after or order is not as described";
        ApiError::bad_request("request/query", message)
    })?;
    let most = usize::try_from(query.limit - 1).unwrap_or(0);
    // One more than asked for tells whether there are more.
    let mut complaints = app.storage.complaints(query).await?;
    let has_more = complaints.len() > most;
    complaints.truncate(most);
    let next = complaints
        .last()
        .filter(|_| has_more)
        .map(|last| format!("{}.{}", last.due_ms, last.id));
    let complaints: Vec<Value> = complaints.iter().map(full).collect();
    Ok(Json(without_nulls(
        json!({"complaints": complaints, "next": next}),
    )))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    status: String,
    answer: Option<String>,
}

/// `PUT /v1/complaints/{id}`: takes it further.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let staff = require(&app, &method, &headers, Role::Reviewer).await?;
    let bad = || {
        let message = "status is one of in_review, upheld, rejected and answered; answer is 1 to 2000 characters or absent";
        ApiError::bad_request("complaint/request", message)
    };
    let Change { status, answer } = body::json(body, bad)?;
    let status = ComplaintStatus::named(&status).ok_or_else(bad)?;
    if answer
        .as_ref()
        .is_some_and(|answer| !(1..=MAX_ANSWER_CHARS).contains(&answer.chars().count()))
    {
        return Err(bad());
    }
    let now_ms = clock::now();
    let changed = app
        .storage
        .change_complaint(id, status, answer, staff.name, now_ms)
        .await?;
    let conflict = |message| {
        Err(ApiError::new(
            StatusCode::CONFLICT,
            "complaint/order",
            message,
        ))
    };
    match changed {
        Changed::Done(complaint) => Ok(Json(without_nulls(full(&complaint)))),
        Changed::Unknown => Err(unknown()),
        Changed::Backward => conflict("a complaint only goes on"),
        Changed::NoAnswer => conflict("an answer is needed"),
    }
}

/// Adds to the complaints among `records`, as they are listed, how they were
/// handled.
pub(crate) async fn attach(
    storage: &Storage,
    records: &mut [Map<String, Value>],
) -> Result<(), ApiError> {
    let id_of = |record: &Map<String, Value>| {
        let is_complaint = record.get("type")? == COMPLAINT_TYPE;
        let id = record.get("id")?.as_str()?;
        is_complaint.then(|| id.to_owned())
    };
    let ids = records.iter().filter_map(id_of).collect();
    let complaints = storage.complaints_of(ids).await?;
    let mut handled: BTreeMap<String, Value> = complaints
        .into_iter()
        .map(|complaint| {
            let handled = without_nulls(json!({
                "status": complaint.status.name(),
                "due_ms": complaint.due_ms,
                "answer": complaint.answer,
                "answered_ms": complaint.answered_ms,
                "changed_ms": complaint.changed_ms,
            }));
            (complaint.id, handled)
        })
        .collect();
    for record in records {
        if let Some(handled) = id_of(record).and_then(|id| handled.remove(&id)) {
            record.insert("complaint".to_owned(), handled);
        }
    }
    Ok(())
}

fn unknown() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "complaint/unknown",
        "no complaint of that id has arrived",
    )
}

/// All that is known, with the user's words from the record.
fn full(complaint: &Complaint) -> Value {
    let body = complaint.body.as_deref();
    let record: Value = body
        .and_then(|body| serde_json::from_str(body).ok())
        .unwrap_or_default();
    let data = &record["data"];
    without_nulls(json!({
        "id": complaint.id,
        "category": complaint.category,
        "text": data["text"],
        "message": data["message"],
        "locale": data["locale"],
        "status": complaint.status.name(),
        "received_ms": complaint.received_ms,
        "due_ms": complaint.due_ms,
        "answer": complaint.answer,
        "answered_ms": complaint.answered_ms,
        "by": complaint.by,
        "changed_ms": complaint.changed_ms,
    }))
}

/// Leaves out what there is not.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .collect::<Map<_, _>>(),
        ),
        other => other,
    }
}
