//! Secret keys, made once and kept.

use crate::{clock, random};
use anyhow::{Result, anyhow};
use rusqlite::{Connection, params};

/// The key of that name. Two collectors that start on one new file agree on
/// the key of the first.
pub(super) fn find_or_make(connection: &Connection, name: &str) -> Result<[u8; 32]> {
    let fresh = random::bytes::<32>()?;
    let now = clock::now();
    connection.execute(
        "INSERT INTO keys (name, secret, made_ms) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING",
        params![name, fresh.as_slice(), now],
    )?;
    let secret: Vec<u8> =
        connection.query_row("SELECT secret FROM keys WHERE name = ?1", [name], |row| {
            row.get(0)
        })?;
    secret
        .try_into()
        .map_err(|_| anyhow!("the key {name} in the database is damaged"))
}
