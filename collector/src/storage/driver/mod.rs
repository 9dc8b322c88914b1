//! One connection for both databases, so that a query is written once.
//!
//! SQL is what SQLite and PostgreSQL both understand, with SQLite's numbered
//! parameters (`?1`). Integers are 64 bits, there is text, bytes and null.

mod error;
mod portable;
mod postgres;
mod sqlite;
mod value;

pub(crate) use error::{Error, Result};
pub(crate) use portable::tables as translate_tables;
pub(crate) use value::{Row, Value, places, values};

use super::address::Address;
use postgres::Postgres;
use sqlite::Sqlite;

/// Which database a connection leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A connection. Outside of a transaction each statement is its own.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(Sqlite),
    Postgres(Box<Postgres>),
}

/// How many rows are put into a table at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bulk {
    /// The statement's beginning: `INSERT INTO table (columns)`.
    pub(crate) into: &'static str,
    /// The kind of each column, in their order.
    pub(crate) columns: &'static [Kind],
    /// The unique columns by which rows are told apart. The first is the
    /// table's first and of text where rows that are new are asked for.
    pub(crate) key: &'static str,
    /// What is done where a row of that key is there: `NOTHING`, `UPDATE SET …`.
    pub(crate) known: &'static str,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer,
    Text,
}

impl Connection {
    /// Connects. Blocks.
    pub(crate) fn open(address: &Address) -> Result<Self> {
        Ok(match address {
            Address::Sqlite(path) => Self::Sqlite(Sqlite::open(path)?),
            Address::Postgres(server) => Self::Postgres(Box::new(Postgres::open(server)?)),
        })
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement and returns how many rows it changed.
    pub(crate) fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64> {
        match self {
            Self::Sqlite(connection) => connection.execute(sql, values),
            Self::Postgres(connection) => connection.execute(sql, values),
        }
    }

    /// Runs a statement and reads each of its rows.
    pub(crate) fn query<T>(
        &mut self,
        sql: &str,
        values: &[Value],
        read: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = match self {
            Self::Sqlite(connection) => connection.query(sql, values)?,
            Self::Postgres(connection) => connection.query(sql, values)?,
        };
        rows.iter().map(read).collect()
    }

    /// The first row, if there is one.
    pub(crate) fn query_first<T>(
        &mut self,
        sql: &str,
        values: &[Value],
        read: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.query(sql, values, read)?.into_iter().next())
    }

    /// Whether there is a row.
    pub(crate) fn exists(&mut self, sql: &str, values: &[Value]) -> Result<bool> {
        Ok(self.query_first(sql, values, |_| Ok(()))?.is_some())
    }

    /// Stores rows, no two of them of one key.
    pub(crate) fn insert_all(&mut self, bulk: &Bulk, rows: Vec<Vec<Value>>) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection.insert_new(bulk, &rows).map(drop),
            Self::Postgres(connection) => connection.insert_all(bulk, rows),
        }
    }

    /// Stores rows and says of each whether it was new. Of rows with the same
    /// key the first is stored. The key is the first column, and text.
    pub(crate) fn insert_new(&mut self, bulk: &Bulk, rows: Vec<Vec<Value>>) -> Result<Vec<bool>> {
        match self {
            Self::Sqlite(connection) => connection.insert_new(bulk, &rows),
            Self::Postgres(connection) => connection.insert_new(bulk, rows),
        }
    }

    /// Runs statements without parameters that are not written for both.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection.batch(sql),
            Self::Postgres(connection) => connection.batch(sql),
        }
    }

    /// Begins a transaction that writes; it waits until no other that shares
    /// one of `locks` is under way. The locks must be in order.
    pub(crate) fn begin(&mut self, locks: &super::lock::Locks) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection.begin(),
            Self::Postgres(connection) => connection.begin(locks),
        }
    }

    /// Begins a part of the transaction that can be undone alone.
    pub(crate) fn savepoint(&mut self) -> Result<()> {
        self.batch("SAVEPOINT job")
    }

    /// Keeps what was done since the savepoint.
    pub(crate) fn release(&mut self) -> Result<()> {
        self.batch("RELEASE SAVEPOINT job")
    }

    /// Undoes what was done since the savepoint. An error if the whole
    /// transaction is gone.
    pub(crate) fn undo(&mut self) -> Result<()> {
        self.batch("ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job")
    }

    pub(crate) fn commit(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection.batch("COMMIT"),
            Self::Postgres(connection) => connection.commit(),
        }
    }

    /// Ends the transaction without a trace; of no effect if there is none.
    pub(crate) fn rollback(&mut self) {
        match self {
            Self::Sqlite(connection) => connection.rollback(),
            Self::Postgres(connection) => connection.rollback(),
        }
    }
}
