//! The database without the collector: its limit.

use super::records::{CHANNEL, KIND, POLICY, RULES, Row};
use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::io::Write as _;

/// A connection as durable as the collector's.
pub(crate) enum Database {
    Sqlite(rusqlite::Connection),
    Postgres(Box<postgres::Client>),
}

const COLUMNS: &str = "id, kind, received_ms, body, policy, revision, rule, risk, action, channel";

impl Database {
    pub(crate) fn open(url: &str) -> Result<Self> {
        let Some(path) = url.strip_prefix("sqlite://") else {
            let client = postgres::Client::connect(url, postgres::NoTls)?;
            return Ok(Self::Postgres(Box::new(client)));
        };
        let connection = rusqlite::Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        Ok(Self::Sqlite(connection))
    }

    /// Inserts rows in one transaction, the quickest way there is: a prepared
    /// statement here, `COPY` there.
    pub(crate) fn insert(&mut self, rows: &[Row]) -> Result<()> {
        match self {
            Self::Sqlite(connection) => {
                let transaction = connection.transaction()?;
                let mut insert = transaction.prepare_cached(&format!(
                    "INSERT INTO records ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                ))?;
                for row in rows {
                    insert.execute((
                        &row.id,
                        KIND,
                        row.received_ms,
                        &row.body,
                        POLICY,
                        row.keys.revision as i64,
                        &row.keys.rule,
                        &row.keys.risk,
                        row.keys.action,
                        CHANNEL,
                    ))?;
                }
                drop(insert);
                transaction.commit()?;
            }
            Self::Postgres(client) => {
                let mut text = String::new();
                for row in rows {
                    // Nothing in it needs an escape.
                    let keys = &row.keys;
                    let _ = writeln!(
                        text,
                        "{}\t{KIND}\t{}\t{}\t{POLICY}\t{}\t{}\t{}\t{}\t{CHANNEL}",
                        row.id,
                        row.received_ms,
                        row.body,
                        keys.revision,
                        keys.rule,
                        keys.risk,
                        keys.action
                    );
                }
                let mut writer = client.copy_in(&format!("COPY records ({COLUMNS}) FROM STDIN"))?;
                writer.write_all(text.as_bytes())?;
                writer.finish()?;
            }
        }
        Ok(())
    }

    pub(crate) fn count(&mut self) -> Result<usize> {
        let sql = "SELECT count(*) FROM records";
        let count: i64 = match self {
            Self::Sqlite(connection) => connection.query_row(sql, [], |row| row.get(0))?,
            Self::Postgres(client) => client.query_one(sql, &[])?.get(0),
        };
        usize::try_from(count).context("the count")
    }

    /// Counts every rule in each hour of the days before `hour`, as if the
    /// records had not all come within minutes; returns how many counts.
    pub(crate) fn count_hours(&mut self, hour: u64, days: u64) -> Result<usize> {
        let first = hour - 24 * days;
        // The hours in which the records came are counted already.
        let last = hour - 24;
        let sql = format!(
            "INSERT INTO verdict_counts (hour, policy, revision, rule, risk, action, hits)
             WITH RECURSIVE hours(hour) AS
                 (SELECT {first} UNION ALL SELECT hour + 1 FROM hours WHERE hour < {last}),
             rules(rule) AS
                 (SELECT 0 UNION ALL SELECT rule + 1 FROM rules WHERE rule < {RULES} - 1)
             SELECT hour, '{POLICY}', 10 + (hour - {first}) / 1000, 'rule-' || rule,
                 'risk-' || (rule % 12), 'flag', 7
             FROM hours CROSS JOIN rules"
        );
        Ok(match self {
            Self::Sqlite(connection) => connection.execute(&sql, [])?,
            Self::Postgres(client) => usize::try_from(client.execute(&sql, &[])?)?,
        })
    }

    /// Reads one record by its primary key.
    pub(crate) fn look_up(&mut self, row: usize) -> Result<()> {
        let row = row as i64;
        match self {
            Self::Sqlite(connection) => connection
                .prepare_cached("SELECT body FROM records WHERE row = ?1")?
                .query_row([row], |row| row.get::<_, String>(0))
                .map(drop)?,
            Self::Postgres(client) => {
                client.query_one("SELECT body FROM records WHERE row = $1", &[&row])?;
            }
        }
        Ok(())
    }
}
