//! Where records and keys are kept: one SQLite file.
//!
//! One thread writes, so that batches that arrive together share a commit;
//! what it has answered is on the disk. Reading goes by a second connection
//! and never waits for the writer.

mod keys;
mod records;
mod schema;
mod writer;

pub(crate) use records::{Direction, Page, Query};
pub(crate) use writer::{NewRecord, Outcome};

use crate::metrics::Metrics;
use anyhow::{Context, Result};
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use writer::Writer;

/// An open database.
#[derive(Debug)]
pub(crate) struct Storage {
    writer: Writer,
    reader: Arc<Mutex<Connection>>,
}

/// The database did not do what was asked; why is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unavailable;

impl Storage {
    /// Opens the file and makes it if there is none. Blocks on the disk.
    pub(crate) fn open(path: &Path, metrics: Arc<Metrics>) -> Result<Self> {
        let context = || format!("cannot open the database {}", path.display());
        make_private(path).with_context(context)?;
        let mut connection = schema::open(path).with_context(context)?;
        schema::migrate(&mut connection).with_context(context)?;
        let reader = schema::open(path).with_context(context)?;
        Ok(Self {
            writer: Writer::start(connection, metrics)?,
            reader: Arc::new(Mutex::new(reader)),
        })
    }

    /// Commits records and says of each whether it was new, in their order.
    pub(crate) async fn insert(
        &self,
        records: Vec<NewRecord>,
    ) -> Result<Vec<Outcome>, Unavailable> {
        self.writer.insert(records).await
    }

    /// Reads one page of records.
    pub(crate) async fn list(&self, query: Query) -> Result<Page, Unavailable> {
        self.read(move |connection| records::list(connection, &query))
            .await
    }

    /// The secret key of that name; made when it is asked for first.
    pub(crate) fn secret_key(&self, name: &str) -> Result<[u8; 32]> {
        let connection = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        keys::find_or_make(&connection, name)
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), Unavailable> {
        self.read(|connection| connection.query_row("SELECT 1", [], |_| Ok(())))
            .await
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let reader = Arc::clone(&self.reader);
        let answer = tokio::task::spawn_blocking(move || {
            let connection = reader.lock().unwrap_or_else(PoisonError::into_inner);
            query(&connection)
        });
        match answer.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                tracing::error!(%error, "the database cannot be read");
                Err(Unavailable)
            }
            Err(_) => Err(Unavailable),
        }
    }
}

/// Makes an empty file that only this user may read: it will hold a secret
/// key. SQLite gives its side files the same mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
