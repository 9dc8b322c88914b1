//! What the program does besides serving.

mod account;
mod audit;

use crate::config::Args;
use crate::metrics::Metrics;
use crate::storage::{self, Storage, Unavailable};
use anyhow::{Result, anyhow};
use clap::Subcommand;
use std::path::PathBuf;
use std::sync::Arc;

pub(crate) use account::demo;

/// Who did what a command does, in the log.
const ACTOR: &str = "command-line";

/// A task on the database of --database, while a collector runs or not.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Who may sign in to the console.
    #[command(subcommand)]
    Account(account::Account),
    /// The log of what the staff did.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Copy the SQLite database to FILE, also while collectors run on it. To
    /// restore it, start a collector on the copy. For PostgreSQL use pg_dump.
    Backup {
        /// A file that does not exist yet.
        file: PathBuf,
    },
}

impl Command {
    /// Does it and returns what to print.
    ///
    /// # Errors
    /// The database cannot be opened, or what is asked for cannot be done.
    pub async fn run(self, args: &Args) -> Result<String> {
        let url = args.database.clone();
        if let Self::Backup { file } = self {
            // Without opening it: that would bring an old one forward.
            tokio::task::spawn_blocking(move || storage::backup(&url, &file)).await??;
            return Ok(String::new());
        }
        let open = move || Storage::open(&url, &Arc::<Metrics>::default());
        let storage = tokio::task::spawn_blocking(open).await??;
        match self {
            Self::Account(command) => command.run(&storage).await,
            Self::Audit(command) => command.run(&storage).await,
            Self::Backup { .. } => Ok(String::new()),
        }
    }
}

fn unavailable(_: Unavailable) -> anyhow::Error {
    anyhow!("the database does not answer; the log says why")
}
