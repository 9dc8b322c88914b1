//! Ledgers and events.

use super::json::{read_json, to_json};
use crate::usage::{Event, Kept};
use rusqlite::{Connection, OptionalExtension as _, params};

/// Most events kept of one subject, the newest.
const MAX_EVENTS: i64 = 4_096;

pub(super) fn ledger(connection: &Connection, subject: &str) -> rusqlite::Result<Option<Kept>> {
    let mut statement =
        connection.prepare_cached("SELECT ledger FROM usage_ledgers WHERE subject = ?1")?;
    statement
        .query_row([subject], |row| read_json(row, 0))
        .optional()
}

pub(super) fn put_ledger(
    connection: &Connection,
    subject: &str,
    kept: &Kept,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO usage_ledgers (subject, ledger, changed_ms) VALUES (?1, ?2, ?3)
         ON CONFLICT (subject) DO UPDATE
         SET ledger = excluded.ledger, changed_ms = excluded.changed_ms",
    )?;
    statement.execute(params![subject, to_json(kept)?, now_ms])?;
    Ok(())
}

/// Stores events that are new and at or after `oldest_ms`, and forgets those
/// before it.
pub(super) fn add_events(
    connection: &Connection,
    subject: &str,
    events: &[Event],
    oldest_ms: i64,
) -> rusqlite::Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO usage_events (subject, at_ms, kind, reason) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
    )?;
    for event in events {
        insert.execute(params![
            subject,
            event.at,
            event.kind.as_str(),
            event.reason.as_deref().unwrap_or_default()
        ])?;
    }
    let mut forget = connection.prepare_cached(
        "DELETE FROM usage_events WHERE subject = ?1 AND at_ms < max(?2, ifnull(
             (SELECT at_ms FROM usage_events WHERE subject = ?1
              ORDER BY at_ms DESC LIMIT 1 OFFSET ?3), 0))",
    )?;
    forget.execute(params![subject, oldest_ms, MAX_EVENTS - 1])?;
    Ok(())
}

/// An event as it is kept; an empty reason is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventRow {
    pub(crate) at_ms: i64,
    pub(crate) kind: String,
    pub(crate) reason: String,
}

pub(super) fn events(
    connection: &Connection,
    subject: &str,
    from_ms: i64,
) -> rusqlite::Result<Vec<EventRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT at_ms, kind, reason FROM usage_events WHERE subject = ?1 AND at_ms >= ?2
         ORDER BY at_ms",
    )?;
    statement
        .query_map(params![subject, from_ms], |row| {
            Ok(EventRow {
                at_ms: row.get(0)?,
                kind: row.get(1)?,
                reason: row.get(2)?,
            })
        })?
        .collect()
}
