//! What the staff did, each entry hashed with the one before, so that none can
//! be changed, removed or put elsewhere unseen, but at the end: whoever can
//! write to the database can cut that off, which shows only next to a head
//! that was kept elsewhere.

use super::driver::{Connection, Result, Row, values};
use super::{Direction, Storage, Unavailable};
use sha2::{Digest as _, Sha256};

/// First bytes of what is hashed.
const PURPOSE: &[u8] = b"tidegate.audit.v1";
/// Entries read at once when all are.
const STEP: i64 = 1_000;

/// What was done, by whom, to what, when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuditEntry {
    /// From 1, without gaps.
    pub(crate) seq: i64,
    pub(crate) at_ms: i64,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) about: String,
    pub(crate) hash: [u8; 32],
}

impl AuditEntry {
    /// The hash that it should have behind an entry with the hash `before`.
    fn expected(&self, before: &[u8; 32]) -> [u8; 32] {
        let mut hasher = Sha256::new_with_prefix(PURPOSE);
        hasher.update(before);
        hasher.update(self.seq.to_be_bytes());
        hasher.update(self.at_ms.to_be_bytes());
        for text in [&self.actor, &self.action, &self.about] {
            // With its length, so that nothing can move from one to the next.
            hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(text);
        }
        hasher.finalize().into()
    }
}

/// Adds an entry to the transaction that does what it says. Needs
/// [`Lock::Everything`](super::lock::Lock::Everything).
pub(super) fn append(
    connection: &mut Connection,
    at_ms: i64,
    actor: &str,
    action: &str,
    about: &str,
) -> Result<()> {
    let last = connection.query_first(
        "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1",
        &[],
        |row| Ok((row.get::<i64>(0)?, row.get::<[u8; 32]>(1)?)),
    )?;
    let (last, before) = last.unwrap_or((0, [0; 32]));
    let mut entry = AuditEntry {
        seq: last + 1,
        at_ms,
        actor: actor.to_owned(),
        action: action.to_owned(),
        about: about.to_owned(),
        hash: [0; 32],
    };
    entry.hash = entry.expected(&before);
    connection
        .execute(
            "INSERT INTO audit (seq, at_ms, actor, action, about, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            values![entry.seq, at_ms, actor, action, about, &entry.hash],
        )
        .map(drop)
}

fn read(row: &Row) -> Result<AuditEntry> {
    Ok(AuditEntry {
        seq: row.get(0)?,
        at_ms: row.get(1)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        about: row.get(4)?,
        hash: row.get(5)?,
    })
}

/// At most `limit` entries behind `after`, from the first one on or, newest
/// first, from the last one back.
fn list(
    connection: &mut Connection,
    direction: Direction,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditEntry>> {
    let (behind, order, start) = match direction {
        Direction::OldestFirst => (">", "ASC", 0),
        Direction::NewestFirst => ("<", "DESC", i64::MAX),
    };
    connection.query(
        &format!(
            "SELECT seq, at_ms, actor, action, about, hash FROM audit
             WHERE seq {behind} ?1 ORDER BY seq {order} LIMIT ?2"
        ),
        values![after.unwrap_or(start), limit],
        read,
    )
}

/// What an examination of the log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Audit {
    /// Every entry follows from the one before; the last and its hash.
    Whole { entries: i64, head: [u8; 32] },
    /// This is the first place where something was changed, removed or put in.
    Broken { seq: i64 },
    /// It is whole, but the entry with the head that was kept is not in it:
    /// the end was cut off, or everything written anew.
    HeadMissing,
}

/// Follows the chain from its beginning. With `kept`, a head of before, one of
/// the entries must have it.
fn verify(connection: &mut Connection, kept: Option<[u8; 32]>) -> Result<Audit> {
    let (mut entries, mut head) = (0, [0; 32]);
    let mut is_kept = kept.is_none();
    loop {
        let step = list(connection, Direction::OldestFirst, Some(entries), STEP)?;
        if step.is_empty() {
            break;
        }
        for entry in step {
            if entry.seq != entries + 1 || entry.hash != entry.expected(&head) {
                return Ok(Audit::Broken { seq: entries + 1 });
            }
            (entries, head) = (entry.seq, entry.hash);
            is_kept |= kept == Some(head);
        }
    }
    Ok(if is_kept {
        Audit::Whole { entries, head }
    } else {
        Audit::HeadMissing
    })
}

impl Storage {
    /// Logs what changes nothing in the database.
    pub(crate) async fn log(
        &self,
        actor: String,
        action: &'static str,
        about: String,
        at_ms: i64,
    ) -> std::result::Result<(), Unavailable> {
        self.write(move |connection| append(connection, at_ms, &actor, action, &about))
            .await
    }

    /// At most `limit` entries behind `after`.
    pub(crate) async fn audit(
        &self,
        direction: Direction,
        after: Option<i64>,
        limit: i64,
    ) -> std::result::Result<Vec<AuditEntry>, Unavailable> {
        self.read(move |connection| list(connection, direction, after, limit))
            .await
    }

    /// Examines the whole log.
    pub(crate) async fn verify_audit(
        &self,
        kept: Option<[u8; 32]>,
    ) -> std::result::Result<Audit, Unavailable> {
        self.read(move |connection| verify(connection, kept)).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::Database;
    use super::*;

    fn filled(database: &Database) -> Connection {
        let mut connection = database.migrated();
        for number in 0..5 {
            append(
                &mut connection,
                number,
                "ann",
                "review.upheld",
                &number.to_string(),
            )
            .unwrap();
        }
        connection
    }

    #[test]
    fn it_is_read_from_either_end_and_pages_go_on_where_the_last_ended() {
        for database in Database::all() {
            let mut connection = filled(&database);
            let mut seqs = |direction, after| -> Vec<i64> {
                let page = list(&mut connection, direction, after, 2).unwrap();
                page.iter().map(|entry| entry.seq).collect()
            };
            assert_eq!(seqs(Direction::OldestFirst, None), [1, 2]);
            assert_eq!(seqs(Direction::OldestFirst, Some(4)), [5]);
            assert_eq!(seqs(Direction::NewestFirst, None), [5, 4]);
            assert_eq!(seqs(Direction::NewestFirst, Some(2)), [1]);
        }
    }

    #[test]
    fn whatever_is_changed_removed_or_moved_is_found_where_it_is() {
        for (sql, seq) in [
            ("UPDATE audit SET about = '9' WHERE seq = 3", 3),
            ("UPDATE audit SET at_ms = 9 WHERE seq = 1", 1),
            (
                "UPDATE audit SET actor = 'annr', action = 'eview.upheld' WHERE seq = 5",
                5,
            ),
            ("DELETE FROM audit WHERE seq = 2", 2),
            ("DELETE FROM audit WHERE seq = 1", 1),
            (
                "UPDATE audit SET seq = 9 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 9",
                3,
            ),
            (
                "DELETE FROM audit WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 5",
                2,
            ),
            (
                "INSERT INTO audit SELECT 6, at_ms, actor, action, about, hash FROM audit WHERE seq = 5",
                6,
            ),
        ] {
            for database in Database::all() {
                let mut connection = filled(&database);
                assert!(matches!(
                    verify(&mut connection, None).unwrap(),
                    Audit::Whole { entries: 5, .. }
                ));
                connection.batch(sql).unwrap();
                assert_eq!(
                    verify(&mut connection, None).unwrap(),
                    Audit::Broken { seq },
                    "{sql}"
                );
            }
        }
    }

    #[test]
    fn an_end_that_was_cut_off_shows_only_next_to_a_head_that_was_kept() {
        for database in Database::all() {
            let mut connection = filled(&database);
            let Audit::Whole { head, .. } = verify(&mut connection, None).unwrap() else {
                unreachable!()
            };
            append(&mut connection, 9, "ann", "review.upheld", "9").unwrap();
            assert!(matches!(
                verify(&mut connection, Some(head)).unwrap(),
                Audit::Whole { entries: 6, .. }
            ));
            connection
                .batch("DELETE FROM audit WHERE seq >= 5")
                .unwrap();
            assert!(matches!(
                verify(&mut connection, None).unwrap(),
                Audit::Whole { entries: 4, .. }
            ));
            assert_eq!(
                verify(&mut connection, Some(head)).unwrap(),
                Audit::HeadMissing
            );
        }
    }
}
