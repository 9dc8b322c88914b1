//! Secret keys, made once and kept.

use super::driver::{Connection, Result, values};
use crate::clock;

/// The key of that name, which becomes `fresh` if there is none. Collectors
/// that start together on a new database agree on the key of the first.
pub(super) fn find_or_make(
    connection: &mut Connection,
    name: &str,
    fresh: &[u8; 32],
) -> Result<[u8; 32]> {
    connection.execute(
        "INSERT INTO keys (name, secret, made_ms) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING",
        values![name, fresh, clock::now()],
    )?;
    let found = connection.query_first(
        "SELECT secret FROM keys WHERE name = ?1",
        values![name],
        |row| row.get(0),
    )?;
    Ok(found.unwrap_or(*fresh))
}
