//! PostgreSQL.

use super::{Bulk, Error, Kind, Result, Row, Value, portable};
use crate::storage::address::Server;
use crate::storage::lock::Locks;
use bytes::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Statement};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Statements kept ready.
const MAX_PREPARED: usize = 128;
/// How a session is set up. A statement, the wait for a lock, and a
/// transaction whose collector fell silent have an end. What the server is
/// told to be sloppy about, this session is not.
const SESSION: &str = "
    SET statement_timeout = '30s';
    SET lock_timeout = '15s';
    SET idle_in_transaction_session_timeout = '30s';
    SELECT set_config('synchronous_commit', 'on', false)
        WHERE current_setting('synchronous_commit') = 'off'";

/// A connection to a server, made anew when it was lost.
#[derive(Debug)]
pub(crate) struct Postgres {
    server: Server,
    link: Option<Link>,
    in_transaction: bool,
}

/// The client and the statements that the server keeps ready for it.
struct Link {
    client: Client,
    prepared: HashMap<String, Statement>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Link")
    }
}

impl Postgres {
    pub(super) fn open(server: &Server) -> Result<Self> {
        let mut connection = Self {
            server: server.clone(),
            link: None,
            in_transaction: false,
        };
        connection.link()?;
        Ok(connection)
    }

    pub(super) fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64> {
        self.attempt(|link| {
            let statement = link.prepare(sql)?;
            Ok(link.client.execute(&statement, &parameters(values))?)
        })
    }

    pub(super) fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        let rows = self.attempt(|link| {
            let statement = link.prepare(sql)?;
            Ok(link.client.query(&statement, &parameters(values))?)
        })?;
        rows.iter()
            .map(|row| {
                let row: Result<Vec<Value>> = (0..row.len())
                    .map(|column| Ok(row.try_get(column)?))
                    .collect();
                Ok(Row(row?))
            })
            .collect()
    }

    pub(super) fn insert_all(&mut self, bulk: &Bulk, rows: Vec<Vec<Value>>) -> Result<()> {
        self.insert(bulk, "", rows).map(drop)
    }

    /// The answer names the keys that were new.
    pub(super) fn insert_new(&mut self, bulk: &Bulk, rows: Vec<Vec<Value>>) -> Result<Vec<bool>> {
        let keys: Vec<String> = rows
            .iter()
            .map(|row| match row.first() {
                Some(Value::Text(key)) => Ok(key.clone()),
                _ => Err(Error::Other("a row has no key".to_owned())),
            })
            .collect::<Result<_>>()?;
        let stored = self.insert(bulk, &format!("RETURNING {}", bulk.key), rows)?;
        let mut new = stored
            .iter()
            .map(|row| Ok(row.try_get::<_, String>(0)?))
            .collect::<Result<HashSet<_>>>()?;
        Ok(keys.iter().map(|key| new.remove(key)).collect())
    }

    /// One statement for all rows: each parameter is a column.
    fn insert(
        &mut self,
        bulk: &Bulk,
        returning: &str,
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<postgres::Row>> {
        let arrays: Vec<String> = bulk
            .columns
            .iter()
            .enumerate()
            .map(|(at, kind)| match kind {
                Kind::Integer => format!("${}::BIGINT[]", at + 1),
                Kind::Text => format!("${}::TEXT[]", at + 1),
            })
            .collect();
        let sql = format!(
            "{} SELECT * FROM unnest({}) ON CONFLICT ({}) DO {} {returning}",
            bulk.into,
            arrays.join(", "),
            bulk.key,
            bulk.known,
        );
        let mut columns: Vec<Vec<Value>> = bulk
            .columns
            .iter()
            .map(|_| Vec::with_capacity(rows.len()))
            .collect();
        for row in rows {
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        let columns: Vec<&(dyn ToSql + Sync)> = columns
            .iter()
            .map(|column| column as &(dyn ToSql + Sync))
            .collect();
        self.attempt(|link| {
            let statement = link.prepare(&sql)?;
            Ok(link.client.query(&statement, &columns)?)
        })
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        self.attempt(|link| Ok(link.client.batch_execute(sql)?))
    }

    /// Begins and waits for the locks, which end with the transaction.
    pub(super) fn begin(&mut self, locks: &Locks) -> Result<()> {
        let mut sql = String::from("BEGIN");
        for key in &locks.exclusive {
            sql.push_str(&format!("; SELECT pg_advisory_xact_lock({key})"));
        }
        // The lock of all is 0: shared by whoever has one of the others.
        if locks.is_shared {
            sql.insert_str("BEGIN".len(), "; SELECT pg_advisory_xact_lock_shared(0)");
        }
        self.batch(&sql)?;
        self.in_transaction = true;
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<()> {
        let result = self.batch("COMMIT");
        self.in_transaction = false;
        if result.is_err() {
            // Whether it was committed is not known; nothing may go on here.
            self.link = None;
        }
        result
    }

    pub(super) fn rollback(&mut self) {
        let is_undone = self
            .link
            .as_mut()
            .is_none_or(|link| link.client.batch_execute("ROLLBACK").is_ok());
        if !is_undone {
            self.link = None;
        }
        self.in_transaction = false;
    }

    /// Runs `act`. A connection that turns out to be lost is made anew and
    /// `act` is run again, unless a transaction was lost with it.
    fn attempt<T>(&mut self, mut act: impl FnMut(&mut Link) -> Result<T>) -> Result<T> {
        let can_repeat = !self.in_transaction;
        let had_link = self.link.is_some();
        let link = match self.link.as_mut() {
            Some(link) => link,
            None if can_repeat => self.link()?,
            None => return Err(Error::Other("the connection was lost".to_owned())),
        };
        let result = act(link);
        if result.is_ok() || !link.client.is_closed() {
            return result;
        }
        self.link = None;
        if can_repeat && had_link {
            tracing::warn!("the connection to the database was lost and is made anew");
            return act(self.link()?);
        }
        result
    }

    fn link(&mut self) -> Result<&mut Link> {
        let mut client = self.server.connect()?;
        client.batch_execute(SESSION)?;
        Ok(self.link.insert(Link {
            client,
            prepared: HashMap::new(),
        }))
    }
}

impl Drop for Postgres {
    /// The client has a runtime of its own, which must not end inside of
    /// another one.
    fn drop(&mut self) {
        if let Some(link) = self.link.take() {
            let _ = std::thread::spawn(move || drop(link)).join();
        }
    }
}

impl Link {
    fn prepare(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&portable::parameters(sql))?;
        if self.prepared.len() >= MAX_PREPARED {
            self.prepared.clear();
        }
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

/// PostgreSQL's text cannot hold the character NUL.
fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

type Failure = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Failure> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) if *kind == Type::INT4 => {
                i32::try_from(*number)?.to_sql(kind, out)
            }
            Self::Integer(number) => number.to_sql(kind, out),
            Self::Text(text) => without_nul(text).to_sql(kind, out),
            Self::Blob(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [
            Type::INT4,
            Type::INT8,
            Type::TEXT,
            Type::VARCHAR,
            Type::BYTEA,
        ]
        .contains(kind)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> std::result::Result<Self, Failure> {
        Ok(match *kind {
            Type::INT4 => Self::Integer(i64::from(i32::from_sql(kind, raw)?)),
            Type::INT8 => Self::Integer(i64::from_sql(kind, raw)?),
            Type::BOOL => Self::Integer(i64::from(bool::from_sql(kind, raw)?)),
            Type::BYTEA => Self::Blob(Vec::from_sql(kind, raw)?),
            _ => Self::Text(String::from_sql(kind, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Failure> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        [
            Type::INT4,
            Type::INT8,
            Type::BOOL,
            Type::TEXT,
            Type::VARCHAR,
            Type::BYTEA,
        ]
        .contains(kind)
    }
}
