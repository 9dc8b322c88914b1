//! The tables, and how they come about.
//!
//! A migration is written once, as SQLite has it; what PostgreSQL calls
//! otherwise is translated (`driver/portable.rs`). Old entries never change,
//! so every database that was ever written is brought forward. On PostgreSQL
//! the number of migrations done is kept in a table of its own.

use super::driver::{Connection, Dialect, Error, Result, values};
use super::lock::{Lock, Locks};

mod migrations;

use migrations::MIGRATIONS;

/// Brings the tables up to date. Several collectors may do it at once.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    if connection.dialect() == Dialect::Postgres {
        // A large table takes longer than a statement of a request may.
        connection.batch("SET statement_timeout = 0; SET lock_timeout = 0")?;
    }
    connection.begin(&Locks::of([Lock::Everything]))?;
    let result = migrate_in_transaction(connection, MIGRATIONS);
    match result {
        Ok(()) => connection.commit(),
        Err(error) => {
            connection.rollback();
            Err(error)
        }
    }
}

fn migrate_in_transaction(connection: &mut Connection, migrations: &[Migration]) -> Result<()> {
    let version = version(connection)?;
    if version > migrations.len() {
        return Err(Error::Other(
            "it was written by a newer version of the collector".to_owned(),
        ));
    }
    for migration in &migrations[version..] {
        migration.perform(connection)?;
    }
    if version < migrations.len() {
        set_version(connection, migrations.len())?;
    }
    Ok(())
}

/// Statements that lead from one version of the tables to the next.
#[derive(Debug)]
struct Migration {
    /// As SQLite has them.
    tables: &'static str,
    /// What fills new columns from old ones: only for databases that are
    /// older than the migration, and PostgreSQL's begin with the third.
    fill_sqlite: &'static str,
}

impl Migration {
    fn perform(&self, connection: &mut Connection) -> Result<()> {
        match connection.dialect() {
            Dialect::Sqlite => {
                connection.batch(self.tables)?;
                connection.batch(self.fill_sqlite)
            }
            Dialect::Postgres => connection.batch(&super::driver::translate_tables(self.tables)),
        }
    }
}

fn version(connection: &mut Connection) -> Result<usize> {
    let version: i64 = match connection.dialect() {
        Dialect::Sqlite => connection.query_first("PRAGMA user_version", &[], |row| row.get(0))?,
        Dialect::Postgres => {
            connection
                .batch("CREATE TABLE IF NOT EXISTS tidegate_schema (version BIGINT NOT NULL)")?;
            connection.query_first("SELECT version FROM tidegate_schema", &[], |row| row.get(0))?
        }
    }
    .unwrap_or(0);
    usize::try_from(version).map_err(|_| Error::Damaged("the version of the tables".to_owned()))
}

fn set_version(connection: &mut Connection, version: usize) -> Result<()> {
    match connection.dialect() {
        Dialect::Sqlite => connection.batch(&format!("PRAGMA user_version = {version}")),
        Dialect::Postgres => {
            let version = i64::try_from(version).unwrap_or(i64::MAX);
            connection.execute("DELETE FROM tidegate_schema", &[])?;
            connection
                .execute("INSERT INTO tidegate_schema VALUES (?1)", values![version])
                .map(drop)
        }
    }
}

#[cfg(test)]
mod tests;
