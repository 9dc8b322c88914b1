//! What the handlers share, and which handler answers what.

use crate::auth::AdminToken;
use crate::chat::{Chat, Conversations, Generations, MAX_REQUEST_BYTES, Player, Upstream};
use crate::config::Args;
use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::particulars::Particulars;
use crate::policies::{MAX_CHECK_BYTES, Policies};
use crate::reports::MAX_BATCH_BYTES;
use crate::storage::Storage;
use crate::time::TimeSigner;
use crate::{
    chat, console, headers, health, log, metrics, openapi, particulars, policies, reports, site,
    time,
};
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;
use std::time::Duration;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// Longest silence while a request's body is read.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// What the handlers share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) admin: AdminToken,
    pub(crate) chat: Chat,
    pub(crate) generations: Arc<Generations>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) particulars: Particulars,
    pub(crate) policies: Policies,
    pub(crate) storage: Storage,
    pub(crate) time: TimeSigner,
}

impl App {
    /// Opens and reads everything that `args` names. Blocks on the disk.
    pub(crate) fn open(args: &Args, admin: AdminToken) -> Result<Self> {
        let metrics = Arc::<Metrics>::default();
        let storage = Storage::open(&args.database_path()?, Arc::clone(&metrics))?;
        let time = TimeSigner::new(&storage.secret_key(time::KEY_NAME)?);
        Ok(Self {
            admin,
            chat: open_chat(args)?,
            generations: Arc::new(Generations::new(Arc::clone(&metrics))),
            particulars: Particulars::load(args.particulars.as_deref())?,
            policies: Policies::load(&args.policies)?,
            metrics,
            storage,
            time,
        })
    }
}

fn open_chat(args: &Args) -> Result<Chat> {
    if let Some(base) = &args.upstream {
        let key = args.upstream_key()?;
        return Ok(Chat::Upstream(Upstream::new(base, key.as_deref())?));
    }
    let conversations = match &args.conversations {
        None => Conversations::built_in()?,
        Some(file) => std::fs::read_to_string(file)
            .context("it cannot be read")
            .and_then(|json| Conversations::read(&json))
            .with_context(|| format!("the conversations {}", file.display()))?,
    };
    Ok(Chat::Player(Player::new(conversations, args.pace())))
}

/// One method of one path.
pub(crate) struct Route {
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read by the test of openapi.json")
    )]
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    handler: MethodRouter<Arc<App>>,
}

/// Every endpoint but the pages; `openapi.json` describes the same ones.
pub(crate) fn routes() -> Vec<Route> {
    let get_route = |path, handler| Route {
        method: Method::GET,
        path,
        handler,
    };
    let post_route = |path, most_bytes, handler: MethodRouter<Arc<App>>| Route {
        method: Method::POST,
        path,
        handler: handler.layer(DefaultBodyLimit::max(most_bytes)),
    };
    vec![
        post_route(
            "/v1/chat/completions",
            MAX_REQUEST_BYTES,
            post(chat::completions),
        ),
        post_route("/v1/generations/{id}/cancel", 0, post(chat::cancel)),
        post_route("/v1/reports", MAX_BATCH_BYTES, post(reports::ingest)),
        get_route("/v1/reports", get(reports::list)),
        post_route("/v1/check", MAX_CHECK_BYTES, post(policies::check)),
        get_route("/v1/policies/{file}", get(policies::show)),
        get_route("/v1/time", get(time::now)),
        get_route("/v1/keys", get(time::keys)),
        get_route("/v1/particulars", get(particulars::show)),
        get_route("/v1/openapi.json", get(openapi::show)),
        get_route("/healthz", get(health::show)),
        get_route("/metrics", get(metrics::show)),
    ]
}

pub(crate) fn router(app: Arc<App>, args: &Args) -> Router {
    let mut router = Router::new()
        .route("/console", get(console::page))
        .route("/console/", get(console::page))
        .route("/console/console.js", get(console::script))
        .route("/console/console.css", get(console::style));
    for route in routes() {
        router = router.route(route.path, route.handler);
    }
    site::attach(router, &args.sites, args.site_pkg.as_deref())
        .method_not_allowed_fallback(wrong_method)
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(axum::middleware::from_fn(headers::secure))
        .layer(axum::middleware::from_fn(log::requests))
        .with_state(app)
}

async fn wrong_method() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "route/method",
        "this path does not take this method",
    )
}
