//! The command line, and what stands for it: the environment and a file.

mod file;

use crate::commands::Command;
use crate::cors::read_origin;
use crate::retention::{MAX_DAYS, MIN_DAYS};
use crate::signing::read_key;
use anyhow::{Context, Result};
use axum::http::HeaderValue;
use clap::Parser;
use ed25519_dalek::VerifyingKey;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tidegate::usage::Zone;

/// Longest pause between two tokens that may be asked for, in ms.
const MAX_TOKEN_DELAY_MS: u64 = 10_000;

/// Most proxies that may stand before this server.
const MAX_PROXIES: usize = 8;

/// The reference provider backend of tidegate.
///
/// Every option can also be set by the environment variable that is named
/// beside it, or in the file of --config. The command line counts more than
/// the environment, which counts more than the file. TIDEGATE_LOG sets the
/// levels of the log: error, warn, info (default), debug, trace.
#[derive(Debug, Clone, Parser)]
#[command(name = "tidegate-collector", version)]
pub struct Args {
    /// TOML file of options, named as here without the dashes; an option that
    /// may be given several times takes a list there.
    #[arg(long, value_name = "FILE.toml", env = "TIDEGATE_CONFIG")]
    pub config: Option<PathBuf>,

    /// Address to listen on; port 0 takes a free one.
    #[arg(long, env = "TIDEGATE_LISTEN", default_value = "127.0.0.1:8787")]
    pub listen: SocketAddr,

    /// Where records and keys are kept: `sqlite://` and a path, or a database
    /// of PostgreSQL that several collectors may share,
    /// `postgres://USER:PASSWORD@HOST/NAME`. Over a network with TLS
    /// (`?sslrootcert=FILE` for roots of your own, `?sslmode=disable` for
    /// none).
    #[arg(
        long,
        global = true,
        env = "TIDEGATE_DATABASE",
        default_value = "sqlite://tidegate.db",
        hide_env_values = true
    )]
    pub database: String,

    /// OpenAI-compatible server to forward chat completions to. Without it
    /// the built-in conversations are played.
    #[arg(long, env = "TIDEGATE_UPSTREAM")]
    pub upstream: Option<String>,

    /// Environment variable that holds the upstream's API key.
    #[arg(long, env = "TIDEGATE_UPSTREAM_KEY_ENV", requires = "upstream")]
    pub upstream_key_env: Option<String>,

    /// Directory served at `/`. May be given several times: the first that
    /// has the file wins.
    #[arg(long = "site", env = "TIDEGATE_SITE")]
    pub sites: Vec<PathBuf>,

    /// Directory served at `/pkg/`: the built npm package.
    #[arg(long, env = "TIDEGATE_SITE_PKG")]
    pub site_pkg: Option<PathBuf>,

    /// JSON file of conversations to play instead of the built-in ones.
    #[arg(long, env = "TIDEGATE_CONVERSATIONS", conflicts_with = "upstream")]
    pub conversations: Option<PathBuf>,

    /// JSON file of the provider's particulars. Without it example values
    /// are served, and say so.
    #[arg(long, env = "TIDEGATE_PARTICULARS")]
    pub particulars: Option<PathBuf>,

    /// Compiled policy: delivered to clients and applied by `/v1/check`. May
    /// be given several times.
    #[arg(long = "policy", env = "TIDEGATE_POLICY", value_name = "FILE.pack")]
    pub policies: Vec<PathBuf>,

    /// Ed25519 key, in base64url, of who signs policies: packs signed by it
    /// may be handed in with PUT /v1/policies/NAME.pack while the collector
    /// runs. May be given several times; without it none are taken.
    #[arg(long = "policy-key", env = "TIDEGATE_POLICY_KEY", value_name = "KEY", value_delimiter = ',', allow_hyphen_values = true, value_parser = read_key)]
    pub policy_keys: Vec<VerifyingKey>,

    /// Pause between two played tokens in ms, 0–10000; 0 means none. Without
    /// it 15 to 60 ms, as a model would take.
    #[arg(long, env = "TIDEGATE_TOKEN_DELAY", value_name = "MS", value_parser = clap::value_parser!(u64).range(0..=MAX_TOKEN_DELAY_MS))]
    pub token_delay: Option<u64>,

    /// Gives age assertions to anybody, and lets the subject itself set the
    /// first guardian's PIN. Never on a server that minors use.
    #[arg(long, env = "TIDEGATE_DEMO")]
    pub demo: bool,

    /// Zone of the days that a guardian sees, as `+08:00`; the guard's option
    /// `zone`, and China's time for presets of China.
    #[arg(long, env = "TIDEGATE_ZONE", value_name = "OFFSET", default_value = "+08:00", allow_hyphen_values = true, value_parser = read_zone)]
    pub zone: Zone,

    /// How long an age assertion lasts in seconds, 60–604800.
    #[arg(long, env = "TIDEGATE_ASSERTION_LIFE", value_name = "SECONDS", default_value_t = 86_400, value_parser = clap::value_parser!(u64).range(60..=604_800))]
    pub assertion_life: u64,

    /// Log lines as JSON objects instead of text.
    #[arg(long, env = "TIDEGATE_LOG_JSON")]
    pub log_json: bool,

    /// Origin whose pages may use this interface, as https://chat.example. May
    /// be given several times. Without it only this server's own pages may.
    #[arg(long = "allow-origin", env = "TIDEGATE_ALLOW_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = read_origin)]
    pub allow_origins: Vec<HeaderValue>,

    /// Requests that one address may make a minute, a quarter of them at
    /// once; 0 means any number. Addresses of this machine are not limited.
    #[arg(
        long,
        env = "TIDEGATE_RATE_LIMIT",
        value_name = "PER_MINUTE",
        default_value_t = 1_200
    )]
    pub rate_limit: u32,

    /// How many proxies of your own stand before this server, 0-8. With 0 the
    /// address of the connection is the client's; otherwise it is the one that
    /// the outermost of them has added to X-Forwarded-For.
    #[arg(long, env = "TIDEGATE_PROXIES", default_value_t = 0, value_parser = read_proxies)]
    pub proxies: usize,

    /// Takes records and texts only with an ingestion token of POST /v1/tokens,
    /// an age assertion, or the admin token.
    #[arg(long, env = "TIDEGATE_REQUIRE_TOKENS")]
    pub require_tokens: bool,

    /// How long requests under way may take once the server is asked to stop,
    /// in seconds, 0-300. Generations are ended at once.
    #[arg(long, env = "TIDEGATE_STOP_GRACE", value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=300))]
    pub stop_grace: u64,

    /// How many days a complaint may take until it is answered, 1-365;
    /// published with the particulars.
    #[arg(long, env = "TIDEGATE_COMPLAINT_DAYS", value_name = "DAYS", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=365))]
    pub complaint_days: u16,

    /// How many days records are kept, 183-3650; older ones are deleted at the
    /// start and then daily, which is logged.
    #[arg(long, env = "TIDEGATE_RETAIN_DAYS", value_name = "DAYS", default_value_t = 190, value_parser = clap::value_parser!(i64).range(MIN_DAYS..=MAX_DAYS))]
    pub retain_days: i64,

    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Bearer token of the provider's staff. Unset or empty: one is made up
    /// and printed at start.
    #[arg(
        long,
        env = "TIDEGATE_ADMIN_TOKEN",
        hide = true,
        hide_env_values = true
    )]
    pub admin_token: Option<String>,
}

impl Args {
    /// The upstream's API key, if one is to be sent.
    ///
    /// # Errors
    /// The variable named by `--upstream-key-env` is not set.
    pub fn upstream_key(&self) -> Result<Option<String>> {
        self.upstream_key_env
            .as_deref()
            .map(|name| {
                std::env::var(name)
                    .with_context(|| format!("--upstream-key-env: no variable {name}"))
            })
            .transpose()
    }

    /// The pause between tokens.
    #[must_use]
    pub fn pace(&self) -> Pace {
        match self.token_delay {
            None => Pace::Realistic,
            Some(ms) => Pace::Fixed(Duration::from_millis(ms)),
        }
    }
}

/// Reads `+HH:MM` or `-HH:MM`, at most 18 hours.
fn read_zone(text: &str) -> Result<Zone, &'static str> {
    Zone::parse(text).ok_or("an offset is +HH:MM or -HH:MM, at most 18 hours")
}

fn read_proxies(text: &str) -> Result<usize, &'static str> {
    text.parse()
        .ok()
        .filter(|proxies| *proxies <= MAX_PROXIES)
        .ok_or("a number from 0 to 8")
}

/// How fast tokens are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// 15 to 60 ms between two tokens.
    Realistic,
    /// Always the same; zero means no pause.
    Fixed(Duration),
}
