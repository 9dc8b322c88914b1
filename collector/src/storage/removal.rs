//! What is deleted: by age, and at a subject's wish.

use super::driver::{Connection, Result, values};
use super::holdings::{BY_RECORD, BY_SUBJECT};
use super::lock::Lock;
use super::{Storage, Unavailable};
use super::{audit, counts, losses};

/// Most records deleted in one transaction, so that others wait only shortly.
const MAX_STEP: i64 = 2_000;

/// Deletes some of the records that arrived before that time and returns how
/// many; the last step also forgets what was counted.
pub(super) fn delete_before(connection: &mut Connection, before_ms: i64) -> Result<u64> {
    let ids = "SELECT id FROM records WHERE received_ms < ?1 ORDER BY received_ms, row LIMIT ?2";
    losses::have_arrived(connection, ids, values![before_ms, MAX_STEP])?;
    for table in BY_RECORD {
        let sql = format!("DELETE FROM {table} WHERE id IN ({ids})");
        connection.execute(&sql, values![before_ms, MAX_STEP])?;
    }
    let deleted = connection.execute(
        "DELETE FROM records WHERE row IN (SELECT row FROM records
             WHERE received_ms < ?1 ORDER BY received_ms, row LIMIT ?2)",
        values![before_ms, MAX_STEP],
    )?;
    if deleted == 0 {
        counts::forget(connection, before_ms)?;
    }
    Ok(deleted)
}

/// What was kept of a subject and is gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Erased {
    pub(crate) records: u64,
    /// Rows of all other tables.
    pub(crate) others: u64,
}

/// Deletes everything that is kept of a subject.
pub(super) fn erase(connection: &mut Connection, subject: &str) -> Result<Erased> {
    let mut others = 0;
    for table in BY_SUBJECT {
        let sql = format!("DELETE FROM {table} WHERE subject = ?1");
        others += connection.execute(&sql, values![subject])?;
    }
    let ids = "SELECT id FROM records WHERE subject = ?1";
    losses::have_arrived(connection, ids, values![subject])?;
    for table in BY_RECORD {
        let sql = format!("DELETE FROM {table} WHERE id IN ({ids})");
        others += connection.execute(&sql, values![subject])?;
    }
    let records = connection.execute("DELETE FROM records WHERE subject = ?1", values![subject])?;
    Ok(Erased { records, others })
}

impl Storage {
    /// Deletes at most 2,000 of the records that arrived before that time and
    /// returns how many, and logs that; to be called until it returns 0.
    pub(crate) async fn delete_before(
        &self,
        before_ms: i64,
        now_ms: i64,
    ) -> std::result::Result<u64, Unavailable> {
        let rows = usize::try_from(MAX_STEP).unwrap_or(usize::MAX);
        self.write_with(rows, Lock::Everything, move |connection| {
            let deleted = delete_before(connection, before_ms)?;
            if deleted > 0 {
                let about = format!("{deleted} records from before {before_ms}");
                audit::append(connection, now_ms, "retention", "records.delete", &about)?;
            }
            Ok(deleted)
        })
        .await
    }

    /// Deletes everything that is kept of a subject. The log has only that it
    /// was done.
    pub(crate) async fn erase(
        &self,
        subject: String,
        by: String,
        now_ms: i64,
    ) -> std::result::Result<Erased, Unavailable> {
        self.write(move |connection| {
            let erased = erase(connection, &subject)?;
            audit::append(connection, now_ms, &by, "subject.erase", "")?;
            Ok(erased)
        })
        .await
    }
}
