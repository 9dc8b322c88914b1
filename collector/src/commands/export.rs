//! `export`: whether a file that was exported is as it was signed.

use crate::exports::{Verified, verify};
use crate::signing::read_key;
use anyhow::{Context, Result};
use clap::Subcommand;
use ed25519_dalek::VerifyingKey;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use tidegate::report::format_utc;

#[derive(Debug, Clone, Subcommand)]
pub enum Export {
    /// Check a file of GET /v1/exports/authority. A line that was changed,
    /// removed, put in or moved is found, and that the file was cut off. Needs
    /// no database.
    Verify {
        file: PathBuf,
        /// The key that must have signed it: `x` of the key for
        /// tidegate.export.v1 in GET /v1/keys, 43 characters. Take it from
        /// the collector, not from who hands you the file.
        #[arg(long, value_parser = read_key)]
        key: VerifyingKey,
    },
}

impl Export {
    pub(super) fn run(self) -> Result<String> {
        let Self::Verify { file, key } = self;
        let Verified {
            records,
            from_ms,
            to_ms,
            made_ms,
        } = examine(&file, &key).with_context(|| file.display().to_string())?;
        let utc = |ms: i64| format_utc(u64::try_from(ms).unwrap_or(0));
        Ok(format!(
            "whole and signed: {records} records that arrived from {} to {}, exported {}\n",
            utc(from_ms),
            utc(to_ms),
            utc(made_ms)
        ))
    }
}

fn examine(file: &Path, key: &VerifyingKey) -> Result<Verified> {
    verify(BufReader::new(File::open(file)?), key)
}
