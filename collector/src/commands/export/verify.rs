//! Whether a file that was exported is as it was signed.

use super::utc;
use crate::exports::{Verified, verify};
use anyhow::{Context, Result};
use ed25519_dalek::VerifyingKey;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Reads the file and says what is in it.
pub(super) fn run(file: &Path, key: &VerifyingKey) -> Result<String> {
    let Verified {
        records,
        from_ms,
        to_ms,
        made_ms,
    } = examine(file, key).with_context(|| file.display().to_string())?;
    Ok(format!(
        "whole and signed: {records} records that arrived from {} to {}, exported {}\n",
        utc(from_ms),
        utc(to_ms),
        utc(made_ms)
    ))
}

fn examine(file: &Path, key: &VerifyingKey) -> Result<Verified> {
    verify(BufReader::new(File::open(file)?), key)
}
