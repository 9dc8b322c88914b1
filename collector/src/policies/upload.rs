//! `PUT /v1/policies/{name}.pack`: a signed revision, which clients get from
//! now on.

use super::deliver::{address, unknown};
use super::delivered::Delivered;
use super::pack::Pack;
use crate::app::App;
use crate::clock;
use crate::error::ApiError;
use crate::staff::{Role, require};
use crate::storage::{NewPolicy, PutPolicy};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use tidegate::policy::{PackError, PackInfo, Policy};

/// Largest pack that is taken in bytes.
pub(crate) const MAX_UPLOAD_BYTES: usize = 16 * 1024 * 1024;

pub(crate) async fn upload(
    State(app): State<Arc<App>>,
    Path(file): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let staff = require(&app, &method, &headers, Role::Admin).await?;
    let bytes = body.map_err(|rejection| ApiError::from_body(&rejection))?;
    let name = file.strip_suffix(".pack").ok_or_else(unknown)?;
    if app.policies.keys.is_empty() {
        let message = "the collector was started without --policy-key";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "policy/keys", message));
    }
    let (checking, wanted) = (Arc::clone(&app), name.to_owned());
    let checked = tokio::task::spawn_blocking(move || check(&checking, &wanted, bytes.to_vec()));
    let pack = checked
        .await
        .map_err(|_| ApiError::unavailable("check/failed", "the pack could not be read"))??;
    let info = &pack.info;
    let new = NewPolicy {
        policy: info.policy.clone(),
        revision: info.revision,
        digest: info.digest.clone(),
        pack: pack.bytes.to_vec(),
    };
    let put = app
        .storage
        .put_policy(new, staff.name, clock::now())
        .await?;
    if let PutPolicy::Older { current } = put {
        return Err(rollback(info, current));
    }
    app.policies.refresh(&app.storage).await.map_err(|error| {
        tracing::error!(%error, "a policy was stored but cannot be delivered");
        ApiError::unavailable("storage/unavailable", "the policy cannot be delivered yet")
    })?;
    Ok(Json(json!({
        "policy": info.policy,
        "revision": info.revision,
        "digest": info.digest,
        "url": address(&info.policy, &info.digest),
        "is_new": put == PutPolicy::Stored,
    })))
}

/// Reads a pack as clients would: signed by a key that is known, of the policy
/// that it is sent for, newer than what is delivered, and fit to be loaded
/// with the others.
fn check(app: &App, name: &str, bytes: Vec<u8>) -> Result<Pack, ApiError> {
    let keys: Vec<[u8; 32]> = app.policies.keys.iter().map(|key| key.to_bytes()).collect();
    Policy::load(&bytes, &keys).map_err(|error| refuse(&error))?;
    let bad = |code, message: String| Err(ApiError::bad_request(code, message));
    let pack = match Pack::read(bytes) {
        Ok(pack) => pack,
        Err(error) => return bad("pack/malformed", error.to_string()),
    };
    if pack.info.policy != name {
        let message = "the pack is of a policy of another name".to_owned();
        return bad("policy/name", message);
    }
    let delivered = app.policies.delivered();
    let mut packs = delivered.packs().to_vec();
    let pack = Arc::new(pack);
    match packs.iter_mut().find(|one| one.info.policy == name) {
        Some(place) if place.is(name, &pack.info.digest) => {}
        Some(place) if place.info.revision >= pack.info.revision => {
            return Err(rollback(&pack.info, place.info.revision));
        }
        Some(place) => *place = Arc::clone(&pack),
        None => packs.push(Arc::clone(&pack)),
    }
    if let Err(error) = Delivered::of(packs) {
        return bad("guard/too-many-packs", error.to_string());
    }
    Arc::into_inner(pack)
        .ok_or_else(|| ApiError::unavailable("check/failed", "the pack could not be read"))
}

fn refuse(error: &PackError) -> ApiError {
    ApiError::bad_request(error.code(), error.to_string())
}

/// As clients refuse it.
fn rollback(info: &PackInfo, current: u32) -> ApiError {
    let error = PackError::Rollback {
        policy: info.policy.clone(),
        current,
        offered: info.revision,
    };
    ApiError::new(StatusCode::CONFLICT, error.code(), error.to_string())
}
