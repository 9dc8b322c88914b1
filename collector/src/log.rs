//! The log: what was asked and how it ended, never what anybody wrote.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use std::io::IsTerminal as _;
use std::time::Instant;
use tracing_subscriber::EnvFilter;

/// Environment variable with the levels to log, as `tracing` reads them.
const LEVELS: &str = "TIDEGATE_LOG";

/// Logs to standard error from now on. A second call does nothing.
pub fn start(json: bool) {
    let levels = EnvFilter::try_from_env(LEVELS).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(levels)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let _ = if json {
        log.json().try_init()
    } else {
        log.try_init()
    };
}

/// Logs one line for each request when its answer begins. The path is the
/// route's pattern: what stands in its place, and the query, stay out.
pub(crate) async fn requests(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let started = Instant::now();
    let response = next.run(request).await;
    tracing::info!(
        method = %method,
        route = route.as_ref().map_or("file", MatchedPath::as_str),
        status = response.status().as_u16(),
        ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    response
}
