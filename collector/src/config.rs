//! The command line.

use anyhow::{Context, Result};
use clap::Parser;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tidegate::usage::Zone;

/// Longest pause between two tokens that may be asked for, in ms.
const MAX_TOKEN_DELAY_MS: u64 = 10_000;

/// The reference provider backend of tidegate.
#[derive(Debug, Clone, Parser)]
#[command(name = "tidegate-collector", version)]
pub struct Args {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8787")]
    pub listen: SocketAddr,

    /// Where records and keys are kept: `sqlite://` and a path, or a database
    /// of PostgreSQL that several collectors may share,
    /// `postgres://USER:PASSWORD@HOST/NAME`. Over a network with TLS
    /// (`?sslrootcert=FILE` for roots of your own, `?sslmode=disable` for
    /// none).
    #[arg(
        long,
        env = "TIDEGATE_DATABASE",
        default_value = "sqlite://tidegate.db",
        hide_env_values = true
    )]
    pub database: String,

    /// OpenAI-compatible server to forward chat completions to. Without it
    /// the built-in conversations are played.
    #[arg(long)]
    pub upstream: Option<String>,

    /// Environment variable that holds the upstream's API key.
    #[arg(long, requires = "upstream")]
    pub upstream_key_env: Option<String>,

    /// Directory served at `/`. May be given several times: the first that
    /// has the file wins.
    #[arg(long = "site")]
    pub sites: Vec<PathBuf>,

    /// Directory served at `/pkg/`: the built npm package.
    #[arg(long)]
    pub site_pkg: Option<PathBuf>,

    /// JSON file of conversations to play instead of the built-in ones.
    #[arg(long, conflicts_with = "upstream")]
    pub conversations: Option<PathBuf>,

    /// JSON file of the provider's particulars. Without it example values
    /// are served, and say so.
    #[arg(long)]
    pub particulars: Option<PathBuf>,

    /// Compiled policy: delivered to clients and applied by `/v1/check`. May
    /// be given several times.
    #[arg(long = "policy", value_name = "FILE.pack")]
    pub policies: Vec<PathBuf>,

    /// Pause between two played tokens in ms, 0–10000; 0 means none. Without
    /// it 15 to 60 ms, as a model would take.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(0..=MAX_TOKEN_DELAY_MS))]
    pub token_delay: Option<u64>,

    /// Gives age assertions to anybody, and lets the subject itself set the
    /// first guardian's PIN. Never on a server that minors use.
    #[arg(long)]
    pub demo: bool,

    /// Zone of the days that a guardian sees, as `+08:00`; the guard's option
    /// `zone`, and China's time for presets of China.
    #[arg(long, value_name = "OFFSET", default_value = "+08:00", allow_hyphen_values = true, value_parser = read_zone)]
    pub zone: Zone,

    /// How long an age assertion lasts in seconds, 60–604800.
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400, value_parser = clap::value_parser!(u64).range(60..=604_800))]
    pub assertion_life: u64,

    /// Log lines as JSON objects instead of text.
    #[arg(long)]
    pub log_json: bool,

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

/// How fast tokens are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// 15 to 60 ms between two tokens.
    Realistic,
    /// Always the same; zero means no pause.
    Fixed(Duration),
}
