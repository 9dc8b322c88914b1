//! Where records, keys and usage are kept: an SQLite file, or a PostgreSQL
//! database that several collectors may share.
//!
//! What waits together is written in one transaction, and what was answered
//! is on the disk. What depends on what is there already (a ledger, a number
//! of tries) is read and written in one transaction, alone with its [`Lock`].
//! Reading goes by connections of its own and never waits for the writer.
//!
//! # How to add a table
//!
//! 1. Append a migration to `schema/migrations.rs`, in SQLite's words, `STRICT`
//!    (`INTEGER`, `TEXT`, `BLOB` are translated). Released ones never change.
//! 2. A file here with functions of a [`Connection`](driver::Connection):
//!
//!    ```text
//!    pub(super) fn find(connection: &mut Connection, name: &str) -> Result<Option<Account>> {
//!        connection.query_first(
//!            "SELECT name, hash FROM accounts WHERE name = ?1",
//!            values![name],
//!            |row| Ok(Account { name: row.get(0)?, hash: row.get(1)? }),
//!        )
//!    }
//!    ```
//!
//!    SQL that both understand: `ON CONFLICT (…) DO NOTHING | DO UPDATE SET x =
//!    excluded.x`, `RETURNING`, `coalesce`, `CASE`; parameters `?1` (each may
//!    stand several times, but always for the same type); `CAST(sum(x) AS
//!    BIGINT)`; not `ifnull`, `max(a, b)`, `LIMIT -1`, `INSERT OR …`. Numbers
//!    are whole, and booleans are 0 and 1.
//! 3. Methods of [`Storage`] in the same file (`impl Storage`): `self.read(…)`
//!    to look; `self.write(…)` to change, which is one transaction, alone among
//!    all writers. What is done often takes a smaller lock with
//!    `self.write_with(rows, lock, …)`.
//! 4. Unit tests run on both: `for database in testing::Database::all()`.

mod address;
mod audit;
mod backup;
mod complaints;
mod counts;
mod driver;
mod guardian;
mod holdings;
mod json;
mod keys;
mod list;
mod lock;
mod losses;
mod particulars;
mod policies;
mod pool;
mod records;
mod removal;
mod reviews;
mod schema;
mod staff;
mod subjects;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tries;
mod usage;
mod writer;

pub(crate) use audit::{Audit, AuditEntry};
pub(crate) use backup::backup;
pub(crate) use complaints::{
    Changed, Complaint, ComplaintFilter, ComplaintQuery, ComplaintStatus, NewComplaint,
};
pub(crate) use counts::{Review, RuleCount, TrendKey, TrendQuery};
pub(crate) use guardian::{Replaced, Session};
pub(crate) use holdings::Holdings;
pub(crate) use list::{Direction, Page, Query, Reviewed, Row};
pub(crate) use particulars::ParticularsVersion;
pub(crate) use policies::{NewPolicy, PutPolicy, StoredPolicy};
pub(crate) use records::{NewRecord, Outcome, RiskCount, VerdictKeys};
pub(crate) use reviews::ReviewNote;
pub(crate) use staff::StaffSession;
pub(crate) use tries::Attempt;
pub(crate) use usage::EventRow;

use crate::assertions::{Claims, Profile, Settings};
use crate::metrics::Metrics;
use crate::new_file::private;
use crate::random;
use crate::usage::{Event, Kept};
use address::Address;
use anyhow::{Context, Result};
use driver::Connection;
use lock::Lock;
use pool::Pool;
use std::path::Path;
use std::sync::Arc;
use writer::Writer;

/// Threads that write to PostgreSQL what is not a record.
const POSTGRES_WRITERS: usize = 2;

/// An open database.
#[derive(Debug)]
pub(crate) struct Storage {
    /// Of PostgreSQL only: records wait for each other, others need not wait
    /// for them.
    record_writer: Option<Writer>,
    writer: Writer,
    readers: Arc<Pool>,
}

/// The database did not do what was asked; why is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unavailable;

impl Storage {
    /// Opens the database that `url` names: `sqlite://` and a path, which is
    /// made if there is none, or `postgres://`. Blocks.
    pub(crate) fn open(url: &str, metrics: &Arc<Metrics>) -> Result<Self> {
        let address = Address::parse(url)?;
        let context = || format!("cannot open the database {address}");
        let connect = || Connection::open(&address).with_context(context);
        if let Address::Sqlite(path) = &address {
            make_private(path).with_context(context)?;
        }
        schema::migrate(&mut connect()?).with_context(context)?;
        let (record_writers, writers) = match address {
            Address::Sqlite(_) => (0, 1),
            Address::Postgres(_) => (1, POSTGRES_WRITERS),
        };
        let start = |threads| {
            let connections: Result<Vec<_>> = (0..threads).map(|_| connect()).collect();
            Writer::start(connections?, metrics)
        };
        let record_writer = (record_writers > 0)
            .then(|| start(record_writers))
            .transpose()?;
        Ok(Self {
            record_writer,
            writer: start(writers)?,
            readers: Pool::new(address),
        })
    }

    /// Commits records and says of each whether it was new, in their order.
    /// Of those that are complaints, the complaint beside it is opened.
    pub(crate) async fn insert(
        &self,
        records: Vec<NewRecord>,
        complaints: Vec<Option<NewComplaint>>,
    ) -> Result<Vec<Outcome>, Unavailable> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let rows = records.iter().map(|record| 1 + record.lost.len()).sum();
        let insert = move |connection: &mut Connection| {
            let outcomes = records::insert(connection, records)?;
            let stored = complaints.into_iter().zip(&outcomes);
            let opened: Vec<NewComplaint> = stored
                .filter(|(_, outcome)| **outcome == Outcome::Stored)
                .filter_map(|(complaint, _)| complaint)
                .collect();
            complaints::open(connection, &opened)?;
            Ok(outcomes)
        };
        self.record_writer
            .as_ref()
            .unwrap_or(&self.writer)
            .write(rows, Lock::Records, insert)
            .await
    }

    /// Keeps what the provider says of a subject.
    pub(crate) async fn put_claims(
        &self,
        subject: String,
        claims: Claims,
        now_ms: i64,
    ) -> Result<Profile, Unavailable> {
        self.write_subject(subject, move |connection, subject| {
            subjects::put_claims(connection, subject, claims, now_ms)
        })
        .await
    }

    /// Keeps what the guardian decided.
    pub(crate) async fn put_settings(
        &self,
        subject: String,
        settings: Settings,
        now_ms: i64,
    ) -> Result<Profile, Unavailable> {
        self.write_subject(subject, move |connection, subject| {
            subjects::put_settings(connection, subject, settings, now_ms)
        })
        .await
    }

    /// What is known of a subject.
    pub(crate) async fn profile(&self, subject: String) -> Result<Option<Profile>, Unavailable> {
        self.read(move |connection| subjects::find(connection, &subject))
            .await
    }

    /// Changes a subject's ledger as `change` says, which gets the one before
    /// and gives the one to keep, or `None` to leave it; adds the events. Also
    /// tells when the subject last left, since `exits_from_ms`.
    pub(crate) async fn add_usage<T: Send + 'static>(
        &self,
        subject: String,
        events: Vec<Event>,
        oldest_event_ms: i64,
        exits_from_ms: i64,
        now_ms: i64,
        change: impl FnOnce(Option<Kept>) -> (Option<Kept>, T) + Send + 'static,
    ) -> Result<(T, Option<Profile>, Option<i64>), Unavailable> {
        let (rows, lock) = (events.len() + 1, Lock::subject(&subject));
        let work = move |connection: &mut Connection| {
            let (kept, answer) = change(usage::ledger(connection, &subject)?);
            if let Some(kept) = kept {
                usage::put_ledger(connection, &subject, &kept, now_ms)?;
            }
            usage::add_events(connection, &subject, &events, oldest_event_ms)?;
            let exit = usage::last_exit(connection, &subject, exits_from_ms)?;
            Ok((answer, subjects::find(connection, &subject)?, exit))
        };
        self.write_with(rows, lock, work).await
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
        self.write_subject(subject, move |connection, subject| {
            guardian::attempt(connection, subject, now_ms)
        })
        .await
    }

    /// Begins a session, if the PIN still has this hash.
    pub(crate) async fn sign_in(
        &self,
        session: Session,
        hash: String,
        now_ms: i64,
    ) -> Result<bool, Unavailable> {
        let lock = Lock::subject(&session.subject);
        self.write_with(1, lock, move |connection| {
            guardian::sign_in(connection, &session, &hash, now_ms)
        })
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
        self.write_subject(subject, move |connection, subject| {
            guardian::set_pin(connection, subject, &replaced, &hash)
        })
        .await
    }

    /// The secret key of that name; made when it is asked for first. Blocks.
    pub(crate) fn secret_key(&self, name: &str) -> Result<[u8; 32]> {
        let fresh = random::bytes::<32>()?;
        self.readers
            .run(|connection| keys::find_or_make(connection, name, &fresh))
            .with_context(|| format!("the key {name} in the database"))
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), Unavailable> {
        self.read(|connection| connection.exists("SELECT 1", &[]))
            .await
            .map(drop)
    }

    /// Changes something, alone among all writers.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> driver::Result<T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        self.write_with(1, Lock::Everything, work).await
    }

    /// Changes what is kept of a subject.
    async fn write_subject<T: Send + 'static>(
        &self,
        subject: String,
        work: impl FnOnce(&mut Connection, &str) -> driver::Result<T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let lock = Lock::subject(&subject);
        self.write_with(1, lock, move |connection| work(connection, &subject))
            .await
    }

    /// Writes about so many rows, alone with `lock`.
    async fn write_with<T: Send + 'static>(
        &self,
        rows: usize,
        lock: Lock,
        work: impl FnOnce(&mut Connection) -> driver::Result<T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        self.writer.write(rows, lock, work).await
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Connection) -> driver::Result<T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        self.readers.read(query).await
    }
}

/// Makes an empty file that only this user may read: it will hold a secret
/// key. SQLite gives its side files the same mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    private().create(true).truncate(false).open(path).map(drop)
}
