//! Ledgers and events.

use super::driver::{Connection, Result, values};
use super::json::{read_json, to_json};
use crate::usage::{Event, Kept};

/// Most events kept of one subject, the newest.
const MAX_EVENTS: i64 = 4_096;

pub(super) fn ledger(connection: &mut Connection, subject: &str) -> Result<Option<Kept>> {
    connection.query_first(
        "SELECT ledger FROM usage_ledgers WHERE subject = ?1",
        values![subject],
        |row| read_json(row, 0),
    )
}

pub(super) fn put_ledger(
    connection: &mut Connection,
    subject: &str,
    kept: &Kept,
    now_ms: i64,
) -> Result<()> {
    connection.execute(
        "INSERT INTO usage_ledgers (subject, ledger, changed_ms) VALUES (?1, ?2, ?3)
         ON CONFLICT (subject) DO UPDATE
         SET ledger = excluded.ledger, changed_ms = excluded.changed_ms",
        values![subject, to_json(kept)?, now_ms],
    )?;
    Ok(())
}

/// Stores events that are new and at or after `oldest_ms`, and forgets those
/// before it.
pub(super) fn add_events(
    connection: &mut Connection,
    subject: &str,
    events: &[Event],
    oldest_ms: i64,
) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    for event in events {
        connection.execute(
            "INSERT INTO usage_events (subject, at_ms, kind, reason) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING",
            values![
                subject,
                event.at,
                event.kind.as_str(),
                event.reason.as_deref().unwrap_or_default()
            ],
        )?;
    }
    // Where there are not so many events, the comparison is with nothing, and
    // so never true.
    connection.execute(
        "DELETE FROM usage_events WHERE subject = ?1 AND (at_ms < ?2 OR at_ms <
             (SELECT at_ms FROM usage_events WHERE subject = ?1
              ORDER BY at_ms DESC LIMIT 1 OFFSET ?3))",
        values![subject, oldest_ms, MAX_EVENTS - 1],
    )?;
    Ok(())
}

/// When the subject last left with an exit word, at or after `from_ms`.
pub(super) fn last_exit(
    connection: &mut Connection,
    subject: &str,
    from_ms: i64,
) -> Result<Option<i64>> {
    connection.query_first(
        "SELECT at_ms FROM usage_events WHERE subject = ?1 AND at_ms >= ?2 AND kind = 'exit'
         ORDER BY at_ms DESC LIMIT 1",
        values![subject, from_ms],
        |row| row.get(0),
    )
}

/// An event as it is kept; an empty reason is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventRow {
    pub(crate) at_ms: i64,
    pub(crate) kind: String,
    pub(crate) reason: String,
}

pub(super) fn events(
    connection: &mut Connection,
    subject: &str,
    from_ms: i64,
) -> Result<Vec<EventRow>> {
    connection.query(
        "SELECT at_ms, kind, reason FROM usage_events WHERE subject = ?1 AND at_ms >= ?2
         ORDER BY at_ms, kind, reason",
        values![subject, from_ms],
        |row| {
            Ok(EventRow {
                at_ms: row.get(0)?,
                kind: row.get(1)?,
                reason: row.get(2)?,
            })
        },
    )
}
