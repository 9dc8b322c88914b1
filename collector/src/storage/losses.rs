//! What clients counted as lost, by name. A client counts a record whose answer
//! never came, though it may have arrived, or come later; and two pages that did
//! not hear of each other both count what both lost. So the first count that
//! names a record tells of it, and what is there is not lost.

use super::driver::{Bulk, Connection, Kind, Result, Value, places};
use super::{Storage, Unavailable};
use std::collections::BTreeMap;

/// `named` is the record, `id` the count that named it first.
const LOST_RECORDS: Bulk = Bulk {
    into: "INSERT INTO lost_records (named, id)",
    columns: &[Kind::Text, Kind::Text],
    key: "named",
    known: "NOTHING",
};

/// Notes records, each with the count that names it.
pub(super) fn add(
    connection: &mut Connection,
    named: impl Iterator<Item = (String, String)>,
) -> Result<()> {
    let rows: Vec<Vec<Value>> = named
        .map(|(named, id)| vec![named.into(), id.into()])
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    connection.insert_new(&LOST_RECORDS, rows).map(drop)
}

/// Notes that records were there which are about to be deleted: those whose
/// ids the query `ids` gives. They do not become lost by that.
pub(super) fn have_arrived(connection: &mut Connection, ids: &str, values: &[Value]) -> Result<()> {
    let sql = format!("UPDATE lost_records SET has_arrived = 1 WHERE named IN ({ids})");
    connection.execute(&sql, values).map(drop)
}

/// Of the records that each of these counts named first, how many are not
/// there; counts of which that is none are left out.
pub(super) fn missing(
    connection: &mut Connection,
    counts: &[String],
) -> Result<BTreeMap<String, u64>> {
    if counts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!(
        "SELECT id, count(*) FROM lost_records
         WHERE id IN ({}) AND has_arrived = 0
             AND NOT EXISTS (SELECT 1 FROM records WHERE records.id = lost_records.named)
         GROUP BY id",
        places(1, counts.len())
    );
    let values: Vec<Value> = counts.iter().map(Value::from).collect();
    let rows = connection.query(&sql, &values, |row| {
        Ok((row.get(0)?, row.get::<i64>(1)?.unsigned_abs()))
    })?;
    Ok(rows.into_iter().collect())
}

impl Storage {
    /// Of the records that each of these counts of losses, at most a page of
    /// them, was the first to name, how many are not there.
    pub(crate) async fn missing(
        &self,
        counts: Vec<String>,
    ) -> std::result::Result<BTreeMap<String, u64>, Unavailable> {
        self.read(move |connection| missing(connection, &counts))
            .await
    }
}
