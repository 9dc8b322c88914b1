//! The tables, and how a connection is set up.

use anyhow::{Result, bail};
use rusqlite::Connection;
use std::path::Path;
use std::time::Duration;

/// How long a connection waits for another process's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Statements that lead from version `i` to `i + 1`. Old entries are never
/// changed.
const MIGRATIONS: [&str; 2] = [
    // AUTOINCREMENT: a row number is never used twice, so that a page's
    // cursor stays right even when records have been removed.
    "CREATE TABLE records (
        row INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        risk TEXT,
        received_ms INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX records_by_kind ON records (kind, row);
    CREATE INDEX records_by_risk ON records (risk, row);
    CREATE TABLE keys (
        name TEXT PRIMARY KEY,
        secret BLOB NOT NULL,
        made_ms INTEGER NOT NULL
    ) STRICT;",
    // A subject is a pseudonym. `claims`, `guardian`, `ledger` and `wrong` are
    // JSON that is only ever read as a whole.
    "ALTER TABLE records ADD COLUMN subject TEXT;
    CREATE INDEX records_by_subject ON records (subject, received_ms)
        WHERE subject IS NOT NULL;
    CREATE TABLE subjects (
        subject TEXT PRIMARY KEY,
        claims TEXT NOT NULL,
        guardian TEXT NOT NULL,
        changed_s INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE usage_ledgers (
        subject TEXT PRIMARY KEY,
        ledger TEXT NOT NULL,
        changed_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE usage_events (
        subject TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        kind TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (subject, at_ms, kind, reason)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE guardian_pins (
        subject TEXT PRIMARY KEY,
        hash TEXT NOT NULL,
        wrong TEXT NOT NULL DEFAULT '[]',
        locked_until_ms INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE guardian_sessions (
        digest BLOB PRIMARY KEY,
        subject TEXT NOT NULL,
        expires_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX guardian_sessions_by_subject ON guardian_sessions (subject, expires_ms);",
];

/// Opens a connection on which a commit means that the disk has it.
pub(super) fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// Brings the tables up to date.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let version: usize = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > MIGRATIONS.len() {
        bail!("it was written by a newer version of the collector");
    }
    for migration in MIGRATIONS.iter().skip(version) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_commit_waits_for_the_disk() {
        let directory = tempfile::tempdir().unwrap();
        let connection = open(&directory.path().join("a.db")).unwrap();
        let synchronous: i64 = connection
            .pragma_query_value(None, "synchronous", |row| row.get(0))
            .unwrap();
        let journal: String = connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .unwrap();
        assert_eq!((synchronous, journal.as_str()), (2, "wal"));
    }

    #[test]
    fn migrating_twice_changes_nothing_and_a_newer_file_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = open(&directory.path().join("a.db")).unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        assert!(migrate(&mut connection).is_err());
    }
}
