//! `audit`: whether the log of what the staff did is whole.

use super::unavailable;
use crate::hex::hex;
use crate::storage::{Audit as Found, Storage};
use anyhow::{Context, Result, bail};
use clap::Subcommand;

#[derive(Debug, Clone, Subcommand)]
pub enum Audit {
    /// Follow the chain of hashes and print its head. An entry that was
    /// changed, removed, put in or moved is found. That the end was cut off is
    /// found only with --head: keep heads elsewhere.
    Verify {
        /// A head that was printed before: one of the entries must have it.
        #[arg(long, value_parser = read_head)]
        head: Option<Head>,
    },
}

/// The hash of an entry.
#[derive(Debug, Clone, Copy)]
pub struct Head([u8; 32]);

impl Audit {
    pub(super) async fn run(self, storage: &Storage) -> Result<String> {
        let Self::Verify { head } = self;
        let found = storage.verify_audit(head.map(|Head(bytes)| bytes)).await;
        match found.map_err(unavailable)? {
            Found::Whole { entries, head } => {
                Ok(format!("whole: {entries} entries, head {}\n", hex(&head)))
            }
            Found::Broken { seq } => bail!("entry {seq} is not the one that was written"),
            Found::HeadMissing => {
                bail!("no entry has this head: the end was cut off, or all was written anew")
            }
        }
    }
}

fn read_head(text: &str) -> Result<Head> {
    let digits = text.as_bytes();
    let form = "a head is 64 hexadecimal digits";
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        bail!(form);
    }
    let bytes: Result<Vec<u8>, _> = (0..32)
        .map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16))
        .collect();
    bytes?.try_into().ok().map(Head).context(form)
}
