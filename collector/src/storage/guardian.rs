//! Guardians' PINs, wrong tries, and sessions.

use super::driver::{Connection, Result, values};
use super::tries::{self, Attempt, Secrets};

/// Most sessions of one subject's guardians; the oldest end.
const MAX_SESSIONS: i64 = 8;

/// A guardian who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// SHA-256 of the token.
    pub(crate) digest: [u8; 32],
    pub(crate) subject: String,
    pub(crate) expires_ms: i64,
}

pub(super) fn attempt(connection: &mut Connection, subject: &str, now_ms: i64) -> Result<Attempt> {
    tries::attempt(connection, Secrets::Guardians, subject, now_ms)
}

/// Begins a session after the PIN with this hash was right; `false` if it is
/// no longer the PIN.
pub(super) fn sign_in(
    connection: &mut Connection,
    session: &Session,
    hash: &str,
    now_ms: i64,
) -> Result<bool> {
    if !tries::absolve(connection, Secrets::Guardians, &session.subject, hash)? {
        return Ok(false);
    }
    connection.execute(
        "DELETE FROM guardian_sessions WHERE subject = ?1 AND expires_ms <= ?2",
        values![&session.subject, now_ms],
    )?;
    connection.execute(
        "INSERT INTO guardian_sessions (digest, subject, expires_ms) VALUES (?1, ?2, ?3)",
        values![&session.digest, &session.subject, session.expires_ms],
    )?;
    connection.execute(
        "DELETE FROM guardian_sessions WHERE subject = ?1 AND digest NOT IN
             (SELECT digest FROM guardian_sessions
              WHERE subject = ?1 ORDER BY expires_ms DESC LIMIT ?2)",
        values![&session.subject, MAX_SESSIONS],
    )?;
    Ok(true)
}

/// Whether the token with this digest is of a guardian of `subject`.
pub(super) fn is_signed_in(
    connection: &mut Connection,
    digest: &[u8; 32],
    subject: &str,
    now_ms: i64,
) -> Result<bool> {
    connection.exists(
        "SELECT 1 FROM guardian_sessions
         WHERE digest = ?1 AND subject = ?2 AND expires_ms > ?3",
        values![digest, subject, now_ms],
    )
}

pub(super) fn sign_out(connection: &mut Connection, digest: &[u8; 32]) -> Result<()> {
    connection.execute(
        "DELETE FROM guardian_sessions WHERE digest = ?1",
        values![digest],
    )?;
    Ok(())
}

/// Whose PIN a new one takes the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Replaced {
    /// None: there must be none.
    Nothing,
    /// The PIN with this hash, which was right.
    This(String),
    /// Whatever there is.
    Anything,
}

/// Sets the PIN and ends all sessions; `false` if there was another one than
/// was to be replaced.
pub(super) fn set_pin(
    connection: &mut Connection,
    subject: &str,
    replaced: &Replaced,
    hash: &str,
) -> Result<bool> {
    let rows = match replaced {
        Replaced::Nothing => connection.execute(
            "INSERT INTO guardian_pins (subject, hash) VALUES (?1, ?2)
             ON CONFLICT (subject) DO NOTHING",
            values![subject, hash],
        )?,
        Replaced::This(old) => connection.execute(
            "UPDATE guardian_pins SET hash = ?2, wrong = '[]', locked_until_ms = 0
             WHERE subject = ?1 AND hash = ?3",
            values![subject, hash, old],
        )?,
        Replaced::Anything => connection.execute(
            "INSERT INTO guardian_pins (subject, hash) VALUES (?1, ?2)
             ON CONFLICT (subject) DO UPDATE
             SET hash = excluded.hash, wrong = '[]', locked_until_ms = 0",
            values![subject, hash],
        )?,
    };
    if rows > 0 {
        connection.execute(
            "DELETE FROM guardian_sessions WHERE subject = ?1",
            values![subject],
        )?;
    }
    Ok(rows > 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::testing::Database;
    use super::super::tries::LOCK_MS;
    use super::*;

    const NOW: i64 = 1_800_000_000_000;
    const MINUTE: i64 = 60_000;

    /// Connections to both databases, with a PIN of the subject `s`.
    fn each(mut act: impl FnMut(&mut Connection)) {
        for database in Database::all() {
            let mut connection = database.migrated();
            assert!(set_pin(&mut connection, "s", &Replaced::Nothing, "hash").unwrap());
            act(&mut connection);
        }
    }

    fn open() -> Attempt {
        Attempt::Open {
            hash: "hash".to_owned(),
        }
    }

    #[test]
    fn after_five_wrong_tries_in_a_quarter_of_an_hour_none_is_taken_for_another() {
        each(|connection| {
            let mut attempt =
                |minutes: i64| attempt(connection, "s", NOW + minutes * MINUTE).unwrap();
            for minutes in 0..5 {
                assert_eq!(attempt(minutes), open());
            }
            let locked = Attempt::Locked {
                until_ms: NOW + 19 * MINUTE,
            };
            assert_eq!(attempt(4), locked);
            assert_eq!(attempt(18), locked);
            for minutes in 19..24 {
                assert_eq!(attempt(minutes), open());
            }
            assert!(matches!(attempt(24), Attempt::Locked { .. }));
        });
    }

    #[test]
    fn wrong_tries_are_counted_in_a_sliding_span() {
        each(|connection| {
            let mut attempt =
                |minutes: i64| attempt(connection, "s", NOW + minutes * MINUTE).unwrap();
            // Four a quarter of an hour, for hours.
            for minutes in (0..300).step_by(4) {
                assert_eq!(attempt(minutes), open(), "{minutes}");
            }
            // But not four at the end of one and four at the start of the next.
            for minutes in [310, 311, 312, 312, 313] {
                assert_eq!(attempt(minutes), open(), "{minutes}");
            }
            assert!(matches!(attempt(314), Attempt::Locked { .. }));
        });
    }

    #[test]
    fn a_right_try_forgets_the_wrong_ones_and_the_clock_may_go_back() {
        each(|connection| {
            let session = |digest: u8| Session {
                digest: [digest; 32],
                subject: "s".to_owned(),
                expires_ms: NOW + i64::from(digest) * MINUTE,
            };
            for round in 1..=10 {
                for _ in 0..4 {
                    assert_eq!(attempt(connection, "s", NOW).unwrap(), open());
                }
                assert!(sign_in(connection, &session(round), "hash", NOW).unwrap());
            }
            // The oldest sessions made room for newer ones.
            let mut is_in = |digest: u8, subject, now_ms| {
                is_signed_in(connection, &[digest; 32], subject, now_ms).unwrap()
            };
            assert!(!is_in(2, "s", NOW) && is_in(3, "s", NOW));
            assert!(!is_in(3, "t", NOW) && !is_in(3, "s", NOW + 3 * MINUTE));
            assert!(!sign_in(connection, &session(11), "other", NOW).unwrap());
            for _ in 0..5 {
                attempt(connection, "s", NOW).unwrap();
            }
            let long_ago = NOW - 1_000 * MINUTE;
            assert_eq!(
                attempt(connection, "s", long_ago).unwrap(),
                Attempt::Locked {
                    until_ms: long_ago + LOCK_MS
                }
            );
        });
    }

    #[test]
    fn a_pin_is_set_once_changed_by_who_knows_it_and_ends_sessions() {
        each(|connection| {
            let session = Session {
                digest: [1; 32],
                subject: "s".to_owned(),
                expires_ms: NOW + 1,
            };
            let set = |connection: &mut Connection, replaced: Replaced, hash| {
                set_pin(connection, "s", &replaced, hash).unwrap()
            };
            assert!(!set(connection, Replaced::Nothing, "other"));
            assert!(!set(connection, Replaced::This("other".to_owned()), "new"));
            assert!(sign_in(connection, &session, "hash", NOW).unwrap());
            assert!(set(connection, Replaced::This("hash".to_owned()), "new"));
            assert!(!is_signed_in(connection, &[1; 32], "s", NOW).unwrap());
            assert!(set(connection, Replaced::Anything, "newest"));
            assert_eq!(
                attempt(connection, "s", NOW).unwrap(),
                Attempt::Open {
                    hash: "newest".to_owned()
                }
            );
            assert_eq!(attempt(connection, "t", NOW).unwrap(), Attempt::Unset);
        });
    }
}
