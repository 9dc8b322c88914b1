//! What reviewers found of records, in their own words.

use super::counts::{self, Review};
use super::driver::{Connection, Result, Row, Value, places, values};
use super::{Storage, Unavailable, audit};
use std::collections::BTreeMap;

/// A reviewer's verdict on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReviewNote {
    pub(crate) verdict: Review,
    pub(crate) note: String,
    pub(crate) by: String,
    pub(crate) at_ms: i64,
}

/// `false` if there is no such record.
fn put(connection: &mut Connection, id: &str, review: &ReviewNote) -> Result<bool> {
    if !counts::set_review(connection, id, Some(review.verdict))? {
        return Ok(false);
    }
    let verdict = review.verdict.name();
    connection.execute(
        "INSERT INTO reviews (id, verdict, note, reviewer, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET verdict = excluded.verdict, note = excluded.note,
             reviewer = excluded.reviewer, at_ms = excluded.at_ms",
        values![id, verdict, &review.note, &review.by, review.at_ms],
    )?;
    audit::append(
        connection,
        review.at_ms,
        &review.by,
        &format!("review.{verdict}"),
        id,
    )?;
    Ok(true)
}

/// `false` if there was none.
fn remove(connection: &mut Connection, id: &str, by: &str, now_ms: i64) -> Result<bool> {
    let removed = connection.execute("DELETE FROM reviews WHERE id = ?1", values![id])?;
    if removed == 0 {
        return Ok(false);
    }
    counts::set_review(connection, id, None)?;
    audit::append(connection, now_ms, by, "review.remove", id)?;
    Ok(true)
}

fn find(connection: &mut Connection, ids: &[String]) -> Result<BTreeMap<String, ReviewNote>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!(
        "SELECT id, verdict, note, reviewer, at_ms FROM reviews WHERE id IN ({})",
        places(1, ids.len())
    );
    let values: Vec<Value> = ids.iter().map(Value::from).collect();
    Ok(connection.query(&sql, &values, read)?.into_iter().collect())
}

fn read(row: &Row) -> Result<(String, ReviewNote)> {
    let verdict: String = row.get(1)?;
    let verdict = Review::named(&verdict)
        .ok_or_else(|| super::driver::Error::Damaged("a review's verdict".to_owned()))?;
    let note = ReviewNote {
        verdict,
        note: row.get(2)?,
        by: row.get(3)?,
        at_ms: row.get(4)?,
    };
    Ok((row.get(0)?, note))
}

type Answer<T> = std::result::Result<T, Unavailable>;

impl Storage {
    /// Keeps a review in place of the one before, and logs that; `false` if
    /// there is no such record.
    pub(crate) async fn put_review(&self, id: String, review: ReviewNote) -> Answer<bool> {
        self.write(move |connection| put(connection, &id, &review))
            .await
    }

    /// Takes a review back, and logs that; `false` if there was none.
    pub(crate) async fn remove_review(&self, id: String, by: String, now_ms: i64) -> Answer<bool> {
        self.write(move |connection| remove(connection, &id, &by, now_ms))
            .await
    }

    /// The reviews of these records, at most a page of them.
    pub(crate) async fn reviews(&self, ids: Vec<String>) -> Answer<BTreeMap<String, ReviewNote>> {
        self.read(move |connection| find(connection, &ids)).await
    }
}
