//! What the program does besides serving.

mod account;
mod audit;
mod export;

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
    /// Files for the authority, and for who corrects the model.
    #[command(subcommand)]
    Export(export::Export),
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
        match self {
            Self::Account(command) => command.run(&open(url).await?).await,
            Self::Audit(command) => command.run(&open(url).await?).await,
            Self::Export(command) => command.run(args).await,
            // Without opening it: that would bring an old one forward.
            Self::Backup { file } => {
                tokio::task::spawn_blocking(move || storage::backup(&url, &file)).await??;
                Ok(String::new())
            }
        }
    }
}

async fn open(url: String) -> Result<Storage> {
    let open = move || Storage::open(&url, &Arc::<Metrics>::default());
    tokio::task::spawn_blocking(open).await?
}

fn unavailable(_: Unavailable) -> anyhow::Error {
    anyhow!("the database does not answer; the log says why")
}
