//! SQLite.

use super::{Bulk, Result, Row, Value};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, params_from_iter};
use std::path::Path;
use std::time::Duration;

/// How long a connection waits for another process's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements kept ready.
const MAX_PREPARED: usize = 128;

/// A connection to a file.
#[derive(Debug)]
pub(crate) struct Sqlite(Connection);

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn read(value: ValueRef<'_>) -> Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(_) => Value::Text(value.as_str().map_err(rusqlite::Error::from)?.to_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        ValueRef::Real(_) => {
            return Err(super::Error::Damaged("a number with a fraction".to_owned()));
        }
    })
}

impl Sqlite {
    /// Opens a connection on which a commit means that the disk has it.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.set_prepared_statement_cache_capacity(MAX_PREPARED);
        Ok(Self(connection))
    }

    pub(super) fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64> {
        let rows = self
            .0
            .prepare_cached(sql)?
            .execute(params_from_iter(values))?;
        Ok(u64::try_from(rows).unwrap_or(u64::MAX))
    }

    pub(super) fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        let mut statement = self.0.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(values))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let row: Result<Vec<Value>> = (0..columns)
                .map(|column| read(row.get_ref(column)?))
                .collect();
            all.push(Row(row?));
        }
        Ok(all)
    }

    pub(super) fn insert_new(&mut self, bulk: &Bulk, rows: &[Vec<Value>]) -> Result<Vec<bool>> {
        let parameters: Vec<String> = (1..=bulk.columns.len())
            .map(|at| format!("?{at}"))
            .collect();
        let sql = format!(
            "{} VALUES ({}) ON CONFLICT ({}) DO {}",
            bulk.into,
            parameters.join(", "),
            bulk.key,
            bulk.known
        );
        let mut insert = self.0.prepare_cached(&sql)?;
        rows.iter()
            .map(|row| Ok(insert.execute(params_from_iter(row))? > 0))
            .collect()
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        Ok(self.0.execute_batch(sql)?)
    }

    pub(super) fn begin(&mut self) -> Result<()> {
        self.batch("BEGIN IMMEDIATE")
    }

    pub(super) fn rollback(&mut self) {
        // When the disk is full, SQLite has undone everything by itself.
        if !self.0.is_autocommit()
            && let Err(error) = self.batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction cannot be undone");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_commit_waits_for_the_disk() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = Sqlite::open(&directory.path().join("a.db")).unwrap();
        let mut pragma = |name| connection.query(&format!("PRAGMA {name}"), &[]).unwrap();
        assert_eq!(pragma("synchronous"), [Row(vec![Value::Integer(2)])]);
        assert_eq!(
            pragma("journal_mode"),
            [Row(vec![Value::Text("wal".to_owned())])]
        );
    }
}
