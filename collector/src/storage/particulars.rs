//! The provider's particulars, every version that there was.

use super::driver::{Connection, Result, Row, values};
use super::{Storage, Unavailable, audit};

/// A version of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParticularsVersion {
    /// From 1.
    pub(crate) version: i64,
    /// As JSON.
    pub(crate) document: String,
    pub(crate) by: String,
    pub(crate) at_ms: i64,
}

const COLUMNS: &str = "SELECT version, document, actor, at_ms FROM particulars";

fn read(row: &Row) -> Result<ParticularsVersion> {
    Ok(ParticularsVersion {
        version: row.get(0)?,
        document: row.get(1)?,
        by: row.get(2)?,
        at_ms: row.get(3)?,
    })
}

fn newest(connection: &mut Connection) -> Result<Option<ParticularsVersion>> {
    let sql = format!("{COLUMNS} ORDER BY version DESC LIMIT 1");
    connection.query_first(&sql, &[], read)
}

fn list(connection: &mut Connection, after: i64, limit: i64) -> Result<Vec<ParticularsVersion>> {
    let sql = format!("{COLUMNS} WHERE version > ?1 ORDER BY version LIMIT ?2");
    connection.query(&sql, values![after, limit], read)
}

/// The number of the version with this document, and whether it is new: what
/// is the newest already makes no other one.
fn put(connection: &mut Connection, document: &str, by: &str, now_ms: i64) -> Result<(i64, bool)> {
    let before = newest(connection)?;
    if let Some(before) = &before
        && before.document == document
    {
        return Ok((before.version, false));
    }
    let version = before.map_or(1, |before| before.version + 1);
    connection.execute(
        "INSERT INTO particulars (version, document, actor, at_ms) VALUES (?1, ?2, ?3, ?4)",
        values![version, document, by, now_ms],
    )?;
    let about = version.to_string();
    audit::append(connection, now_ms, by, "particulars.put", &about)?;
    Ok((version, true))
}

type Answer<T> = std::result::Result<T, Unavailable>;

impl Storage {
    /// The newest version, if there is one.
    pub(crate) async fn particulars(&self) -> Answer<Option<ParticularsVersion>> {
        self.read(newest).await
    }

    /// At most `limit` versions behind `after`, in order.
    pub(crate) async fn particulars_versions(
        &self,
        after: i64,
        limit: i64,
    ) -> Answer<Vec<ParticularsVersion>> {
        self.read(move |connection| list(connection, after, limit))
            .await
    }

    /// Keeps a new version, and logs that.
    pub(crate) async fn put_particulars(
        &self,
        document: String,
        by: String,
        now_ms: i64,
    ) -> Answer<(i64, bool)> {
        self.write(move |connection| put(connection, &document, &by, now_ms))
            .await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::Database;
    use super::*;

    #[test]
    fn every_version_is_kept_and_the_same_again_is_none() {
        for database in Database::all() {
            let connection = &mut database.migrated();
            assert_eq!(newest(connection).unwrap(), None);
            let documents = [
                ("a", (1, true)),
                ("a", (1, false)),
                ("b", (2, true)),
                ("a", (3, true)),
            ];
            for (document, wanted) in documents {
                assert_eq!(put(connection, document, "ann", 5).unwrap(), wanted);
            }
            let all = list(connection, 0, 9).unwrap();
            let all: Vec<(i64, &str)> = all
                .iter()
                .map(|one| (one.version, &*one.document))
                .collect();
            assert_eq!(all, [(1, "a"), (2, "b"), (3, "a")]);
            assert_eq!(
                newest(connection).unwrap(),
                list(connection, 2, 1).unwrap().pop()
            );
        }
    }
}
