//! The log: what was asked and how it ended, never what anybody wrote.

use crate::app::App;
use crate::metrics::method_name;
use crate::random;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Instant;
use tracing::{Instrument as _, Level};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, filter};

/// Environment variable with the levels to log, as `tracing` reads them.
const LEVELS: &str = "TIDEGATE_LOG";
/// What the targets of this project begin with.
const OWN: &str = "tidegate";
/// Header that names a request in its answer and in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Random bytes of a request's name.
const REQUEST_ID_BYTES: usize = 8;

/// Logs to standard error from now on. A second call does nothing.
///
/// Of dependencies only warnings and errors are logged, whatever level is
/// asked for: what they trace may be what users wrote.
pub fn start(json: bool) {
    let levels = EnvFilter::try_from_env(LEVELS).unwrap_or_else(|_| EnvFilter::new("info"));
    let own = filter::filter_fn(|metadata| {
        metadata.target().starts_with(OWN) || *metadata.level() <= Level::WARN
    });
    let log = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let registry = tracing_subscriber::registry().with(levels);
    let _ = if json {
        registry.with(log.json().with_filter(own)).try_init()
    } else {
        registry.with(log.with_filter(own)).try_init()
    };
}

/// Logs one line for each request when its answer begins, and counts it. The
/// path is the route's pattern: what stands in its place, and the query, stay
/// out. The request gets a name of this server's making, never the client's.
pub(crate) async fn requests(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let id = random::hex::<REQUEST_ID_BYTES>().unwrap_or_default();
    let span = tracing::info_span!("request", id = %id);
    let mut response = follow(&app, request, next).instrument(span).await;
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

async fn follow(app: &App, request: Request, next: Next) -> Response {
    // The client can make up a method, too.
    let method = method_name(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let started = Instant::now();
    let under_way = app.metrics.requests.begin();
    let response = next.run(request).await;
    drop(under_way);
    let route = route.as_ref().map_or("file", MatchedPath::as_str);
    let took = started.elapsed();
    let status = response.status().as_u16();
    app.metrics.requests.count(method, route, status, took);
    tracing::info!(
        method,
        route,
        status,
        ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    response
}
