//! Writes an export without a server.

use super::utc;
use crate::clock;
use crate::commands::ACTOR;
use crate::config::Args;
use crate::exports::{Kind, OwnSource, make};
use crate::new_file::NewFile;
use anyhow::{Context, Result};
use std::fs::OpenOptions;
use std::path::Path;

/// Writes what arrived from `from_ms` until `to_ms` or now into a file that
/// was not there.
pub(super) async fn run(
    args: Args,
    kind: Kind,
    file: &Path,
    from_ms: i64,
    to_ms: Option<i64>,
) -> Result<String> {
    let source = tokio::task::spawn_blocking(move || OwnSource::open(&args)).await??;
    let source = source.get();
    let now_ms = clock::now();
    let context = || format!("cannot write {}", file.display());
    let new = NewFile::create(file).with_context(context)?;
    // Nobody else waits for this thread.
    let mut out = OpenOptions::new()
        .write(true)
        .open(new.path())
        .with_context(context)?;
    let span = (from_ms, to_ms.unwrap_or(now_ms));
    let made = make(source, kind, span, now_ms, ACTOR, &mut out).await?;
    new.keep().with_context(context)?;
    let what = match kind {
        Kind::Authority => format!(", signed with the key {}", source.key.public_text()),
        Kind::Correction => String::new(),
    };
    Ok(format!(
        "written to {}: what arrived from {} to {}{what}\n",
        file.display(),
        utc(made.from_ms),
        utc(made.to_ms)
    ))
}
