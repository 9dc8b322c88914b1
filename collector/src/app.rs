//! What the handlers share, and which handler answers what.

use crate::assertions::{self, Assertions, MAX_ISSUE_BYTES};
use crate::auth::AdminToken;
use crate::chat::{Chat, Conversations, Generations, MAX_REQUEST_BYTES, Player, Upstream};
use crate::complaints::MAX_CHANGE_BYTES;
use crate::config::Args;
use crate::error::ApiError;
use crate::exports;
use crate::guardian::{self, MAX_GUARDIAN_BYTES, PinHasher};
use crate::metrics::Metrics;
use crate::particulars::{MAX_PARTICULARS_BYTES, Particulars};
use crate::policies::{MAX_CHECK_BYTES, MAX_UPLOAD_BYTES, Policies};
use crate::rate::Limiter;
use crate::reports::{MAX_BATCH_BYTES, MAX_REVIEW_BYTES};
use crate::signing::SigningPair;
use crate::staff::MAX_SIGN_IN_BYTES;
use crate::storage::Storage;
use crate::time::TimeSigner;
use crate::tokens::{MAX_TOKEN_REQUEST_BYTES, Tokens};
use crate::usage::{self, MAX_HEARTBEAT_BYTES};
use crate::{
    audit, chat, complaints, console, cors, headers, health, log, metrics, openapi, particulars,
    policies, rate, reports, schema, signing, site, staff, stats, subjects, time, tokens,
};
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, delete, get, post, put};
use std::sync::Arc;
use std::time::Duration;
use tidegate::usage::Zone;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// Longest silence while a request's body is read.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// What the handlers share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) admin: AdminToken,
    pub(crate) assertions: Assertions,
    pub(crate) chat: Chat,
    pub(crate) generations: Arc<Generations>,
    /// Days until a complaint is due.
    pub(crate) complaint_days: u16,
    /// Signs exports for the authority.
    pub(crate) exports: SigningPair,
    /// Whether anybody may have an assertion.
    pub(crate) is_demo: bool,
    /// Whether cookies may go without TLS: the demo, on this machine only.
    pub(crate) is_plain_http: bool,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) particulars: Particulars,
    pub(crate) pins: PinHasher,
    pub(crate) policies: Policies,
    /// Days that records are kept.
    pub(crate) retain_days: i64,
    pub(crate) storage: Storage,
    pub(crate) time: TimeSigner,
    pub(crate) tokens: Tokens,
    pub(crate) zone: Zone,
}

impl App {
    /// Opens and reads everything that `args` names. Blocks on the disk.
    pub(crate) fn open(args: &Args, admin: AdminToken) -> Result<Self> {
        let metrics = Arc::<Metrics>::default();
        let storage = Storage::open(&args.database, &metrics)?;
        let time = TimeSigner::new(&storage.secret_key(time::KEY_NAME)?);
        let tokens = Tokens::new(&storage.secret_key(tokens::KEY_NAME)?, args.require_tokens);
        let life = Duration::from_secs(args.assertion_life);
        Ok(Self {
            admin,
            assertions: Assertions::new(&storage.secret_key(assertions::KEY_NAME)?, life),
            chat: open_chat(args)?,
            complaint_days: args.complaint_days,
            exports: exports::signing_pair(&storage)?,
            generations: Arc::new(Generations::new(Arc::clone(&metrics))),
            is_demo: args.demo,
            is_plain_http: args.demo && args.listen.ip().is_loopback(),
            particulars: Particulars::load(args.particulars.as_deref(), args.complaint_days)?,
            pins: PinHasher::default(),
            policies: Policies::load(&args.policies, &args.policy_keys, &storage)?,
            metrics,
            retain_days: args.retain_days,
            storage,
            time,
            tokens,
            zone: args.zone,
        })
    }

    /// What exports are made of.
    pub(crate) fn export_source(&self) -> exports::Source<'_> {
        exports::Source {
            storage: &self.storage,
            key: &self.exports,
            particulars: &self.particulars,
            policies: &self.policies,
        }
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
    let put_route = |path, most_bytes, handler: MethodRouter<Arc<App>>| Route {
        method: Method::PUT,
        path,
        handler: handler.layer(DefaultBodyLimit::max(most_bytes)),
    };
    let delete_route = |path, handler| Route {
        method: Method::DELETE,
        path,
        handler,
    };
    let guardian_post = |path, handler| post_route(path, MAX_GUARDIAN_BYTES, handler);
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
        get_route("/v1/policies/{policy}", get(policies::latest)),
        put_route(
            "/v1/policies/{policy}",
            MAX_UPLOAD_BYTES,
            put(policies::upload),
        ),
        get_route("/v1/policies/{policy}/{file}", get(policies::of_digest)),
        get_route(
            "/v1/policies/{policy}/revisions/{revision}/rules/{rule}",
            get(policies::rule),
        ),
        get_route("/v1/time", get(time::now)),
        get_route("/v1/keys", get(signing::keys)),
        post_route("/v1/assertions", MAX_ISSUE_BYTES, post(assertions::issue)),
        post_route("/v1/tokens", MAX_TOKEN_REQUEST_BYTES, post(tokens::issue)),
        post_route(
            "/v1/usage/{subject}/intervals",
            MAX_HEARTBEAT_BYTES,
            post(usage::heartbeat),
        ),
        get_route("/v1/usage/{subject}", get(usage::show)),
        guardian_post("/v1/guardian/{subject}/pin", post(guardian::set_pin)),
        guardian_post("/v1/guardian/{subject}/session", post(guardian::sign_in)),
        delete_route("/v1/guardian/{subject}/session", delete(guardian::sign_out)),
        get_route("/v1/guardian/{subject}/settings", get(guardian::settings)),
        put_route(
            "/v1/guardian/{subject}/settings",
            MAX_GUARDIAN_BYTES,
            put(guardian::change_settings),
        ),
        get_route("/v1/guardian/{subject}/summary", get(guardian::summary)),
        post_route("/v1/session", MAX_SIGN_IN_BYTES, post(staff::sign_in)),
        get_route("/v1/session", get(staff::show)),
        delete_route("/v1/session", delete(staff::sign_out)),
        get_route("/v1/reports/{id}", get(reports::show)),
        put_route(
            "/v1/reports/{id}/review",
            MAX_REVIEW_BYTES,
            put(reports::put_review),
        ),
        delete_route("/v1/reports/{id}/review", delete(reports::remove_review)),
        get_route("/v1/stats/trend", get(stats::trend)),
        get_route("/v1/stats/rules", get(stats::rules)),
        get_route("/v1/subjects/{subject}", get(subjects::show)),
        delete_route("/v1/subjects/{subject}", delete(subjects::erase)),
        get_route("/v1/complaints", get(complaints::list)),
        get_route("/v1/complaints/{id}", get(complaints::status)),
        put_route(
            "/v1/complaints/{id}",
            MAX_CHANGE_BYTES,
            put(complaints::change),
        ),
        get_route("/v1/audit", get(audit::list)),
        get_route("/v1/exports/authority", get(exports::authority)),
        get_route("/v1/exports/correction", get(exports::correction)),
        get_route("/v1/particulars", get(particulars::show)),
        put_route(
            "/v1/particulars",
            MAX_PARTICULARS_BYTES,
            put(particulars::put),
        ),
        get_route("/v1/particulars/history", get(particulars::history)),
        get_route("/v1/openapi.json", get(openapi::show)),
        get_route("/v1/schema/record.json", get(schema::record)),
        get_route("/healthz", get(health::ready)),
        get_route("/healthz/live", get(health::live)),
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
    let limiter = Arc::new(Limiter::new(args.rate_limit, args.proxies));
    // What stands further down is asked first.
    site::attach(router, &args.sites, args.site_pkg.as_deref())
        .method_not_allowed_fallback(wrong_method)
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(from_fn_with_state(limiter, rate::limit))
        .layer(cors::layer(&args.allow_origins))
        .layer(from_fn(headers::secure))
        .layer(from_fn_with_state(Arc::clone(&app), log::requests))
        .with_state(app)
}

async fn wrong_method() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "route/method",
        "this path does not take this method",
    )
}
