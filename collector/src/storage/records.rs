//! Reading records page by page.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

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

pub(super) fn list(connection: &Connection, query: &Query) -> rusqlite::Result<Page> {
    let (behind, order) = match query.direction {
        Direction::OldestFirst => ("row > ?", "ASC"),
        Direction::NewestFirst => ("row < ?", "DESC"),
    };
    let conditions = [
        (behind, query.after.map(Value::Integer)),
        ("kind = ?", query.kind.clone().map(Value::Text)),
        ("risk = ?", query.risk.clone().map(Value::Text)),
    ];
    let mut sql = String::from("SELECT row, received_ms, body FROM records WHERE TRUE");
    let mut values = Vec::new();
    for (condition, value) in conditions {
        if let Some(value) = value {
            sql.push_str(" AND ");
            sql.push_str(condition);
            values.push(value);
        }
    }
    sql.push_str(&format!(" ORDER BY row {order} LIMIT ?"));
    // One more than asked for tells whether there are more.
    let wanted = i64::try_from(query.limit)
        .unwrap_or(i64::MAX)
        .saturating_add(1);
    values.push(Value::Integer(wanted));
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement
        .query_map(params_from_iter(values), |row| {
            Ok(Row {
                row: row.get(0)?,
                received_ms: row.get(1)?,
                body: row.get(2)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let has_more = rows.len() > query.limit;
    rows.truncate(query.limit);
    Ok(Page { rows, has_more })
}
