//! What every export asks of a request: who may, and about which time.

use super::make::Kind;
use super::span::{Parameters, Span};
use crate::app::App;
use crate::clock;
use crate::error::ApiError;
use crate::staff::{Role, require};
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, Method};

/// An export that may be made, and is in the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Granted {
    pub(super) span: Span,
    pub(super) now_ms: i64,
}

/// Grants an export to an administrator, and logs it before its first byte.
pub(super) async fn grant(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
    kind: Kind,
) -> Result<Granted, ApiError> {
    let staff = require(app, method, headers, Role::Admin).await?;
    let now_ms = clock::now();
    let asked = parameters.ok().map(|Query(parameters)| parameters);
    let span = Span::read(asked, now_ms)?;
    let logged = app
        .storage
        .log(staff.name, kind.action(), span.about(), now_ms);
    logged.await?;
    Ok(Granted { span, now_ms })
}
