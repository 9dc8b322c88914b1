//! Records, found and read page by page.

use super::counts::Review;
use super::driver::{self, Connection, Result, Value, values};
use super::{Storage, Unavailable};

/// How far the clocks of collectors that share a database may differ, and a
/// clock may be set back, before a list by time misses something.
const MAX_SKEW_MS: i64 = 3_600_000;

/// Which way a list runs. Row numbers follow the order of arrival.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Direction {
    #[default]
    OldestFirst,
    NewestFirst,
}

/// Whether a record was reviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reviewed {
    No,
    /// In whatever way.
    Yes,
    As(Review),
}

/// What to list: records for which everything holds that is not `None`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    pub(crate) direction: Direction,
    /// Go on behind this row.
    pub(crate) after: Option<i64>,
    /// End before this row.
    pub(crate) before: Option<i64>,
    /// Most rows to return.
    pub(crate) limit: usize,
    /// The event's type.
    pub(crate) kind: Option<String>,
    pub(crate) policy: Option<String>,
    pub(crate) revision: Option<i64>,
    pub(crate) rule: Option<String>,
    pub(crate) risk: Option<String>,
    pub(crate) action: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) escalation: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) review: Option<Reviewed>,
    /// Arrived at this time or later.
    pub(crate) from_ms: Option<i64>,
    /// Arrived before this time.
    pub(crate) to_ms: Option<i64>,
}

/// A stored record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) row: i64,
    pub(crate) received_ms: i64,
    /// The event as JSON.
    pub(crate) body: String,
    /// Whose it is, if the sender proved it.
    pub(crate) subject: Option<String>,
    pub(crate) review: Option<Review>,
}

/// Some rows and whether there are more behind them.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
    pub(crate) has_more: bool,
}

impl Page {
    /// The row behind which the next page begins; `None` if this is the last.
    pub(crate) fn next(&self) -> Option<i64> {
        self.rows
            .last()
            .filter(|_| self.has_more)
            .map(|last| last.row)
    }
}

/// The channel of most records, which has no index because it needs none: the
/// next hundred are never far.
const COMMON_CHANNEL: &str = "text";

const COLUMNS: &str = "row, received_ms, body, subject, review";

fn read(row: &driver::Row) -> Result<Row> {
    let review: Option<String> = row.get(4)?;
    Ok(Row {
        row: row.get(0)?,
        received_ms: row.get(1)?,
        body: row.get(2)?,
        subject: row.get(3)?,
        review: review.as_deref().and_then(Review::named),
    })
}

fn find(connection: &mut Connection, id: &str) -> Result<Option<Row>> {
    let sql = format!("SELECT {COLUMNS} FROM records WHERE id = ?1");
    connection.query_first(&sql, values![id], read)
}

pub(super) fn list(connection: &mut Connection, query: &Query) -> Result<Page> {
    // Of times, rows are sought first: these rise with them, nearly.
    let first_row = match query.from_ms {
        None => None,
        Some(from_ms) => match row_at(connection, from_ms.saturating_sub(MAX_SKEW_MS))? {
            Some(row) => Some(row),
            None => {
                return Ok(Page {
                    rows: Vec::new(),
                    has_more: false,
                });
            }
        },
    };
    let row_behind = match query.to_ms {
        None => None,
        Some(to_ms) => row_at(connection, to_ms.saturating_add(MAX_SKEW_MS))?,
    };
    let (order, behind, ahead) = match query.direction {
        Direction::OldestFirst => ("ASC", "row >", "row <"),
        Direction::NewestFirst => ("DESC", "row <", "row >"),
    };
    let text = |value: &Option<String>| value.as_deref().map(Value::from);
    let review = match query.review {
        Some(Reviewed::As(review)) => Some(Value::from(review.name())),
        Some(Reviewed::No | Reviewed::Yes) | None => None,
    };
    // Of a subject there are few records: the indexes of texts, each of which
    // finds many, are hidden from the planner then, which does not know that.
    let equals = |column: &str| match query.subject {
        None => format!("{column} ="),
        Some(_) => format!("{column} || '' ="),
    };
    let is = |condition: &str| condition.to_owned();
    let conditions = [
        (is(behind), query.after.map(Value::from)),
        (is(ahead), query.before.map(Value::from)),
        (is("row >="), first_row.map(Value::from)),
        (is("row <"), row_behind.map(Value::from)),
        // The rows are bounds enough; by its index the time would be a range to
        // read whole and to sort.
        (is("received_ms + 0 >="), query.from_ms.map(Value::from)),
        (is("received_ms + 0 <"), query.to_ms.map(Value::from)),
        (equals("kind"), text(&query.kind)),
        (equals("policy"), text(&query.policy)),
        (is("revision ="), query.revision.map(Value::from)),
        (equals("rule"), text(&query.rule)),
        (equals("risk"), text(&query.risk)),
        (equals("action"), text(&query.action)),
        (equals("channel"), text(&query.channel)),
        (equals("escalation"), text(&query.escalation)),
        (is("subject ="), text(&query.subject)),
        (equals("review"), review),
    ];
    let mut sql = format!("SELECT {COLUMNS} FROM records WHERE 1 = 1");
    let mut values = Vec::new();
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            sql.push_str(&format!(" AND {condition} ?{}", values.len()));
        }
    }
    if query
        .channel
        .as_deref()
        .is_some_and(|name| name != COMMON_CHANNEL)
    {
        // Word by word the condition of the index `records_by_channel`.
        sql.push_str(" AND channel <> 'text'");
    }
    match query.review {
        Some(Reviewed::No) => sql.push_str(" AND review IS NULL"),
        Some(Reviewed::Yes) => sql.push_str(" AND review IS NOT NULL"),
        Some(Reviewed::As(_)) | None => {}
    }
    // One more than asked for tells whether there are more.
    let wanted = i64::try_from(query.limit).unwrap_or(i64::MAX);
    values.push(wanted.saturating_add(1).into());
    sql.push_str(&format!(" ORDER BY row {order} LIMIT ?{}", values.len()));
    let mut rows = connection.query(&sql, &values, read)?;
    let has_more = rows.len() > query.limit;
    rows.truncate(query.limit);
    Ok(Page { rows, has_more })
}

/// The row of the first record that arrived at that time or later.
fn row_at(connection: &mut Connection, at_ms: i64) -> Result<Option<i64>> {
    connection.query_first(
        "SELECT row FROM records WHERE received_ms >= ?1 ORDER BY received_ms, row LIMIT 1",
        values![at_ms],
        |row| row.get(0),
    )
}

impl Storage {
    /// Reads one page of records.
    pub(crate) async fn list(&self, query: Query) -> std::result::Result<Page, Unavailable> {
        self.read(move |connection| list(connection, &query)).await
    }

    /// The record of that id.
    pub(crate) async fn find(&self, id: String) -> std::result::Result<Option<Row>, Unavailable> {
        self.read(move |connection| find(connection, &id)).await
    }
}
