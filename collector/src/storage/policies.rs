//! Packs that were handed in, the newest revisions of each policy.

use super::driver::{Connection, Error, Result, values};
use super::{Storage, Unavailable, audit};
use anyhow::Context as _;

/// Revisions of a policy that are kept, the newest: clients that were away may
/// still ask for what they were told of.
const MAX_REVISIONS: i64 = 64;

/// A pack that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewPolicy {
    pub(crate) policy: String,
    pub(crate) revision: u32,
    pub(crate) digest: String,
    pub(crate) pack: Vec<u8>,
}

/// What became of one that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PutPolicy {
    Stored,
    /// This very content is the newest already.
    Known,
    /// There is this revision, which is newer, or has another content.
    Older {
        current: u32,
    },
}

/// The newest revision of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredPolicy {
    pub(crate) policy: String,
    pub(crate) revision: u32,
    pub(crate) digest: String,
    pub(crate) pack: Vec<u8>,
}

const NEWEST: &str = "SELECT p.policy, p.revision, p.digest FROM policies p WHERE p.revision =
    (SELECT max(q.revision) FROM policies q WHERE q.policy = p.policy)";

/// The newest of every policy that is newer than those of `known`, by name
/// and revision.
fn newer(connection: &mut Connection, known: &[(String, u32)]) -> Result<Vec<StoredPolicy>> {
    let sql = format!("{NEWEST} ORDER BY p.policy");
    let heads = connection.query(&sql, &[], |row| {
        let revision = read_revision(row.get(1)?)?;
        Ok((row.get::<String>(0)?, revision, row.get::<String>(2)?))
    })?;
    let mut newer = Vec::new();
    for (policy, revision, digest) in heads {
        let is_known = |one: &(String, u32)| one.0 == policy && one.1 >= revision;
        if known.iter().any(is_known) {
            continue;
        }
        if let Some(pack) = find(connection, &policy, &digest)? {
            newer.push(StoredPolicy {
                policy,
                revision,
                digest,
                pack,
            });
        }
    }
    Ok(newer)
}

fn find(connection: &mut Connection, policy: &str, digest: &str) -> Result<Option<Vec<u8>>> {
    connection.query_first(
        "SELECT pack FROM policies WHERE policy = ?1 AND digest = ?2",
        values![policy, digest],
        |row| row.get(0),
    )
}

fn find_revision(
    connection: &mut Connection,
    policy: &str,
    revision: u32,
) -> Result<Option<Vec<u8>>> {
    connection.query_first(
        "SELECT pack FROM policies WHERE policy = ?1 AND revision = ?2",
        values![policy, i64::from(revision)],
        |row| row.get(0),
    )
}

fn read_revision(revision: i64) -> Result<u32> {
    u32::try_from(revision).map_err(|_| Error::Damaged("a policy's revision".to_owned()))
}

/// Revisions only go up, as for clients.
fn put(connection: &mut Connection, new: &NewPolicy, by: &str, now_ms: i64) -> Result<PutPolicy> {
    let newest = connection.query_first(
        &format!("{NEWEST} AND p.policy = ?1"),
        values![&new.policy],
        |row| Ok((row.get::<i64>(1)?, row.get::<String>(2)?)),
    )?;
    if let Some((revision, digest)) = newest {
        let current = read_revision(revision)?;
        if current == new.revision && digest == new.digest {
            return Ok(PutPolicy::Known);
        }
        if current >= new.revision {
            return Ok(PutPolicy::Older { current });
        }
    }
    connection.execute(
        "INSERT INTO policies (policy, revision, digest, pack, actor, at_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        values![
            &new.policy,
            i64::from(new.revision),
            &new.digest,
            &new.pack[..],
            by,
            now_ms
        ],
    )?;
    connection.execute(
        "DELETE FROM policies WHERE policy = ?1 AND revision NOT IN
             (SELECT revision FROM policies WHERE policy = ?1
              ORDER BY revision DESC LIMIT ?2)",
        values![&new.policy, MAX_REVISIONS],
    )?;
    let about = format!("{}@{} {}", new.policy, new.revision, new.digest);
    audit::append(connection, now_ms, by, "policy.put", &about)?;
    Ok(PutPolicy::Stored)
}

type Answer<T> = std::result::Result<T, Unavailable>;

impl Storage {
    /// The newest of every policy. Blocks.
    pub(crate) fn policies_now(&self) -> anyhow::Result<Vec<StoredPolicy>> {
        self.readers
            .run(|connection| newer(connection, &[]))
            .context("the policies of the database")
    }

    /// The newest of every policy that is newer than those of `known`, by name
    /// and revision.
    pub(crate) async fn newer_policies(
        &self,
        known: Vec<(String, u32)>,
    ) -> Answer<Vec<StoredPolicy>> {
        self.read(move |connection| newer(connection, &known)).await
    }

    /// The pack with this content, if it is kept.
    pub(crate) async fn policy(&self, policy: String, digest: String) -> Answer<Option<Vec<u8>>> {
        self.read(move |connection| find(connection, &policy, &digest))
            .await
    }

    /// The pack of a revision, if it is kept.
    pub(crate) async fn policy_of_revision(
        &self,
        policy: String,
        revision: u32,
    ) -> Answer<Option<Vec<u8>>> {
        self.read(move |connection| find_revision(connection, &policy, revision))
            .await
    }

    /// Keeps a new revision, and logs that.
    pub(crate) async fn put_policy(
        &self,
        new: NewPolicy,
        by: String,
        now_ms: i64,
    ) -> Answer<PutPolicy> {
        self.write(move |connection| put(connection, &new, &by, now_ms))
            .await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::Database;
    use super::*;

    fn new(policy: &str, revision: u32, content: &str) -> NewPolicy {
        NewPolicy {
            policy: policy.to_owned(),
            revision,
            digest: format!("digest of {content}"),
            pack: content.as_bytes().to_vec(),
        }
    }

    #[test]
    fn revisions_only_go_up_and_the_newest_of_each_policy_is_delivered() {
        for database in Database::all() {
            let connection = &mut database.migrated();
            let mut hand_in = |new: NewPolicy| put(connection, &new, "ann", 1).unwrap();
            assert_eq!(hand_in(new("a", 5, "five")), PutPolicy::Stored);
            assert_eq!(hand_in(new("a", 5, "five")), PutPolicy::Known);
            let older = PutPolicy::Older { current: 5 };
            assert_eq!(hand_in(new("a", 5, "other")), older);
            assert_eq!(hand_in(new("a", 4, "four")), older);
            assert_eq!(hand_in(new("a", 9, "nine")), PutPolicy::Stored);
            assert_eq!(hand_in(new("b", u32::MAX, "b")), PutPolicy::Stored);
            let mut newer = |known: &[(&str, u32)]| -> Vec<(String, u32, Vec<u8>)> {
                let known = known
                    .iter()
                    .map(|(name, revision)| ((*name).to_owned(), *revision));
                let newer = newer(connection, &known.collect::<Vec<_>>()).unwrap();
                let found = newer.into_iter();
                found
                    .map(|one| (one.policy, one.revision, one.pack))
                    .collect()
            };
            let a = ("a".to_owned(), 9, b"nine".to_vec());
            let b = ("b".to_owned(), u32::MAX, b"b".to_vec());
            assert_eq!(newer(&[]), [a.clone(), b.clone()]);
            assert_eq!(newer(&[("a", 5)]), [a, b.clone()]);
            assert_eq!(newer(&[("a", 9), ("c", 1)]), [b]);
            // What was the newest once is still found by its content.
            let five = find(connection, "a", "digest of five").unwrap();
            assert_eq!(five.as_deref(), Some(&b"five"[..]));
            assert_eq!(find(connection, "b", "digest of five").unwrap(), None);
            let kept = find_revision(connection, "a", 5).unwrap();
            assert_eq!(kept.as_deref(), Some(&b"five"[..]));
            assert_eq!(find_revision(connection, "a", 4).unwrap(), None);
        }
    }

    #[test]
    fn no_more_revisions_are_kept_than_the_most() {
        for database in Database::all() {
            let connection = &mut database.migrated();
            let most = u32::try_from(MAX_REVISIONS).unwrap();
            for revision in 1..=most + 3 {
                put(
                    connection,
                    &new("a", revision, &revision.to_string()),
                    "ann",
                    1,
                )
                .unwrap();
            }
            let count = connection.query_first("SELECT count(*) FROM policies", &[], |row| {
                row.get::<i64>(0)
            });
            assert_eq!(count.unwrap(), Some(MAX_REVISIONS));
            assert_eq!(find(connection, "a", "digest of 3").unwrap(), None);
        }
    }
}
