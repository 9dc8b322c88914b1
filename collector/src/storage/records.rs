//! Records: stored once each, read page by page.

use super::driver::{Bulk, Connection, Kind, Result, Value, values};

/// A valid record that is to be stored.
#[derive(Debug, Clone)]
pub(crate) struct NewRecord {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) risk: Option<String>,
    /// Whose it is, if the sender proved it; only counted, never listed.
    pub(crate) subject: Option<String>,
    pub(crate) received_ms: i64,
    /// The event as JSON.
    pub(crate) body: String,
}

/// What became of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Stored,
    /// A record of that id had been stored before.
    Known,
}

const NEW_RECORDS: Bulk = Bulk {
    into: "INSERT INTO records (id, kind, risk, subject, received_ms, body)",
    columns: &[
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Integer,
        Kind::Text,
    ],
    key: "id",
    key_column: 0,
};

/// Needs [`Lock::Records`](super::lock::Lock::Records).
pub(super) fn insert(connection: &mut Connection, records: Vec<NewRecord>) -> Result<Vec<Outcome>> {
    let rows = records
        .into_iter()
        .map(|record| {
            vec![
                record.id.into(),
                record.kind.into(),
                record.risk.into(),
                record.subject.into(),
                record.received_ms.into(),
                record.body.into(),
            ]
        })
        .collect();
    let are_new = connection.insert_new(&NEW_RECORDS, rows)?;
    let outcome = |is_new| {
        if is_new {
            Outcome::Stored
        } else {
            Outcome::Known
        }
    };
    Ok(are_new.into_iter().map(outcome).collect())
}

/// Which way a list runs. Row numbers follow the order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    OldestFirst,
    NewestFirst,
}

/// What to list.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) direction: Direction,
    /// Go on behind this row.
    pub(crate) after: Option<i64>,
    /// Most rows to return.
    pub(crate) limit: usize,
    /// Only this event type.
    pub(crate) kind: Option<String>,
    /// Only verdicts of this risk.
    pub(crate) risk: Option<String>,
}

/// A stored record.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) row: i64,
    pub(crate) received_ms: i64,
    /// The event as JSON.
    pub(crate) body: String,
}

/// Some rows and whether there are more behind them.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
    pub(crate) has_more: bool,
}

pub(super) fn list(connection: &mut Connection, query: &Query) -> Result<Page> {
    let (behind, order) = match query.direction {
        Direction::OldestFirst => ("row >", "ASC"),
        Direction::NewestFirst => ("row <", "DESC"),
    };
    let conditions = [
        (behind, query.after.map(Value::Integer)),
        ("kind =", query.kind.clone().map(Value::Text)),
        ("risk =", query.risk.clone().map(Value::Text)),
    ];
    let mut sql = String::from("SELECT row, received_ms, body FROM records WHERE TRUE");
    let mut values = Vec::new();
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            sql.push_str(&format!(" AND {condition} ?{}", values.len()));
        }
    }
    // One more than asked for tells whether there are more.
    let wanted = i64::try_from(query.limit)
        .unwrap_or(i64::MAX)
        .saturating_add(1);
    values.push(Value::Integer(wanted));
    sql.push_str(&format!(" ORDER BY row {order} LIMIT ?{}", values.len()));
    let mut rows = connection.query(&sql, &values, |row| {
        Ok(Row {
            row: row.get(0)?,
            received_ms: row.get(1)?,
            body: row.get(2)?,
        })
    })?;
    let has_more = rows.len() > query.limit;
    rows.truncate(query.limit);
    Ok(Page { rows, has_more })
}

/// How many records there are of one risk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RiskCount {
    pub(crate) risk: String,
    pub(crate) count: i64,
}

/// Verdicts about a subject that arrived since `from_ms`, by risk.
pub(super) fn count(
    connection: &mut Connection,
    subject: &str,
    from_ms: i64,
) -> Result<Vec<RiskCount>> {
    connection.query(
        "SELECT risk, count(*) FROM records
         WHERE subject = ?1 AND received_ms >= ?2 AND risk IS NOT NULL
         GROUP BY risk ORDER BY count(*) DESC, risk",
        values![subject, from_ms],
        |row| {
            Ok(RiskCount {
                risk: row.get(0)?,
                count: row.get(1)?,
            })
        },
    )
}
