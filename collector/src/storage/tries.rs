//! Tries at a secret, counted as wrong before they are made.

use super::driver::{Connection, Result, values};
use super::json::{read_json, to_json};

/// Wrong tries in a span of [`WINDOW_MS`] after which no more are taken.
const MAX_WRONG: usize = 5;
/// The span in which wrong tries are counted.
const WINDOW_MS: i64 = 15 * 60 * 1_000;
/// How long no try is taken then.
pub(super) const LOCK_MS: i64 = 15 * 60 * 1_000;

/// What a try may go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// There is no secret.
    Unset,
    /// No try is taken before this moment.
    Locked { until_ms: i64 },
    /// Compare with this hash.
    Open { hash: String },
}

/// Whose secrets.
#[derive(Debug, Clone, Copy)]
pub(super) enum Secrets {
    Guardians,
    Staff,
}

impl Secrets {
    /// The table, and the column that names whose secret it is. Both tables
    /// have `hash`, `wrong` and `locked_until_ms`.
    fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Guardians => ("guardian_pins", "subject"),
            Self::Staff => ("accounts", "name"),
        }
    }
}

/// Begins a try. It counts as wrong until it turns out to be right, so that
/// neither many at once nor a crash give more tries.
pub(super) fn attempt(
    connection: &mut Connection,
    secrets: Secrets,
    whose: &str,
    now_ms: i64,
) -> Result<Attempt> {
    let (table, column) = secrets.place();
    let found = connection.query_first(
        &format!("SELECT hash, wrong, locked_until_ms FROM {table} WHERE {column} = ?1"),
        values![whose],
        |row| {
            let tries = Tries {
                wrong: read_json(row, 1)?,
                locked_until_ms: row.get(2)?,
            };
            Ok((row.get::<String>(0)?, tries))
        },
    )?;
    let Some((hash, mut tries)) = found else {
        return Ok(Attempt::Unset);
    };
    if let Err(until_ms) = tries.begin(now_ms) {
        return Ok(Attempt::Locked { until_ms });
    }
    connection.execute(
        &format!("UPDATE {table} SET wrong = ?2, locked_until_ms = ?3 WHERE {column} = ?1"),
        values![whose, to_json(&tries.wrong)?, tries.locked_until_ms],
    )?;
    Ok(Attempt::Open { hash })
}

/// The try was right: forgets all wrong ones. `false` if the secret is no
/// longer the one that was compared.
pub(super) fn absolve(
    connection: &mut Connection,
    secrets: Secrets,
    whose: &str,
    hash: &str,
) -> Result<bool> {
    let (table, column) = secrets.place();
    let rows = connection.execute(
        &format!(
            "UPDATE {table} SET wrong = '[]', locked_until_ms = 0
             WHERE {column} = ?1 AND hash = ?2"
        ),
        values![whose, hash],
    )?;
    Ok(rows > 0)
}

/// What is kept between tries.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tries {
    /// When the wrong ones were.
    wrong: Vec<i64>,
    /// No try is taken before this moment.
    locked_until_ms: i64,
}

impl Tries {
    /// Counts a try. The error is the moment before which none is taken.
    fn begin(&mut self, now_ms: i64) -> std::result::Result<(), i64> {
        // A clock that was put back must not lock for longer than was meant.
        let until_ms = self.locked_until_ms.min(now_ms + LOCK_MS);
        if now_ms < until_ms {
            return Err(until_ms);
        }
        self.wrong.retain(|&at| at > now_ms - WINDOW_MS);
        self.wrong.push(now_ms);
        self.locked_until_ms = 0;
        if self.wrong.len() >= MAX_WRONG {
            self.wrong.clear();
            self.locked_until_ms = now_ms + LOCK_MS;
        }
        Ok(())
    }
}
