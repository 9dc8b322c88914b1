//! `POST /v1/chat/completions`.

use super::Chat;
use super::generation::Generation;
use super::request::ChatRequest;
use crate::app::App;
use crate::error::ApiError;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use std::io;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// Largest request in bytes.
pub(crate) const MAX_REQUEST_BYTES: usize = 4 * 1024 * 1024;
/// Parts of an answer that may wait for a client that reads slowly.
const MAX_WAITING_PARTS: usize = 4;
/// Names the URL that stops the generation.
const CANCEL_LINK: HeaderName = HeaderName::from_static("tidegate-cancel");
/// Keeps nginx from collecting the stream.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

pub(super) type Parts = mpsc::Sender<Result<Bytes, io::Error>>;

pub(crate) async fn completions(
    State(app): State<Arc<App>>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let body = body.map_err(|rejection| ApiError::from_body(&rejection))?;
    match &app.chat {
        Chat::Upstream(upstream) => upstream.forward(&app.generations, body).await,
        Chat::Player(player) => player.answer(&app.generations, &ChatRequest::parse(&body)?),
    }
}

/// An answer whose parts are still to come, and where to put them.
pub(super) fn streamed(generation: &Generation, content_type: HeaderValue) -> (Parts, Response) {
    let (parts, body) = mpsc::channel(MAX_WAITING_PARTS);
    let mut response = Response::new(Body::from_stream(ReceiverStream::new(body)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    if let Ok(link) = HeaderValue::from_str(&generation.cancel_path()) {
        headers.insert(CANCEL_LINK, link);
    }
    (parts, response)
}
