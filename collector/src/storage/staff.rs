//! Accounts of the provider's staff, and who is signed in.

use super::driver::{Connection, Result, values};
use super::tries::{self, Attempt, Secrets};
use super::{Storage, Unavailable, audit};

/// Most sessions of one account; the oldest end.
const MAX_SESSIONS: i64 = 8;

/// Somebody of the staff who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StaffSession {
    /// SHA-256 of the cookie's token.
    pub(crate) digest: [u8; 32],
    pub(crate) name: String,
    /// What a request that changes something must repeat.
    pub(crate) csrf: String,
    pub(crate) expires_ms: i64,
}

/// Whose session it is, with the role that the account has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedInStaff {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) csrf: String,
}

fn add(
    connection: &mut Connection,
    name: &str,
    role: &str,
    hash: &str,
    now_ms: i64,
) -> Result<bool> {
    let rows = connection.execute(
        "INSERT INTO accounts (name, role, hash, made_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO NOTHING",
        values![name, role, hash, now_ms],
    )?;
    Ok(rows > 0)
}

fn set_password(connection: &mut Connection, name: &str, hash: &str) -> Result<bool> {
    let rows = connection.execute(
        "UPDATE accounts SET hash = ?2, wrong = '[]', locked_until_ms = 0 WHERE name = ?1",
        values![name, hash],
    )?;
    end_sessions(connection, name)?;
    Ok(rows > 0)
}

fn remove(connection: &mut Connection, name: &str) -> Result<bool> {
    end_sessions(connection, name)?;
    let rows = connection.execute("DELETE FROM accounts WHERE name = ?1", values![name])?;
    Ok(rows > 0)
}

fn end_sessions(connection: &mut Connection, name: &str) -> Result<()> {
    connection
        .execute("DELETE FROM staff_sessions WHERE name = ?1", values![name])
        .map(drop)
}

fn attempt(connection: &mut Connection, name: &str, now_ms: i64) -> Result<Attempt> {
    tries::attempt(connection, Secrets::Staff, name, now_ms)
}

/// Begins a session after the password with this hash was right; `false` if
/// it is no longer the password.
fn sign_in(
    connection: &mut Connection,
    session: &StaffSession,
    hash: &str,
    now_ms: i64,
) -> Result<bool> {
    if !tries::absolve(connection, Secrets::Staff, &session.name, hash)? {
        return Ok(false);
    }
    connection.execute(
        "DELETE FROM staff_sessions WHERE expires_ms <= ?1",
        values![now_ms],
    )?;
    connection.execute(
        "INSERT INTO staff_sessions (digest, name, csrf, expires_ms) VALUES (?1, ?2, ?3, ?4)",
        values![
            &session.digest,
            &session.name,
            &session.csrf,
            session.expires_ms
        ],
    )?;
    connection.execute(
        "DELETE FROM staff_sessions WHERE name = ?1 AND digest NOT IN
             (SELECT digest FROM staff_sessions
              WHERE name = ?1 ORDER BY expires_ms DESC LIMIT ?2)",
        values![&session.name, MAX_SESSIONS],
    )?;
    audit::append(
        connection,
        now_ms,
        &session.name,
        "session.begin",
        &session.name,
    )?;
    Ok(true)
}

fn find(
    connection: &mut Connection,
    digest: &[u8; 32],
    now_ms: i64,
) -> Result<Option<SignedInStaff>> {
    connection.query_first(
        "SELECT a.name, a.role, s.csrf FROM staff_sessions s JOIN accounts a ON a.name = s.name
         WHERE s.digest = ?1 AND s.expires_ms > ?2",
        values![digest, now_ms],
        |row| {
            Ok(SignedInStaff {
                name: row.get(0)?,
                role: row.get(1)?,
                csrf: row.get(2)?,
            })
        },
    )
}

type Answer<T> = std::result::Result<T, Unavailable>;

impl Storage {
    /// Adds an account; `false` if there is one of that name. `actor` says who
    /// does it, as in all that is logged.
    pub(crate) async fn add_account(
        &self,
        actor: &'static str,
        name: String,
        role: &'static str,
        hash: String,
        now_ms: i64,
    ) -> Answer<bool> {
        self.write(move |connection| {
            let is_new = add(connection, &name, role, &hash, now_ms)?;
            if is_new {
                audit::append(
                    connection,
                    now_ms,
                    actor,
                    &format!("account.add.{role}"),
                    &name,
                )?;
            }
            Ok(is_new)
        })
        .await
    }

    /// Sets a password and ends the account's sessions; `false` if there is no
    /// such account.
    pub(crate) async fn set_password(
        &self,
        actor: &'static str,
        name: String,
        hash: String,
        now_ms: i64,
    ) -> Answer<bool> {
        self.write(move |connection| {
            let is_known = set_password(connection, &name, &hash)?;
            if is_known {
                audit::append(connection, now_ms, actor, "account.password", &name)?;
            }
            Ok(is_known)
        })
        .await
    }

    /// Removes an account and ends its sessions; `false` if there is none.
    pub(crate) async fn remove_account(
        &self,
        actor: &'static str,
        name: String,
        now_ms: i64,
    ) -> Answer<bool> {
        self.write(move |connection| {
            let is_known = remove(connection, &name)?;
            if is_known {
                audit::append(connection, now_ms, actor, "account.remove", &name)?;
            }
            Ok(is_known)
        })
        .await
    }

    /// Names and roles of all accounts.
    pub(crate) async fn accounts(&self) -> Answer<Vec<(String, String)>> {
        self.read(|connection| {
            let sql = "SELECT name, role FROM accounts ORDER BY name";
            connection.query(sql, &[], |row| Ok((row.get(0)?, row.get(1)?)))
        })
        .await
    }

    /// Begins a try at an account's password.
    pub(crate) async fn attempt_password(&self, name: String, now_ms: i64) -> Answer<Attempt> {
        self.write(move |connection| attempt(connection, &name, now_ms))
            .await
    }

    /// Begins a session, if the password still has this hash.
    pub(crate) async fn sign_in_staff(
        &self,
        session: StaffSession,
        hash: String,
        now_ms: i64,
    ) -> Answer<bool> {
        self.write(move |connection| sign_in(connection, &session, &hash, now_ms))
            .await
    }

    /// Whose session's token has this digest.
    pub(crate) async fn staff(
        &self,
        digest: [u8; 32],
        now_ms: i64,
    ) -> Answer<Option<SignedInStaff>> {
        self.read(move |connection| find(connection, &digest, now_ms))
            .await
    }

    /// Ends a session.
    pub(crate) async fn sign_out_staff(&self, digest: [u8; 32]) -> Answer<()> {
        self.write(move |connection| {
            let sql = "DELETE FROM staff_sessions WHERE digest = ?1";
            connection.execute(sql, values![&digest]).map(drop)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::Database;
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    #[test]
    fn tries_are_counted_and_a_new_password_ends_sessions() {
        for database in Database::all() {
            let connection = &mut database.migrated();
            assert!(add(connection, "ann", "admin", "hash", NOW).unwrap());
            assert!(!add(connection, "ann", "viewer", "other", NOW).unwrap());
            for _ in 0..5 {
                let open = Attempt::Open {
                    hash: "hash".to_owned(),
                };
                assert_eq!(attempt(connection, "ann", NOW).unwrap(), open);
            }
            assert!(matches!(
                attempt(connection, "ann", NOW).unwrap(),
                Attempt::Locked { .. }
            ));
            assert_eq!(attempt(connection, "bob", NOW).unwrap(), Attempt::Unset);
            let session = |digest: u8| StaffSession {
                digest: [digest; 32],
                name: "ann".to_owned(),
                csrf: "csrf".to_owned(),
                expires_ms: NOW + i64::from(digest),
            };
            assert!(!sign_in(connection, &session(1), "old", NOW).unwrap());
            for digest in 1..=9 {
                assert!(sign_in(connection, &session(digest), "hash", NOW).unwrap());
            }
            let mut is_in =
                |digest: u8, now_ms| find(connection, &[digest; 32], now_ms).unwrap().is_some();
            assert!(!is_in(1, NOW) && is_in(2, NOW) && !is_in(2, NOW + 2));
            assert!(set_password(connection, "ann", "new").unwrap());
            assert_eq!(find(connection, &[9; 32], NOW).unwrap(), None);
            assert!(sign_in(connection, &session(10), "new", NOW).unwrap());
            assert!(remove(connection, "ann").unwrap());
            assert_eq!(find(connection, &[10; 32], NOW).unwrap(), None);
            assert!(!remove(connection, "ann").unwrap());
        }
    }
}
