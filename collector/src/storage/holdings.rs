//! Everything that is kept of a subject: what is shown at its wish is what is
//! erased at its wish.

use super::driver::{Connection, Result, values};
use super::json::read_json;
use super::usage::{self, EventRow};
use super::{Storage, Unavailable, audit, subjects};
use crate::assertions::Profile;
use crate::usage::Kept;

/// Tables, besides that of the records, whose column `subject` says whose a
/// row is.
pub(super) const BY_SUBJECT: [&str; 5] = [
    "subjects",
    "usage_ledgers",
    "usage_events",
    "guardian_pins",
    "guardian_sessions",
];
/// Tables whose column `id` says to which record a row belongs.
pub(super) const BY_RECORD: [&str; 3] = ["complaints", "lost_records", "reviews"];

/// What the tables of [`BY_SUBJECT`] have. It is bounded, as each of them is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Holdings {
    pub(crate) profile: Option<Profile>,
    /// And when it changed last.
    pub(crate) ledger: Option<(Kept, i64)>,
    pub(crate) events: Vec<EventRow>,
    /// The guardian's PIN: until when it is locked. Its hash is nobody's.
    pub(crate) pin_locked_until_ms: Option<i64>,
    /// When each session of a guardian ends.
    pub(crate) sessions: Vec<i64>,
}

fn find(connection: &mut Connection, subject: &str) -> Result<Holdings> {
    let ledger = connection.query_first(
        "SELECT ledger, changed_ms FROM usage_ledgers WHERE subject = ?1",
        values![subject],
        |row| Ok((read_json(row, 0)?, row.get(1)?)),
    )?;
    let pin_locked_until_ms = connection.query_first(
        "SELECT locked_until_ms FROM guardian_pins WHERE subject = ?1",
        values![subject],
        |row| row.get(0),
    )?;
    let sessions = connection.query(
        "SELECT expires_ms FROM guardian_sessions WHERE subject = ?1 ORDER BY expires_ms",
        values![subject],
        |row| row.get(0),
    )?;
    Ok(Holdings {
        profile: subjects::find(connection, subject)?,
        ledger,
        events: usage::events(connection, subject, i64::MIN)?,
        pin_locked_until_ms,
        sessions,
    })
}

impl Storage {
    /// What is kept of a subject besides its records. The log has that it was
    /// looked at, not whose it is: that is erased with the rest.
    pub(crate) async fn holdings(
        &self,
        subject: String,
        by: String,
        now_ms: i64,
    ) -> std::result::Result<Holdings, Unavailable> {
        self.write(move |connection| {
            audit::append(connection, now_ms, &by, "subject.show", "")?;
            find(connection, &subject)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::driver::Dialect;
    use super::super::removal;
    use super::super::testing::Database;
    use super::*;
    use std::collections::BTreeSet;

    /// Tables with a column of that name.
    fn tables_with(connection: &mut Connection, column: &str) -> BTreeSet<String> {
        let sql = match connection.dialect() {
            Dialect::Sqlite => {
                "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c
                 WHERE m.type = 'table' AND c.name = ?1"
            }
            Dialect::Postgres => {
                "SELECT CAST(table_name AS TEXT) FROM information_schema.columns
                 WHERE table_schema = current_schema() AND CAST(column_name AS TEXT) = ?1"
            }
        };
        let names = connection.query(sql, values![column], |row| row.get(0));
        names.unwrap().into_iter().collect()
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn every_table_that_says_whose_a_row_is_is_known() {
        for database in Database::all() {
            let connection = &mut database.migrated();
            let all = [&BY_SUBJECT[..], &["records"]].concat();
            assert_eq!(tables_with(connection, "subject"), set(&all));
            let all = [&BY_RECORD[..], &["records"]].concat();
            assert_eq!(tables_with(connection, "id"), set(&all));
        }
    }

    fn fill(connection: &mut Connection, subject: &str) {
        let sql = format!(
            "INSERT INTO subjects VALUES ('{subject}', '{{}}', '{{}}', 5);
             INSERT INTO usage_ledgers VALUES ('{subject}', '{{\"intervals\":[[1,2]],\"days\":[]}}', 6);
             INSERT INTO usage_events VALUES ('{subject}', 7, 'exit', '');
             INSERT INTO guardian_pins (subject, hash) VALUES ('{subject}', 'hash');"
        );
        connection.batch(&sql).unwrap();
        connection
            .execute(
                "INSERT INTO guardian_sessions VALUES (?1, ?2, 9)",
                values![subject.as_bytes(), subject],
            )
            .unwrap();
    }

    #[test]
    fn what_is_shown_comes_from_every_table_and_nothing_is_left_of_what_is_erased() {
        for database in Database::all() {
            let connection = &mut database.migrated();
            fill(connection, "other");
            let others = find(connection, "other").unwrap();
            for table in BY_SUBJECT {
                fill(connection, "s");
                let all = find(connection, "s").unwrap();
                let delete = format!("DELETE FROM {table} WHERE subject = 's'");
                connection.batch(&delete).unwrap();
                assert_ne!(find(connection, "s").unwrap(), all, "{table} is not shown");
                removal::erase(connection, "s").unwrap();
                assert_eq!(find(connection, "s").unwrap(), Holdings::default());
            }
            assert_eq!(find(connection, "other").unwrap(), others);
        }
    }
}
