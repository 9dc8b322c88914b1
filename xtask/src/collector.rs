//! The collector as a child.

use std::env;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result};

use crate::process::{self, Running};
use crate::tools::Tools;

/// Random bytes in a token for the provider's staff.
const TOKEN_BYTES: usize = 24;
/// What the collector says before its URL, once it listens.
const LISTENING: &str = "listening on ";
/// The collector's log levels; every request would be too much to read.
const LOG_VARIABLE: &str = "TIDEGATE_LOG";

/// Builds the collector and returns the program.
pub(crate) fn build(tools: &Tools) -> Result<PathBuf> {
    // With the features of the workspace, so that the tests' build serves.
    let messages = process::read_output(tools.cargo().args([
        "build",
        "--workspace",
        "--bin",
        "tidegate-collector",
        "--message-format",
        "json-render-diagnostics",
    ]))
    .context("the collector could not be built")?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "tidegate-collector")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .context("cargo did not say where the collector is")
}

/// A collector that listens.
#[derive(Debug)]
pub(crate) struct Collector {
    pub(crate) running: Running,
    /// Where, as `http://ADDRESS`.
    pub(crate) url: String,
}

impl Collector {
    /// Starts `program` and waits until it listens.
    pub(crate) fn start<A: AsRef<OsStr>>(
        tools: &Tools,
        program: &Path,
        admin_token: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Self> {
        let mut command = tools.command(&program.to_string_lossy());
        command
            .args(arguments)
            .env("TIDEGATE_ADMIN_TOKEN", admin_token)
            .stdout(Stdio::piped());
        if env::var_os(LOG_VARIABLE).is_none() {
            command.env(LOG_VARIABLE, "warn");
        }
        let mut running = Running::start(&mut command)?;
        let line = running
            .first_line()
            .context("the collector did not start")?;
        let url = line
            .strip_prefix(LISTENING)
            .with_context(|| format!("the collector said `{line}` instead of where it listens"))?
            .to_owned();
        Ok(Self { running, url })
    }
}

/// The token of the provider's staff: the user's, else a new one.
pub(crate) fn admin_token() -> Result<String> {
    let chosen = env::var("TIDEGATE_ADMIN_TOKEN").unwrap_or_default();
    if !chosen.trim().is_empty() {
        return Ok(chosen.trim().to_owned());
    }
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).context("no randomness")?;
    let mut token = String::with_capacity(2 * TOKEN_BYTES);
    for byte in bytes {
        write!(token, "{byte:02x}")?;
    }
    Ok(token)
}
