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
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::testing::Database;
    use super::*;

    #[test]
    fn migrating_twice_changes_nothing_and_newer_tables_are_refused() {
        for database in Database::all() {
            let mut connection = database.connect();
            migrate(&mut connection).unwrap();
            migrate(&mut connection).unwrap();
            assert_eq!(version(&mut connection).unwrap(), MIGRATIONS.len());
            set_version(&mut connection, 99).unwrap();
            assert!(migrate(&mut connection).is_err());
        }
    }

    #[test]
    fn records_of_the_second_schema_are_found_and_counted_by_their_content() {
        let database = Database::sqlite();
        let mut connection = database.connect();
        migrate_in_transaction(&mut connection, &MIGRATIONS[..2]).unwrap();
        let body = r#"{"data": {"policy": "p", "revision": 7, "rule": "r", "risk": "x",
            "action": "mask", "channel": "text", "escalation": "abuse"}}"#;
        let bodies = [
            (Some("x"), body),
            (Some("x"), body),
            (Some("x"), "no JSON"),
            (None, "{}"),
        ];
        for (number, (risk, body)) in (0_i64..).zip(bodies) {
            let insert = "INSERT INTO records (id, kind, risk, received_ms, body)
                VALUES (?1, 'kind', ?2, 3600001, ?3)";
            let values = values![format!("{number}"), risk, body];
            connection.execute(insert, values).unwrap();
        }
        migrate(&mut connection).unwrap();
        let found = connection.query(
            "SELECT id FROM records WHERE policy = 'p' AND revision = 7 AND rule = 'r'
                AND action = 'mask' AND channel = 'text' AND escalation = 'abuse' ORDER BY id",
            &[],
            |row| row.get::<String>(0),
        );
        assert_eq!(found.unwrap(), ["0", "1"]);
        let counted = connection.query(
            "SELECT hits FROM verdict_counts WHERE hour = 1 AND rule = 'r'",
            &[],
            |row| row.get::<i64>(0),
        );
        assert_eq!(counted.unwrap(), [2]);
    }
}
