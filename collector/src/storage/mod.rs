//! Where records, keys and usage are kept: one SQLite file.
//!
//! One thread writes, so that requests that arrive together share a commit;
//! what it has answered is on the disk. What depends on what is there already
//! (a ledger, a number of tries) is read and written in one transaction.
//! Reading goes by a second connection and never waits for the writer.

mod guardian;
mod json;
mod keys;
mod records;
mod schema;
mod subjects;
mod usage;
mod writer;

pub(crate) use guardian::{Attempt, Replaced, Session};
pub(crate) use records::{Direction, NewRecord, Outcome, Page, Query, RiskCount};
pub(crate) use usage::EventRow;

use crate::assertions::{Claims, Profile, Settings};
use crate::metrics::Metrics;
use crate::usage::{Event, Kept};
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
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let rows = records.len();
        let insert = move |connection: &Connection| records::insert(connection, &records);
        self.writer.write(rows, insert).await
    }

    /// Keeps what the provider says of a subject.
    pub(crate) async fn put_claims(
        &self,
        subject: String,
        claims: Claims,
        now_ms: i64,
    ) -> Result<Profile, Unavailable> {
        self.write(move |connection| subjects::put_claims(connection, &subject, claims, now_ms))
            .await
    }

    /// Keeps what the guardian decided.
    pub(crate) async fn put_settings(
        &self,
        subject: String,
        settings: Settings,
        now_ms: i64,
    ) -> Result<Profile, Unavailable> {
        self.write(move |connection| subjects::put_settings(connection, &subject, settings, now_ms))
            .await
    }

    /// What is known of a subject.
    pub(crate) async fn profile(&self, subject: String) -> Result<Option<Profile>, Unavailable> {
        self.read(move |connection| subjects::find(connection, &subject))
            .await
    }

    /// Changes a subject's ledger as `change` says, which gets the one before
    /// and gives the one to keep, or `None` to leave it; adds the events.
    pub(crate) async fn add_usage<T: Send + 'static>(
        &self,
        subject: String,
        events: Vec<Event>,
        oldest_event_ms: i64,
        now_ms: i64,
        change: impl FnOnce(Option<Kept>) -> (Option<Kept>, T) + Send + 'static,
    ) -> Result<(T, Option<Profile>), Unavailable> {
        let rows = events.len() + 1;
        let work = move |connection: &Connection| {
            let (kept, answer) = change(usage::ledger(connection, &subject)?);
            if let Some(kept) = kept {
                usage::put_ledger(connection, &subject, &kept, now_ms)?;
            }
            usage::add_events(connection, &subject, &events, oldest_event_ms)?;
            Ok((answer, subjects::find(connection, &subject)?))
        };
        self.writer.write(rows, work).await
    }

    /// A subject's ledger, and what is known of it.
    pub(crate) async fn usage(
        &self,
        subject: String,
    ) -> Result<(Option<Kept>, Option<Profile>), Unavailable> {
        self.read(move |connection| {
            let kept = usage::ledger(connection, &subject)?;
            Ok((kept, subjects::find(connection, &subject)?))
        })
        .await
    }

    /// A subject's events since `from_ms`, in order, and how many of its
    /// records arrived since then, by risk.
    pub(crate) async fn events(
        &self,
        subject: String,
        from_ms: i64,
    ) -> Result<(Vec<EventRow>, Vec<RiskCount>), Unavailable> {
        self.read(move |connection| {
            let events = usage::events(connection, &subject, from_ms)?;
            Ok((events, records::count(connection, &subject, from_ms)?))
        })
        .await
    }

    /// Begins a try at a guardian's PIN.
    pub(crate) async fn attempt(
        &self,
        subject: String,
        now_ms: i64,
    ) -> Result<Attempt, Unavailable> {
        self.write(move |connection| guardian::attempt(connection, &subject, now_ms))
            .await
    }

    /// Begins a session, if the PIN still has this hash.
    pub(crate) async fn sign_in(
        &self,
        session: Session,
        hash: String,
        now_ms: i64,
    ) -> Result<bool, Unavailable> {
        self.write(move |connection| guardian::sign_in(connection, &session, &hash, now_ms))
            .await
    }

    /// Whether this is the digest of a session's token.
    pub(crate) async fn is_signed_in(
        &self,
        digest: [u8; 32],
        subject: String,
        now_ms: i64,
    ) -> Result<bool, Unavailable> {
        self.read(move |connection| guardian::is_signed_in(connection, &digest, &subject, now_ms))
            .await
    }

    /// Ends a session.
    pub(crate) async fn sign_out(&self, digest: [u8; 32]) -> Result<(), Unavailable> {
        self.write(move |connection| guardian::sign_out(connection, &digest))
            .await
    }

    /// Sets a PIN's hash; `false` if there was another one than was to be
    /// replaced.
    pub(crate) async fn set_pin(
        &self,
        subject: String,
        replaced: Replaced,
        hash: String,
    ) -> Result<bool, Unavailable> {
        self.write(move |connection| guardian::set_pin(connection, &subject, &replaced, &hash))
            .await
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

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        self.writer.write(1, work).await
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
