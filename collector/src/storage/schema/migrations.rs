//! The migrations, the oldest first.

use super::Migration;

pub(super) const MIGRATIONS: &[Migration] = &[
    // AUTOINCREMENT: a row number is never used twice, so that a page's
    // cursor stays right even when records have been removed.
    Migration {
        tables: "CREATE TABLE records (
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
        fill_sqlite: "",
    },
    // A subject is a pseudonym. `claims`, `guardian`, `ledger` and `wrong` are
    // JSON that is only ever read as a whole.
    Migration {
        tables: "ALTER TABLE records ADD COLUMN subject TEXT;
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
        fill_sqlite: "",
    },
];
