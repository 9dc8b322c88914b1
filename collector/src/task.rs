//! What the program does instead of serving.

use crate::config::Args;
use crate::storage;
use anyhow::Result;
use clap::Subcommand;
use std::path::PathBuf;

/// One of them.
#[derive(Debug, Clone, Subcommand)]
pub enum Task {
    /// Copy the SQLite database to FILE, also while collectors run on it. To
    /// restore it, start a collector on the copy. For PostgreSQL use pg_dump.
    Backup {
        /// A file that does not exist yet.
        file: PathBuf,
    },
}

impl Task {
    /// Does it. Blocks.
    ///
    /// # Errors
    /// It cannot be done; nothing is left half done.
    pub fn run(&self, args: &Args) -> Result<()> {
        match self {
            Self::Backup { file } => storage::backup(&args.database, file),
        }
    }
}
