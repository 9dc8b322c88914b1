//! `export`: files for the authority, and for who corrects the model.

mod create;
mod verify;

use crate::config::Args;
use crate::exports::Kind;
use crate::signing::read_key;
use anyhow::Result;
use clap::Subcommand;
use ed25519_dalek::VerifyingKey;
use std::path::PathBuf;
use tidegate::report::{format_utc, parse_utc};

#[derive(Debug, Clone, Subcommand)]
pub enum Export {
    /// Write an export to FILE, which must not exist yet: the bytes that GET
    /// /v1/exports/… sends, logged as those are, while a collector runs or
    /// not. The header names the policies and particulars of the database,
    /// and of --policy and --particulars, which go before `export`.
    Create {
        kind: Kind,
        file: PathBuf,
        /// Records that arrived then or later: 2026-11-01T00:00:00Z, or ms
        /// since the epoch.
        #[arg(long, value_parser = read_moment)]
        from: i64,
        /// Records that arrived before; without it, until now.
        #[arg(long, value_parser = read_moment)]
        to: Option<i64>,
    },
    /// Check a file of GET /v1/exports/authority or of `create authority`. A
    /// line that was changed, removed, put in or moved is found, and that the
    /// file was cut off. Needs no database.
    Verify {
        file: PathBuf,
        /// The key that must have signed it: `x` of the key for
        /// tidegate.export.v1 in GET /v1/keys, 43 characters. Take it from
        /// the collector, not from who hands you the file.
        #[arg(long, allow_hyphen_values = true, value_parser = read_key)]
        key: VerifyingKey,
    },
}

impl Export {
    pub(super) async fn run(self, args: &Args) -> Result<String> {
        match self {
            Self::Create {
                kind,
                file,
                from,
                to,
            } => create::run(args.clone(), kind, &file, from, to).await,
            Self::Verify { file, key } => {
                tokio::task::spawn_blocking(move || verify::run(&file, &key)).await?
            }
        }
    }
}

fn read_moment(text: &str) -> Result<i64, &'static str> {
    let ms = text.parse().ok().or_else(|| parse_utc(text));
    ms.and_then(|ms: u64| i64::try_from(ms).ok())
        .ok_or("a time is 2026-11-01T00:00:00Z, or a number of ms since the epoch")
}

fn utc(ms: i64) -> String {
    format_utc(u64::try_from(ms).unwrap_or(0))
}
